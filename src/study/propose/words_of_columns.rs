//! What names of columns, files and values usually mean, in English and Japanese.
//!
//! A pattern is one of `=name` (the whole name, without separators), `word` or `two words` (whole words in this order),
//! `*part` (anywhere, for languages that write without blanks). Whole names count more than words, words more than parts.

/// Endings of identifiers; the longer of two that end alike comes first.
pub(super) const ID_ENDINGS: &[&str] = &[
    "identifier", "uuid", "guid", "id", "number", "num", "no", "nr", "key", "code", "番号", "コード",
];

pub(super) const CUSTOMERS: &[&str] = &[
    "account", "acct", "customer", "cust", "client", "company", "subscriber", "member", "tenant", "organization",
    "organisation", "org", "顧客", "お客様", "会員", "アカウント", "企業", "会社", "取引先", "契約者", "加入者",
    "テナント", "法人",
];

pub(super) const PERSONS: &[&str] = &[
    "user", "person", "employee", "student", "subject", "patient", "contract", "household", "policy", "ユーザー",
    "ユーザ", "利用者", "社員", "従業員", "学生", "生徒", "学籍", "契約", "個人",
];

pub(super) const PERIOD: &[&str] = &[
    "=month", "=week", "=quarter", "=period", "=date", "=asof", "=asofdate", "=snapshotdate", "=yearmonth", "=ym",
    "=yyyymm", "=monthend", "=weekend", "=observationdate", "=reportingmonth", "=time", "=t", "=day", "=year",
    "as of", "snapshot", "month id", "year month", "month index", "week index", "period index", "month no",
    "week no", "*年月", "=月", "=週", "*対象月", "*基準日", "*集計月", "*計測月", "*観測", "*時点", "=期間",
    "=日付", "*四半期",
];

/// Dates of something that happened once, and numbers that are no calendar.
pub(super) const NOT_A_PERIOD: &[&str] = &[
    "start", "end", "signup", "churn", "birth", "created", "closed", "since", "registered", "cancel", "active",
    "to", "in", "*開始", "*終了", "*登録", "*解約", "*生年", "*契約日",
];

/// Somebody left.
pub(super) const LEFT: &[&str] = &[
    "churn", "churned", "churner", "churnflag", "attrition", "attrited", "exited", "left", "leaver", "leave",
    "cancelled", "canceled", "cancellation", "cancel", "unsubscribed", "dropout", "departed", "terminated",
    "defected", "withdrawn", "withdrew", "lapsed", "quit", "turnover", "lost", "*churn", "*解約", "*離反", "*退会",
    "*離脱", "*退職", "*離職", "*失注", "*チャーン", "*退学", "*中退",
];

/// Somebody stayed: the other value means left.
pub(super) const STAYED: &[&str] = &[
    "retained", "renewed", "stayed", "retention", "renewal", "*継続有無", "*継続フラグ", "=継続", "*更新有無",
];

/// Words for an outcome of any kind.
pub(super) const SOME_OUTCOME: &[&str] = &[
    "arrest", "arrested", "event", "outcome", "target", "label", "died", "death", "default", "final result", "=y",
    "=status", "=結果", "*目的変数", "*イベント",
];

/// Says something about leaving, but not that it happened in this row's period.
pub(super) const NOT_AN_OUTCOME: &[&str] = &[
    "reason", "reasons", "date", "risk", "score", "prob", "probability", "predicted", "prediction", "classifier",
    "champion", "sponsor", "preceding", "previous", "prev", "last", "early", "fee", "count", "prevented",
    "contacted", "*理由", "*リスク", "*予測", "*日付", "*予告", "*確率", "*回数", "*前回", "*防止", "*担当",
];

pub(super) const TENURE: &[&str] = &[
    "tenure", "vintage", "months on book", "=monthsactive", "=accountlength", "subscription length", "=accountage",
    "years at company", "months since start", "months as customer", "membership months", "*契約月数", "*利用月数",
    "*在籍", "*継続月数", "*経過月数", "*勤続", "*契約年数", "*利用年数", "*継続期間",
];
/// A person's age, which is no tenure where a person is the customer.
pub(super) const AGE: &[&str] = &["age", "ages", "dependents", "dependent", "dependent count", "*年齢", "*扶養"];

pub(super) const PRICE: &[&str] = &[
    "price", "monthly charges", "monthly charge", "monthly fee", "fee", "monthly price", "list price",
    "charge amount", "*月額", "*料金", "*単価", "*価格", "*利用料",
];
pub(super) const WEIGHT: &[&str] = &[
    "mrr", "arr", "acv", "revenue", "contract value", "annual value", "*売上", "*収益", "*契約金額", "*年間契約",
];
/// Follows from the tenure and the price.
pub(super) const ACCUMULATED: &[&str] = &[
    "=totalcharges", "=totalpaid", "=ltv", "=clv", "lifetime value", "=customervalue", "*累計", "*生涯",
];
pub(super) const BILLING: &[&str] = &[
    "=plan", "plan tier", "plan type", "plan", "tariff", "tariff plan", "billing", "billing frequency",
    "=billingmodel", "=paymentmethod", "payment method", "payment mode", "pricing model", "payment", "*プラン",
    "*課金", "*支払", "*決済", "*請求方法",
];
/// Where a bill goes is not how it is paid.
pub(super) const PLACE: &[&str] = &[
    "country", "state", "city", "region", "province", "zip", "postcode", "postal", "street", "address", "*住所", "*都道府県",
    "*郵便", "=国", "*国名",
];
pub(super) const TERM: &[&str] = &[
    "=contract", "=term", "contract type", "contract term", "contract length", "=subscriptiontype", "term type",
    "*契約形態", "*契約期間", "*契約種別", "*契約タイプ",
];
pub(super) const RENEWAL_IN: &[&str] = &[
    "renewal in", "months to term end", "months to renewal", "periods to renewal", "weeks to renewal",
    "to term end", "to renewal", "until renewal", "months to end", "*更新まで", "*満了まで", "*残月数", "*残契約",
];
pub(super) const NOTICE: &[&str] = &[
    "notice given", "=notice", "notice date", "=noticeflag", "*解約予告", "*解約申", "*解約通知",
];
pub(super) const NOTICE_PERIODS: &[&str] = &[
    "notice months", "notice period", "notice periods", "notice weeks", "periods of notice", "months of notice",
    "weeks of notice", "*予告期間", "*予告月数", "*通知期間",
];
pub(super) const RISK: &[&str] = &[
    "risk flag", "risk hint", "churn hint", "leaving hint", "disclosed risk", "at risk", "churn risk", "risk disclosed",
    "concern", "concerns", "*懸念", "*解約リスク", "*離反リスク",
    "*リスクフラグ", "*解約示唆", "*リスク開示",
];
pub(super) const REASONS: &[&str] = &[
    "champion left", "champion change", "champion changed", "sponsor left", "sponsor gone", "sponsor change", "purpose special",
    "acquired", "merged", "merger", "bankrupt", "*担当者交代", "*キーマン", "*合併", "*買収", "*異動",
];
pub(super) const OWNER: &[&str] = &[
    "csm", "=owner", "account owner", "account manager", "=manager", "sales rep", "*担当者", "=担当", "*営業担当",
    "*担当csm",
];
pub(super) const PHASE: &[&str] = &[
    "=phase", "lifecycle", "lifecycle stage", "lifecycle phase", "=stage", "*フェーズ", "*ライフサイクル",
];
pub(super) const INCUMBENT: &[&str] = &[
    "health score", "current score", "customer health", "account health", "=health", "churn score", "risk score",
    "*ヘルススコア", "*健康度", "*健康スコア", "*健全度",
];
/// Why a customer bought: known from the first day.
pub(super) const BOUGHT_FOR: &[&str] = &[
    "bought for", "purchase reason", "reason for purchase", "purchase purpose", "purpose", "use case", "*購入目的",
    "*導入目的", "*利用目的", "*購入理由", "*導入理由",
];
pub(super) const CONTROLS: &[&str] = &["onboarding", "onboarded", "*オンボーディング", "*導入支援"];

/// Attributes that are categories even where numbers stand for them.
pub(super) const ATTRIBUTE: &[&str] = &[
    "segment", "region", "country", "industry", "sector", "state", "city", "tier", "gender", "sex", "marital",
    "race", "category", "type", "group", "class", "channel", "source", "occupation", "qualification",
    "nationality", "nacionality", "course", "branch", "zip", "postcode", "education", "department", "code", "mode",
    "area", "senior", "*セグメント", "*地域", "*業種", "*業界", "*規模", "*性別", "*都道府県", "*国", "*区分",
    "*種別", "*職種", "*部署", "*経路", "*エリア", "*支店",
];
/// Attributes that people name first when they compare like with like.
pub(super) const FIRST_ATTRIBUTE: &[&str] = &[
    "segment", "industry", "region", "size", "country", "*セグメント", "*業種", "*規模", "*地域",
];

pub(super) const PERCEPTION: &[&str] = &[
    "nps", "csat", "ces", "survey", "satisfaction", "rating", "sentiment", "feedback", "opinion", "*満足", "*評価",
    "*アンケート", "*推奨度",
];
pub(super) const FRICTION: &[&str] = &[
    "ticket", "tickets", "complain", "complains", "complaint", "complaints", "failure", "failures", "error",
    "errors", "incident", "incidents", "bug", "bugs", "outage", "outages", "escalation", "escalations", "overdue",
    "late", "delay", "delays", "refund", "refunds", "downgrade", "debtor", "customer support", "support calls",
    "support cases", "support minutes", "service calls", "resolution", "response", "*問合せ", "*問い合わせ",
    "*問合わせ", "*障害", "*苦情", "*クレーム", "*エラー", "*不具合", "*チケット", "*遅延", "*未払", "*滞納",
];
pub(super) const RESULT: &[&str] = &[
    "result", "results", "roi", "saving", "savings", "goal", "goals", "achieved", "achievement", "grade",
    "approved", "*成果", "*効果", "*目標達成", "*達成", "*削減",
];
pub(super) const USE: &[&str] = &[
    "login", "logins", "usage", "use", "used", "sessions", "session", "viewed", "clicked", "minutes", "active",
    "*利用", "*ログイン", "*使用", "*閲覧", "*稼働",
];
pub(super) const ACTION: &[&str] = &[
    "contact", "contacts", "visit", "visits", "meeting", "meetings", "training", "trainings", "qbr", "qbrs", "ebr",
    "outreach", "webinar", "webinars", "checkin", "checkins", "review", "reviews", "emails", "coupon", "discount",
    "*訪問", "*接触", "*面談", "*商談", "*架電", "*打合せ", "*打ち合わせ", "*定例", "*研修", "*コンタクト",
    "*ミーティング",
];
/// The less the better, whatever kind it is.
pub(super) const LESS: &[&str] = &[
    "days since", "day since", "months since", "since last", "recency", "inactive", "inactivity", "*経過日数",
    "*最終利用から", "*未利用", "*休眠", "*日数経過", "*からの日数",
];

/// Beginnings of columns that say who was pushed towards a KPI.
pub(super) const PROGRAMME: &[&str] = &["push_", "pushed_", "programme_", "program_", "campaign_", "施策_"];

// What only raw tables have.

/// The day from which something holds.
pub(super) const START: &[&str] = &[
    "start", "starts", "signup", "since", "begin", "begins", "created", "registered", "activated", "activation",
    "from", "effective", "commencement", "inception", "opened", "joined", "create", "contract date", "signed",
    "go live", "launch", "launched", "deal close", "closed won", "*開始", "*登録", "*申込", "*契約日", "*加入",
    "*発効", "*始期",
];

/// Of these, days on which a record was made or a deal was won: taken where nothing says when the customer began.
pub(super) const START_ON_PAPER: &[&str] = &[
    "created", "create", "registered", "signed", "deal close", "closed won", "*登録", "*申込",
];

/// The day on which a customer left, blank for those who stay.
pub(super) const LEFT_DAY: &[&str] = &[
    "churn", "churned", "churndate", "left", "leaving", "departure", "departed", "*解約日", "*退会日", "*離脱日", "*離反日",
    "*チャーン",
];

/// The last day of something.
pub(super) const END: &[&str] = &[
    "end", "ends", "until", "to", "through", "expiry", "expires", "expiration", "expired", "terminated",
    "termination", "closed", "*終了", "*満了", "*解約日", "*退会", "*失効", "*終期", "*期限",
];

/// The day on which somebody said that they leave.
pub(super) const NOTICE_DAY: &[&str] = &[
    "notice", "cancelled", "canceled", "cancellation", "cancel", "*解約通知", "*解約申", "*解約予告", "*解約届", "*解約連絡",
    "*解約受付",
];

/// The day on which a row became known.
pub(super) const RECORDED: &[&str] = &[
    "recorded", "synced", "ingested", "loaded", "updated", "entered", "imported", "logged", "captured", "*登録日",
    "*記録日", "*取込", "*同期", "*入力日",
];

/// The day on which a row happened.
pub(super) const HAPPENED: &[&str] = &[
    "date", "at", "on", "time", "timestamp", "day", "when", "occurred", "happened", "=日付", "*日時", "*日",
];

/// A month of the calendar.
pub(super) const MONTH: &[&str] = &[
    "month", "ym", "yyyymm", "yearmonth", "period", "*年月", "*対象月", "*利用月", "*集計月", "*計上月", "=月", "=月次",
];

/// What files of contracts are called.
pub(super) const CONTRACTS: &[&str] = &[
    "contract", "contracts", "subscription", "subscriptions", "agreement", "agreements", "membership",
    "memberships", "license", "licenses", "licence", "licences", "*契約", "*サブスク", "*申込",
];

/// Who decides about the contract.
pub(super) const DECIDERS: &[&str] = &[
    "decision maker", "decisionmaker", "executive", "exec", "executives", "director", "vp", "ceo", "cfo", "cio",
    "cto", "c level", "sponsor", "buyer", "*決裁", "*役員", "*経営", "*責任者", "*部長", "*社長",
];

/// The customer began it.
pub(super) const THEIRS: &[&str] = &[
    "=customer", "=client", "=them", "=inbound", "=user", "=顧客", "=お客様", "=先方", "=受信", "=顧客から",
];
