//! Why a panel cannot be built or read.

use crate::ingest::IngestError;
use crate::notice::Explain;
use crate::words;
use crate::words::Words;

/// Why a panel cannot be built or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PanelError {
    /// The table cannot be read as asked.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// A column of the study is not in the table.
    #[error("there is no column `{column}`{}", near(.suggestion.as_deref()))]
    NoColumn {
        /// Column asked for.
        column: String,
        /// What it is needed for.
        needed_as: String,
        /// Table.
        table: String,
        /// Nearest column.
        suggestion: Option<String>,
    },
    /// A cell that must be known is blank.
    #[error("{} {} no {what}{}", crate::words::counted(*n, "row"), if *n == 1 { "has" } else { "have" }, misread.as_ref().map(|value| format!(" that can be read; the first says `{value}`")).unwrap_or_default())]
    Blank {
        /// `account`, `period` or `outcome`.
        what: String,
        /// Column.
        column: String,
        /// How many rows.
        n: usize,
        /// The first of them.
        first: String,
        /// What stands there, where it is no blank.
        misread: Option<String>,
    },
    /// Periods are neither whole numbers nor dates.
    #[error("period `{value}` in column `{column}` is neither a whole number nor a date")]
    BadPeriod {
        /// Column.
        column: String,
        /// Value.
        value: String,
        /// Where.
        place: String,
    },
    /// A period that can be more than one month.
    #[error("period `{value}` in column `{column}` can be read in more than one way")]
    AmbiguousPeriod {
        /// Column.
        column: String,
        /// Value.
        value: String,
        /// Where.
        place: String,
    },
    /// Several things are wrong with the raw tables.
    #[error("{}", each(problems, ToString::to_string))]
    Tables {
        /// All of them.
        problems: Vec<PanelError>,
    },
    /// A role's column is in no table, or in several.
    #[error("{}", role_column(role, column, tables, near.as_deref()).en)]
    RoleColumn {
        /// Role.
        role: String,
        /// Column as written.
        column: String,
        /// Qualified names, where several tables have it.
        tables: Vec<String>,
        /// Nearest column of any table.
        near: Option<String>,
    },
    /// The calendar has no whole period.
    #[error("no whole period lies between {from} and {to}")]
    NoPeriod {
        /// First day.
        from: chrono::NaiveDate,
        /// Last day.
        to: chrono::NaiveDate,
    },
    /// No account was a customer in any period.
    #[error("none of {accounts} accounts was a customer in any period of the study")]
    NoRows {
        /// Accounts that were read.
        accounts: usize,
        /// Their table.
        table: String,
    },
    /// A value changes with events that were not known yet: a defect of this program.
    #[error("KPI `{kpi}` of account `{account}` sees past its as-of date {}", day(*as_of))]
    Leak {
        /// KPI.
        kpi: String,
        /// Account.
        account: String,
        /// As-of date, days since 1970.
        as_of: i32,
    },
    /// Periods span more than a calendar can.
    #[error("the periods in column `{column}` span more than a million")]
    TooManyPeriods {
        /// Column.
        column: String,
    },
    /// Two different rows for one account and period.
    #[error("account `{account}` has two different rows for period {period}")]
    TwoRows {
        /// Account.
        account: String,
        /// Period.
        period: String,
        /// The rows.
        place: String,
        /// How many such rows there are in all.
        n: usize,
    },
    /// A column does not hold what its role needs.
    #[error("column `{column}` holds {found}, a {needed} is needed")]
    WrongKind {
        /// Column.
        column: String,
        /// Kind found.
        found: String,
        /// Kind needed.
        needed: String,
    },
    /// The panel cannot be written.
    #[error("the panel cannot be written: {detail}")]
    Write {
        /// What the system says.
        detail: String,
    },
    /// polars refused an operation on the frame.
    #[error("the table cannot be put in order: {0}")]
    Frame(#[from] polars::error::PolarsError),
}

/// A kind of column in Japanese.
fn kind_ja(kind: &str) -> &str {
    match kind {
        "number" => "数値",
        "text" => "文字列",
        "date" => "日付",
        "boolean" => "真偽値",
        "yes/no flag" => "「はい/いいえ」の値",
        other => other,
    }
}

fn each(problems: &[PanelError], show: impl Fn(&PanelError) -> String) -> String {
    problems.iter().map(show).collect::<Vec<_>>().join("; ")
}

fn day(as_of: i32) -> String {
    chrono::NaiveDate::from_epoch_days(as_of).map_or_else(String::new, |date| date.to_string())
}

fn role_column(role: &str, column: &str, tables: &[String], near: Option<&str>) -> Words {
    let listed = tables.join(", ");
    match (tables.is_empty(), near) {
        (false, _) => words!(
            en: "column `{column}` ({role}) is in several tables: write one of {listed}",
            ja: "列`{column}`（{role}）は複数の表にあります。{listed}のどれかを指定してください",
        ),
        (true, Some(near)) => words!(
            en: "no table has a column `{column}` ({role}); did you mean `{near}`?",
            ja: "列`{column}`（{role}）はどの表にもありません。`{near}`のことですか",
        ),
        (true, None) => words!(
            en: "no table has a column `{column}` ({role})",
            ja: "列`{column}`（{role}）はどの表にもありません",
        ),
    }
}

fn near(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

impl Explain for PanelError {
    fn ja(&self) -> String {
        match self {
            Self::Ingest(error) => error.ja(),
            Self::NoColumn { column, suggestion, .. } => match suggestion {
                Some(name) => format!("列`{column}`がありません。`{name}`のことですか"),
                None => format!("列`{column}`がありません"),
            },
            Self::Blank { what, n, misread, .. } => {
                let what = match what.as_str() {
                    "account" => "顧客ID",
                    "period" => "期",
                    _ => "結果",
                };
                match misread {
                    Some(value) => format!("{what}を読み取れない行が{n}行あります（最初の値は「{value}」）"),
                    None => format!("{what}が空の行が{n}行あります"),
                }
            }
            Self::BadPeriod { column, value, .. } => format!("列`{column}`の期`{value}`は整数でも日付でもありません"),
            Self::AmbiguousPeriod { column, value, .. } => {
                format!("列`{column}`の期`{value}`は、複数の読み方ができます")
            }
            Self::Tables { problems } => each(problems, |problem| match problem.place() {
                Some(place) => format!("{}（{}）", problem.ja(), place.ja),
                None => problem.ja(),
            }),
            Self::RoleColumn { role, column, tables, near } => role_column(role, column, tables, near.as_deref()).ja,
            Self::NoPeriod { from, to } => format!("{from}から{to}までに、まるごと入る期がありません"),
            Self::NoRows { accounts, .. } => {
                format!("調査の期間に契約中だった顧客がいません（顧客{accounts}件）")
            }
            Self::Leak { kpi, account, as_of } => {
                format!("KPI`{kpi}`（顧客`{account}`、基準日{}）に、基準日より後の情報が入っています", day(*as_of))
            }
            Self::TooManyPeriods { column } => format!("列`{column}`の期が百万を超えています"),
            Self::TwoRows { account, period, .. } => {
                format!("顧客`{account}`の期{period}に、内容の異なる行が二つあります")
            }
            Self::WrongKind { column, found, needed } => {
                format!("列`{column}`は{}ですが、{}が必要です", kind_ja(found), kind_ja(needed))
            }
            Self::Write { detail } => format!("パネルを書き出せません：{detail}"),
            Self::Frame(error) => format!("表を並べ替えられません：{error}"),
        }
    }

    fn parts(&self) -> Option<Vec<&dyn Explain>> {
        match self {
            Self::Tables { problems } => Some(problems.iter().map(|problem| problem as &dyn Explain).collect()),
            _ => None,
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.place(),
            Self::NoColumn { needed_as, table, .. } => {
                Some(words!(en: "{table}, needed as {needed_as}", ja: "{table}（用途：{needed_as}）"))
            }
            Self::Blank { column, first, .. } => {
                Some(words!(en: "column `{column}`, first at {first}", ja: "列`{column}`、最初は{first}"))
            }
            Self::NoRows { table, .. } => Some(Words::same(table.clone())),
            Self::BadPeriod { place, .. } | Self::AmbiguousPeriod { place, .. } | Self::TwoRows { place, .. } => {
                Some(Words::same(place.clone()))
            }
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        match self {
            Self::Ingest(error) => error.help(),
            Self::NoColumn { .. } => Some(words!(
                en: "correct the name in the study file, or the header of the table",
                ja: "調査ファイルの列名か、表の見出しを直してください",
            )),
            Self::Tables { problems } => problems.first().and_then(Explain::help),
            Self::RoleColumn { .. } => Some(words!(
                en: "roles name columns of the accounts, the contracts or an event table",
                ja: "役割には、顧客・契約・イベントのいずれかの表の列名を指定します",
            )),
            Self::NoPeriod { .. } => Some(words!(
                en: "let `from` and `to` span one period at least; `to` is the last day of knowledge",
                ja: "`from`から`to`までに、少なくとも1期が入るようにしてください（`to`は分かっている最後の日）",
            )),
            Self::NoRows { .. } => Some(words!(
                en: "compare `from` and `to` with the starts and ends in the tables, and the account columns with each other",
                ja: "`from`と`to`を表の開始日・終了日と見比べ、顧客IDの列が正しいかも確認してください",
            )),
            Self::Leak { .. } => Some(words!(
                en: "this is a defect of the program; please report it with the study file",
                ja: "プログラムの不具合です。調査ファイルを添えて報告してください",
            )),
            Self::Blank { misread: Some(_), .. } => Some(words!(
                en: "correct the cells, or take the rows out of the table; another word for who left is named with `positive = \"...\"`",
                ja: "値を直すか、その行を表から除いてください。離反を表す語が異なる場合は `positive = \"...\"` で指定します",
            )),
            Self::Blank { .. } => Some(words!(
                en: "fill the cells or take the rows out of the table",
                ja: "空欄を埋めるか、その行を表から除いてください",
            )),
            Self::BadPeriod { .. } | Self::TooManyPeriods { .. } => Some(words!(
                en: "write periods as consecutive whole numbers, as ISO dates such as 2026-09-30 or as months such as 2026-09",
                ja: "期は連続した整数か、2026-09-30のようなISO形式の日付、または2026-09のような年月で書いてください",
            )),
            Self::AmbiguousPeriod { .. } => Some(words!(
                en: "write months as 2024-03: the year in four digits, the month in two",
                ja: "年月は2024-03のように、年を4桁、月を2桁で書いてください",
            )),
            Self::TwoRows { n, .. } => Some(words!(
                en: "a panel has one row per account and period; {n} rows break this. Merge them, or use [snapshot] for a table without time",
                ja: "パネルは顧客と期ごとに1行です（違反{n}行）。行をまとめるか、時間のない表なら[snapshot]を使ってください",
            )),
            Self::WrongKind { needed, .. } if needed == "number" => Some(words!(
                en: "give numbers in this column, or use it as segment or controls",
                ja: "この列を数値にするか、segmentかcontrolsとして使ってください",
            )),
            Self::WrongKind { .. } | Self::Write { .. } | Self::Frame(_) => None,
        }
    }
}
