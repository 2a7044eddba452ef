//! A first study file from a table: what its columns probably mean, written down with comments for a person to correct.
//!
//! Nothing is decided here. Names and values are guessed from, what is left out is said with its reason, and the file
//! that comes out is a correct study file as far as [`crate::study::parse_study`] can see.

mod fates;
mod guess;
mod name_words;
mod page;
mod raw;
mod render;
mod sketch;
#[cfg(test)]
mod tests;
mod wide;
// Lists of words read better in lines than one below the other.
#[rustfmt::skip]
mod words_of_columns;

use crate::notice::Explain;
use crate::words;
use crate::words::{Lang, Words};

pub use raw::{TableSketch, propose_raw};
pub use sketch::{ColumnSketch, SketchKind};
pub use wide::Wide;

/// A first study file and what to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The study file.
    pub toml: String,
    /// What was guessed and what to check by hand, one line each.
    pub summary: Vec<Words>,
}

/// Why no study file can be proposed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProposeError {
    /// Everything is in one column: the delimiter was not recognised.
    #[error("the table has one column, `{column}`")]
    OneColumn {
        /// Its name.
        column: String,
    },
    /// Nothing says who left.
    #[error(
        "no column says who left: none with two values has a name such as `churn`, `churned`, `attrition` or `cancelled`"
    )]
    NoOutcome {
        /// Columns with two values.
        two_valued: Vec<String>,
        /// A column of the days on which customers left.
        left_on: Option<String>,
    },
    /// Nobody left, or everybody did.
    #[error("column `{column}` looks like the outcome and has the same value in every row")]
    OneOutcome {
        /// The column.
        column: String,
    },
    /// No table says when customers began and left.
    #[error("no table has an account with the dates on which contracts start and end")]
    NoContracts {
        /// Tables.
        tables: Vec<String>,
        /// Columns that look like dates and cannot be read.
        unread: Vec<String>,
    },
    /// No table holds events.
    #[error("no table beside accounts and contracts has an account and a date")]
    NoLog {
        /// Tables.
        tables: Vec<String>,
    },
    /// Months are columns where they should be rows.
    #[error("{}", wide::what(tables).en)]
    Wide {
        /// Such tables.
        tables: Vec<Wide>,
    },
    /// Nothing to test.
    #[error("no column is left that could be a KPI")]
    NoKpi {
        /// Columns that were left out.
        left_out: Vec<String>,
    },
}

impl Explain for ProposeError {
    fn ja(&self) -> String {
        match self {
            Self::NoOutcome { .. } => {
                "離反したかどうかを示す列が見つかりません。値が2種類で、`churn`・`解約`・`離反`・`退会` などの名前を持つ列がありません".to_owned()
            }
            Self::OneColumn { column } => format!("列が1つ（「{column}」）しかありません"),
            Self::OneOutcome { column } => format!("列「{column}」は結果の列と思われますが、すべての行で同じ値です"),
            Self::NoContracts { .. } => "顧客IDと契約の開始日・終了日を持つ表が見つかりません".to_owned(),
            Self::NoLog { .. } => "顧客と契約のほかに、顧客IDと日付を持つ表が見つかりません".to_owned(),
            Self::Wide { tables } => wide::what(tables).ja,
            Self::NoKpi { .. } => "KPI の候補になる列が残りません".to_owned(),
        }
    }

    fn place(&self) -> Option<Words> {
        match self {
            Self::NoOutcome { two_valued, .. } if !two_valued.is_empty() => {
                let names = list(two_valued);
                Some(words!(en: "columns with two values: {names}", ja: "値が2種類の列：{names}"))
            }
            Self::NoContracts { unread, .. } if !unread.is_empty() => {
                let names = list(unread);
                Some(words!(en: "not read as dates: {names}", ja: "日付として読めない列：{names}"))
            }
            Self::NoKpi { left_out } if !left_out.is_empty() => {
                let names = list(left_out);
                Some(words!(en: "left out: {names}", ja: "除いた列：{names}"))
            }
            _ => None,
        }
    }

    fn help(&self) -> Option<Words> {
        Some(match self {
            Self::NoOutcome { left_on: Some(column), .. } => words!(
                en: "`{column}` is filled for those who left: add a column `churn` with 1 where it is filled and 0 elsewhere; or give `init` this table with the day on which each customer began, and tables of events beside it",
                ja: "「{column}」は離反した顧客だけに入っています。入っていれば1、空欄なら0とする列 `churn` を追加してください。または、契約の開始日を加えたこの表と、イベントの表を合わせて `init` に渡してください",
            ),
            Self::NoOutcome { .. } => words!(
                en: "add a column `churn` with 1 for customers who left and 0 for those who stayed, or rename the column that says it",
                ja: "離反した顧客を1、継続中の顧客を0とする列 `churn` を追加するか、それを示す列の名前を変えてください",
            ),
            Self::OneColumn { .. } => words!(
                en: "columns are parted by a comma, a semicolon, a tab or `|`; export the table with one of these",
                ja: "列の区切りとして読めるのは、カンマ、セミコロン、タブ、「|」です。いずれかで出力し直してください",
            ),
            Self::OneOutcome { .. } => words!(
                en: "the table needs customers who left and customers who stayed; check the filter of the export",
                ja: "離反した顧客と継続中の顧客の両方が必要です。出力時の抽出条件を確認してください",
            ),
            Self::NoContracts { unread, .. } if !unread.is_empty() => words!(
                en: "write the dates as YYYY-MM-DD and call `init` again, or write the study by hand with `date_format`",
                ja: "日付を YYYY-MM-DD で書き直して `init` を再実行するか、`date_format` を指定した調査ファイルを手で書いてください",
            ),
            Self::NoContracts { .. } => words!(
                en: "add the table of contracts with columns such as `account_id`, `start` and `end` (empty while it runs)",
                ja: "`account_id`・`start`・`end`（継続中は空欄）のような列を持つ契約の表を加えてください",
            ),
            Self::NoLog { .. } => words!(
                en: "add at least one table of events with columns such as `account_id` and `date`",
                ja: "`account_id`と`date`のような列を持つイベントの表を1つ以上加えてください",
            ),
            Self::Wide { tables } => wide::help(tables),
            Self::NoKpi { .. } => words!(
                en: "add at least one number or yes/no column that was known before the outcome, for example logins or contacts",
                ja: "ログイン回数や接触回数など、結果より前に分かっていた数値または「はい/いいえ」の列を追加してください",
            ),
        })
    }
}

/// Proposes a study file for one table.
///
/// `path_in_study` is the table's path as the study file should name it; comments are in `lang`.
///
/// # Errors
/// [`ProposeError`] where no column can be the outcome, or none is left to be a KPI.
pub fn propose(columns: &[ColumnSketch], path_in_study: &str, lang: Lang) -> Result<Proposal, ProposeError> {
    if let [column] = columns
        && column.kind == SketchKind::Text
        && column.n_distinct() > 2
    {
        return Err(ProposeError::OneColumn { column: column.shown_name() });
    }
    let wide = wide::wide(path_in_study, columns);
    let columns = &columns.iter().map(with_days).collect::<Vec<_>>()[..];
    let frame = guess::frame(columns).map_err(|error| match (error, &wide) {
        (ProposeError::NoOutcome { .. }, Some(wide)) => ProposeError::Wide { tables: vec![wide.clone()] },
        (error, _) => error,
    })?;
    let fates = fates::fates(columns, &frame);
    if fates.kpis.is_empty() {
        let left_out = fates.left_out.iter().map(|(column, _)| columns[*column].shown_name()).collect();
        return Err(ProposeError::NoKpi { left_out });
    }
    let mut proposal = render::render(columns, &frame, &fates, path_in_study, lang);
    proposal.summary.extend(wide.map(|wide| wide.remark(true)));
    Ok(proposal)
}

/// A column of months as dates, unless it is called after customers.
fn with_days(column: &ColumnSketch) -> ColumnSketch {
    let is_id = name_words::NameWords::of(&column.name).names_account() > 0;
    if is_id { column.clone() } else { column.with_months_as_days() }
}

/// The first few names of a list.
fn list(names: &[String]) -> String {
    const SHOWN: usize = 8;
    let mut text = names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

/// The lamp, to be filled in.
const LAMP: &str = "# [lamp]\n# action = { name = \"call the decision maker\", owner = \"csm\" }\n# cost_of_action = 300\n\
                    # saves = 0.2\n# value = 6000";

fn lamp_hint() -> Words {
    words!(
        en: "Say what is done when a lamp lights, and by whom: without it nobody's lamp is lit. With what acting costs, the share of leavers that it keeps and what a kept account is worth, the limit comes from these.",
        ja: "ランプが点いたときに誰が何をするかを書いてください。書かない限りランプは点きません。対応の費用、引き止められる割合、引き止めた顧客の価値を書くと、点灯の境目はそこから決まります。",
    )
}
