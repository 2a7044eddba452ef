//! A first study file from several raw tables: which one holds accounts, which contracts, and what the logs could show.

use std::fmt::Write as _;

use crate::words;
use crate::words::{Lang, Words};

use super::fates::clean;
use super::name_words::NameWords;
use super::render::quoted;
use super::sketch::{ColumnSketch, SketchKind};
use super::words_of_columns as names;
use super::{LAMP, Proposal, ProposeError, lamp_hint};

/// A raw table, or the first rows of one.
#[derive(Debug, Clone)]
pub struct TableSketch {
    /// Path as the study file should name it.
    pub path: String,
    /// Its columns.
    pub columns: Vec<ColumnSketch>,
}

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Accounts,
    Contracts,
    Log,
}

/// A table with what its columns mean.
struct Sorted<'a> {
    table: &'a TableSketch,
    name: String,
    words: Vec<NameWords>,
    account: usize,
    dates: Vec<usize>,
}

impl Sorted<'_> {
    fn column(&self, at: usize) -> &ColumnSketch {
        &self.table.columns[at]
    }

    /// The date column whose name fits best.
    fn date(&self, patterns: &[&str]) -> Option<usize> {
        let fit = |at: &usize| self.words[*at].fit(patterns);
        self.dates.iter().copied().filter(|at| fit(at) > 0).max_by_key(|at| (fit(at), std::cmp::Reverse(*at)))
    }
}

const START: &[&str] = &[
    "start",
    "signup",
    "since",
    "begin",
    "created",
    "registered",
    "activated",
    "*開始",
    "*登録",
    "*申込",
    "*契約日",
    "*加入",
];
const END: &[&str] =
    &["end", "until", "expiry", "expires", "terminated", "closed", "*終了", "*満了", "*解約日", "*退会"];
const NOTICE: &[&str] = &["notice", "cancelled", "canceled", "cancellation", "*解約通知", "*解約申", "*解約予告"];
const RECORDED: &[&str] = &[
    "recorded",
    "synced",
    "ingested",
    "loaded",
    "updated",
    "entered",
    "imported",
    "*登録日時",
    "*記録日",
    "*取込",
    "*同期",
    "*入力日",
];
const HAPPENED: &[&str] = &["date", "at", "time", "timestamp", "day", "occurred", "=日付", "*日時", "*日"];

/// Proposes a study file for several tables.
///
/// # Errors
/// [`ProposeError::NoContracts`] where no table says when customers began and left, [`ProposeError::NoLog`] where none
/// holds events.
pub fn propose_raw(tables: &[TableSketch], lang: Lang) -> Result<Proposal, ProposeError> {
    let mut left_out = Vec::new();
    let mut sorted = Vec::new();
    let mut strangers = Vec::new();
    for table in tables {
        match sort(table) {
            Some(known) => sorted.push(known),
            None => strangers.push(table),
        }
    }
    let contracts = sorted
        .iter()
        .position(|t| t.date(START).is_some() && (t.date(END).is_some() || t.date(NOTICE).is_some()))
        .ok_or_else(|| ProposeError::NoContracts { tables: tables.iter().map(|t| t.path.clone()).collect() })?;
    // A log may name contracts instead of accounts.
    for table in strangers {
        let shared = table.columns.iter().position(|column| {
            let theirs = sorted[contracts].table.columns.iter().find(|theirs| theirs.name == column.name);
            theirs.is_some_and(ColumnSketch::is_unique) && NameWords::of(&column.name).names_account() > 0
        });
        match shared {
            Some(account) => sorted.push(sorted_by(table, account)),
            None => left_out.push(table.path.clone()),
        }
    }
    let is_one_per_account = |t: &Sorted<'_>| t.column(t.account).is_unique();
    let accounts = (0..sorted.len())
        .filter(|&at| at != contracts && is_one_per_account(&sorted[at]))
        .max_by_key(|&at| sorted[at].table.columns.len() - sorted[at].dates.len())
        .unwrap_or(contracts);
    let part = |at: usize| match at {
        at if at == contracts => Part::Contracts,
        at if at == accounts => Part::Accounts,
        _ => Part::Log,
    };
    let logs: Vec<&Sorted<'_>> = (0..sorted.len())
        .filter(|&at| part(at) == Part::Log && !sorted[at].dates.is_empty())
        .map(|at| &sorted[at])
        .collect();
    left_out.extend(
        (0..sorted.len())
            .filter(|&at| part(at) == Part::Log && sorted[at].dates.is_empty())
            .map(|at| sorted[at].table.path.clone()),
    );
    if logs.is_empty() {
        return Err(ProposeError::NoLog { tables: tables.iter().map(|t| t.path.clone()).collect() });
    }
    let mut draft = Draft { text: String::new(), lang, kpis: Vec::new() };
    draft.head(&sorted[accounts], &sorted[contracts], &logs);
    draft.roles(&sorted[accounts], &sorted[contracts]);
    // A log of those who left is the outcome itself; it stays for the comparison with the contracts.
    logs.iter().filter(|log| NameWords::of(&log.name).fit(names::LEFT) == 0).for_each(|log| draft.log_kpis(log));
    if draft.kpis.is_empty() {
        return Err(ProposeError::NoLog { tables: tables.iter().map(|t| t.path.clone()).collect() });
    }
    draft.limits();
    Ok(Proposal {
        summary: say(&sorted[accounts], &sorted[contracts], &logs, draft.kpis.len(), &left_out),
        toml: draft.text,
    })
}

fn say(
    accounts: &Sorted<'_>,
    contracts: &Sorted<'_>,
    logs: &[&Sorted<'_>],
    n_kpis: usize,
    left_out: &[String],
) -> Vec<Words> {
    let (a, c) = (&accounts.table.path, &contracts.table.path);
    let l = logs.iter().map(|log| log.table.path.as_str()).collect::<Vec<_>>().join(", ");
    let mut lines = vec![
        words!(en: "accounts: {a}; contracts: {c}; events: {l}", ja: "顧客: {a}、契約: {c}、イベント: {l}"),
        words!(en: "{n_kpis} candidate KPIs; delete what nobody believes in, and say why the rest is believed", ja: "KPI候補{n_kpis}個。不要なものを消し、残りには候補にした理由を書いてください"),
    ];
    if !left_out.is_empty() {
        let names = super::list(left_out);
        lines.push(words!(
            en: "not used, because no column names an account or a date: {names}",
            ja: "顧客IDまたは日付の列が見つからないため使わない表: {names}",
        ));
    }
    lines
}

/// The columns of a table that name its account and its dates; `None` without an account.
fn sort(table: &TableSketch) -> Option<Sorted<'_>> {
    let words: Vec<NameWords> = table.columns.iter().map(|column| NameWords::of(&column.name)).collect();
    let account = (0..words.len())
        .filter(|&at| words[at].names_account() > 3 && table.columns[at].kind != SketchKind::Date)
        .max_by_key(|&at| (words[at].names_account(), std::cmp::Reverse(at)))?;
    Some(sorted_by(table, account))
}

fn sorted_by(table: &TableSketch, account: usize) -> Sorted<'_> {
    let words: Vec<NameWords> = table.columns.iter().map(|column| NameWords::of(&column.name)).collect();
    let dates = (0..words.len()).filter(|&at| table.columns[at].kind == SketchKind::Date).collect();
    let file = table.path.rsplit(['/', '\\']).next().unwrap_or(&table.path);
    let stem = clean(file.split('.').next().unwrap_or(file)).replace(['.', '*', '?'], "");
    let stem = stem.trim_matches(['-', '_', ' ']).to_owned();
    let name = if stem.is_empty() || ["accounts", "contracts"].contains(&stem.as_str()) {
        format!("{stem}_log")
    } else {
        stem
    };
    Sorted { table, name, words, account, dates }
}

struct Draft {
    text: String,
    lang: Lang,
    kpis: Vec<String>,
}

impl Draft {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn comment(&mut self, words: &Words) {
        let line = format!("# {}", words.get(self.lang));
        self.line(&line);
    }

    fn head(&mut self, accounts: &Sorted<'_>, contracts: &Sorted<'_>, logs: &[&Sorted<'_>]) {
        self.comment(&words!(
            en: "A first draft, guessed from the names and values of several tables. Read every line and correct it.",
            ja: "複数の表の列名と値から推測した下書きです。すべての行を確認し、直してください。",
        ));
        self.line("schema = 1\n\n[study]");
        self.line("name = \"first study\"");
        let purpose = words!(
            en: "find the customers to talk to before they decide to leave",
            ja: "離反を決める前に連絡すべき顧客を見つける",
        );
        let (purpose, lang) = (quoted(purpose.get(self.lang)), quoted(self.lang.code()));
        self.line(&format!("purpose = {purpose}\nlanguage = {lang}\nseed = 1\n"));
        let event = if self.lang == Lang::En { "churn" } else { "離反" };
        self.line(&format!("[kgi]\noutcome = \"{event}\"\nhorizon = 1\ngap = 0\n"));
        self.line("[tables]");
        self.line("period = \"1mo\"");
        self.comment(&words!(
            en: "Knowledge ends with `to`: nobody who leaves later counts as having left. Windows reach back before `from`.",
            ja: "`to`より後の離反は数えません。集計の窓は`from`より前にも遡ります。",
        ));
        let (from, to) = span(contracts, logs);
        self.line(&format!("from = {from}\nto = {to}"));
        let key = |key: &str, table: &Sorted<'_>, at: Option<usize>| {
            at.map_or_else(String::new, |at| format!(", {key} = {}", quoted(&table.column(at).name)))
        };
        let own = |table: &Sorted<'_>| {
            let (path, account) = (quoted(&table.table.path), quoted(&table.column(table.account).name));
            format!("path = {path}, account = {account}")
        };
        let start = accounts.date(START);
        self.line(&format!("accounts = {{ {}{} }}", own(accounts), key("start", accounts, start)));
        let (start, end, notice) = (contracts.date(START), contracts.date(END), contracts.date(NOTICE));
        let end = end.filter(|end| Some(*end) != start);
        let notice = notice.filter(|notice| Some(*notice) != end && Some(*notice) != start);
        self.line(&format!(
            "contracts = {{ {}{}{}{} }}",
            own(contracts),
            key("start", contracts, start),
            key("end", contracts, end),
            key("notice", contracts, notice)
        ));
        for log in logs {
            let recorded = log.date(RECORDED);
            let at = happened(log, recorded);
            self.line("\n[[tables.events]]");
            let (name, path) = (quoted(&log.name), quoted(&log.table.path));
            let (account, at) = (quoted(&log.column(log.account).name), quoted(&log.column(at).name));
            self.line(&format!("name = {name}\npath = {path}\naccount = {account}\nat = {at}"));
            if let Some(recorded) = recorded {
                let column = quoted(&log.column(recorded).name);
                self.line(&format!("recorded_at = {column}"));
            } else {
                self.comment(&words!(
                    en: "recorded_at = \"...\"   when it became known, if that can be later than when it happened",
                    ja: "recorded_at = \"...\"   発生より遅れて記録されることがあれば、記録された日の列",
                ));
            }
        }
        self.line("");
    }

    fn roles(&mut self, accounts: &Sorted<'_>, contracts: &Sorted<'_>) {
        let mut single: Vec<(&str, String)> = Vec::new();
        let (mut segment, mut unused, mut of_leaving) = (Vec::new(), Vec::new(), Vec::new());
        let patterns: [(&str, &[&str]); 9] = [
            ("billing", names::BILLING),
            ("price", names::PRICE),
            ("notice_periods", names::NOTICE_PERIODS),
            ("term", names::TERM),
            ("disclosed_risk", names::RISK),
            ("owner", names::OWNER),
            ("weight", names::WEIGHT),
            ("phase", names::PHASE),
            ("incumbent", names::INCUMBENT),
        ];
        let same_table = std::ptr::eq(accounts.table, contracts.table);
        for (part, table) in [("accounts", accounts), ("contracts", contracts)] {
            if part == "contracts" && same_table {
                continue;
            }
            let other = if part == "accounts" { contracts } else { accounts };
            for (at, words) in table.words.iter().enumerate() {
                let column = table.column(at);
                if at == table.account || column.kind == SketchKind::Empty {
                    continue;
                }
                let twice = !same_table && other.table.columns.iter().any(|c| c.name == column.name);
                let written = if twice { format!("{part}.{}", column.name) } else { column.name.clone() };
                if words.fit(names::LEFT) > 0 {
                    if column.kind != SketchKind::Date {
                        of_leaving.push(written);
                    }
                    continue;
                }
                let best = patterns.iter().filter(|(_, p)| words.fit(p) > 0).max_by_key(|(_, p)| words.fit(p));
                match best {
                    Some((role, _)) if !single.iter().any(|(taken, _)| taken == role) => single.push((role, written)),
                    None if column.kind == SketchKind::Text
                        && words.fit(names::ATTRIBUTE) > 0
                        && (2..=50).contains(&column.n_distinct()) =>
                    {
                        segment.push(written);
                    }
                    _ if column.kind != SketchKind::Date && !column.is_unique() && words.names_account() == 0 => {
                        unused.push(written);
                    }
                    _ => {}
                }
            }
        }
        self.comment(&words!(
            en: "What columns of accounts, contracts and events mean beside being KPIs. Write table.column where two tables share a name.",
            ja: "KPI以外の列の意味。複数の表に同じ列名がある場合は「表.列」と書きます。",
        ));
        self.line("[roles]");
        if !segment.is_empty() {
            let list = segment.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
            self.line(&format!("segment = [{list}]"));
        }
        for (role, column) in single {
            self.line(&format!("{role} = {}", quoted(&column)));
        }
        let list = |columns: &[String]| columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        if !unused.is_empty() {
            let columns = list(&unused);
            self.comment(&words!(
                en: "controls = [{columns}]   not used yet: what was known of a customer from the start (why it bought, its size) belongs here, what was written later does not",
                ja: "controls = [{columns}]   まだ使っていない列。最初からわかっていたこと（購入の目的、規模など）はここに書き、後から書き込まれるものは書かないでください",
            ));
        }
        if !of_leaving.is_empty() {
            let columns = list(&of_leaving);
            self.comment(&words!(
                en: "left out, because the names speak of leaving: {columns}",
                ja: "離反に関する列名のため、使いません: {columns}",
            ));
        }
        self.line("");
    }

    fn log_kpis(&mut self, log: &Sorted<'_>) {
        let log_words = NameWords::of(&log.name);
        let fits = |patterns: &[&str]| log_words.fit(patterns) > 0;
        let (kind, hoped) = if fits(names::FRICTION) {
            ("friction", "less")
        } else if fits(names::ACTION) {
            ("action", "more")
        } else if fits(names::PERCEPTION) {
            ("perception", "more")
        } else if fits(names::RESULT) {
            ("outcome", "more")
        } else {
            ("behaviour", "more")
        };
        let against = if hoped == "more" { "less" } else { "more" };
        let name = log.name.clone();
        self.kpi(&format!("{name}_count_90d"), kind, hoped, &name, "count", None, Some("90d"));
        self.kpi(&format!("{name}_days_90d"), kind, hoped, &name, "distinct_days", None, Some("90d"));
        self.kpi(&format!("{name}_days_since"), kind, against, &name, "days_since", None, None);
        self.kpi(&format!("{name}_change_90d"), kind, hoped, &name, "change", None, Some("90d"));
        let values: Vec<usize> = (0..log.table.columns.len())
            .filter(|&at| {
                let column = log.column(at);
                at != log.account
                    && column.kind == SketchKind::Number
                    && column.n_distinct() > 2
                    && log.words[at].names_account() == 0
            })
            .take(2)
            .collect();
        for at in values {
            let column = log.column(at).name.clone();
            let stem = clean(&column);
            let asked = log.words[at].fit(names::PERCEPTION) > 0;
            let (agg, window) = if asked { ("last", None) } else { ("mean", Some("90d")) };
            let kind = if asked { "perception" } else { kind };
            let hoped = if asked { "more" } else { hoped };
            self.kpi(&format!("{name}_{stem}_{agg}"), kind, hoped, &name, agg, Some(&column), window);
            self.kpi(&format!("{name}_{stem}_trend"), kind, hoped, &name, "trend", Some(&column), Some("180d"));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the keys of one KPI, written once")]
    fn kpi(
        &mut self,
        name: &str,
        kind: &str,
        hoped: &str,
        from: &str,
        agg: &str,
        value: Option<&str>,
        window: Option<&str>,
    ) {
        if self.kpis.iter().any(|known| known == name) {
            return;
        }
        self.kpis.push(name.to_owned());
        let mut text = String::from("[[kpi]]\n");
        let (name, from) = (quoted(name), quoted(from));
        let _ = writeln!(text, "name = {name}\nkind = \"{kind}\"\nhoped = \"{hoped}\"\nfrom = {from}\nagg = \"{agg}\"");
        if let Some(value) = value {
            let _ = writeln!(text, "value = {}", quoted(value));
        }
        if let Some(window) = window {
            let _ = writeln!(text, "window = \"{window}\"");
        }
        self.line(&text);
    }

    fn limits(&mut self) {
        self.comment(&words!(en: "how many KPIs people can look after", ja: "管理できるKPIの数"));
        self.line("[budget]\nmax_kpis = 7");
        self.comment(&words!(
            en: "how many accounts the team can act on in a period: decides where the lamp turns red",
            ja: "1期に対応できる顧客の数（ランプが赤になる境目を決めます）",
        ));
        self.line("# [capacity]\n# accounts_per_period = 40");
        self.comment(&lamp_hint());
        self.line(LAMP);
    }
}

/// The column that says when something happened: by its name, else the first date.
fn happened(log: &Sorted<'_>, recorded: Option<usize>) -> usize {
    let fit = |at: &usize| log.words[*at].fit(HAPPENED).max(log.words[*at].fit(START));
    let dates = || log.dates.iter().copied().filter(|at| Some(*at) != recorded);
    dates().max_by_key(|at| (fit(at), std::cmp::Reverse(*at))).or(recorded).unwrap_or(0)
}

/// First and last day of the study: from the first whole month with contracts and events to the last.
fn span(contracts: &Sorted<'_>, logs: &[&Sorted<'_>]) -> (chrono::NaiveDate, chrono::NaiveDate) {
    use chrono::{Datelike, Months, NaiveDate};
    let days = |table: &Sorted<'_>, at: usize| -> Option<(NaiveDate, NaiveDate)> {
        let levels = &table.column(at).levels;
        Some((levels.first()?.parse().ok()?, levels.last()?.parse().ok()?))
    };
    let starts = contracts.date(START).and_then(|at| days(contracts, at));
    let events: Vec<(NaiveDate, NaiveDate)> =
        logs.iter().filter_map(|log| days(log, happened(log, log.date(RECORDED)))).collect();
    let from = events.iter().map(|(first, _)| *first).max().or(starts.map(|(first, _)| first)).unwrap_or_default();
    let to = events.iter().map(|(_, last)| *last).max().or(starts.map(|(_, last)| last)).unwrap_or_default();
    let month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let from = if from.day() == 1 { from } else { month(from).checked_add_months(Months::new(1)).unwrap_or(from) };
    let next = month(to).checked_add_months(Months::new(1)).unwrap_or(to);
    // The last month counts when the log reaches its last days.
    let ended = next.pred_opt().is_some_and(|end| (end - to).num_days() <= 2);
    let to = if ended { next.pred_opt() } else { month(to).pred_opt() }.unwrap_or(to);
    if from < to { (from, to) } else { (starts.map_or(from, |(first, _)| month(first)), to) }
}
