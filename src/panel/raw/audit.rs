//! What became of the rows of every table, and how its events lie in time.

use chrono::NaiveDate;

use crate::ingest::Table;
use crate::notice::{Count, Notice, Severity};
use crate::study::TablesSource;
use crate::words;
use crate::words::{Words, counted};

use super::counts::TableCounts;
use super::lives::Lives;
use super::tables::RawTables;

/// Examples that are shown.
const SHOWN: usize = 3;
/// A period with less than this share of the median has a gap, with more than its inverse a spike.
const GAP: f64 = 0.1;
/// Share of a table's rows that may be left out before its conclusions are unsafe.
pub(super) const UNSAFE_SHARE: f64 = 0.2;
/// Share from which it is worth a warning.
const WARNING_SHARE: f64 = 0.01;

/// How often something was found, and where first.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    pub(super) n: usize,
    pub(super) examples: Vec<Words>,
}

impl Faults {
    pub(super) fn add(&mut self, place: impl FnOnce() -> Words) {
        self.n += 1;
        if self.examples.len() < SHOWN {
            self.examples.push(place());
        }
    }
}

/// Rows that were left out for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason.
    pub what: Words,
    /// How many.
    pub n: usize,
    /// The first of them by file and line.
    pub examples: Vec<Words>,
    /// Such rows contradict another table or the calendar: with many of them, conclusions are unsafe.
    pub contradicts: bool,
}

impl LeftOut {
    /// Rows that are of no use here, but may well be right.
    pub(super) fn new(what: Words, faults: Faults) -> Self {
        Self { what, n: faults.n, examples: faults.examples, contradicts: false }
    }

    /// Rows that cannot be right as long as the other tables are.
    pub(super) fn contradiction(what: Words, faults: Faults) -> Self {
        Self { contradicts: true, ..Self::new(what, faults) }
    }

    fn places(&self) -> Words {
        let more = if self.n > self.examples.len() { (", ...", "、ほか") } else { ("", "") };
        let join = |pick: fn(&Words) -> &String, with: &str| {
            self.examples.iter().map(pick).cloned().collect::<Vec<_>>().join(with)
        };
        Words {
            en: format!("{}{}", join(|w| &w.en, ", "), more.0), ja: format!("{}{}", join(|w| &w.ja, "、"), more.1)
        }
    }
}

/// A table as it was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableAudit {
    /// `accounts`, `contracts` or the name of the event table.
    pub name: String,
    /// File or pattern.
    pub file: String,
    /// Rows read.
    pub n_rows: usize,
    /// Rows used.
    pub n_used: usize,
    /// Rows left out, by reason; only reasons that occurred.
    pub left_out: Vec<LeftOut>,
    /// First and last day of its events.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Events by period of the calendar.
    pub by_period: Vec<u64>,
    /// Leaving was derived from so many days without an event in this log.
    pub silence: Option<i32>,
    /// KPIs whose conditions no row meets.
    pub unmet: Vec<String>,
}

/// Everything found on the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) notices: Vec<Notice>,
    pub(super) tables: Vec<TableAudit>,
}

impl Findings {
    /// A table of accounts or contracts.
    pub(super) fn add_plain(&mut self, table: &Table, name: &str, left_out: Vec<LeftOut>, n_used: usize) {
        self.add(TableAudit {
            name: name.to_owned(),
            file: table.name().to_owned(),
            n_rows: table.n_rows(),
            n_used,
            left_out,
            days: None,
            by_period: Vec::new(),
            silence: None,
            unmet: Vec::new(),
        });
    }

    fn add(&mut self, mut table: TableAudit) {
        table.left_out.retain(|left| left.n > 0);
        for left in &table.left_out {
            let (n, of, what) = (left.n, table.n_rows, &left.what);
            let share = n as f64 / of.max(1) as f64;
            let percent = percent(share);
            let severity = if share >= UNSAFE_SHARE && left.contradicts {
                Severity::Unsafe
            } else if share >= WARNING_SHARE {
                Severity::Warning
            } else {
                Severity::Info
            };
            let file = &table.name;
            let text = Words {
                en: format!("`{file}`: {}: {n} of {of} rows ({percent})", what.en),
                ja: format!("`{file}`：{}：{of}行のうち{n}行（{percent}）", what.ja),
            };
            let notice = Notice::new(severity, "rows_left_out", text).at(left.places()).help(words!(
                en: "they are not used; correct the export, or the study if it names the wrong column",
                ja: "これらの行は使いません。出力元のデータか、調査ファイルの列の指定を確認してください",
            ));
            self.notices.push(notice);
        }
        self.tables.push(table);
    }

    /// A log, with its coverage.
    pub(super) fn add_table(&mut self, counts: TableCounts, lives: &Lives) {
        let TableCounts { table, other } = counts;
        self.coverage(&table, lives);
        self.notices.extend(other);
        self.add(table);
    }

    fn coverage(&mut self, table: &TableAudit, lives: &Lives) {
        let name = &table.name;
        let (Some(first), Some(last)) = (lives.ends.first(), lives.ends.last()) else { return };
        let Some((from, to)) = table.days else {
            let what = words!(en: "`{name}` has no event that can be used", ja: "`{name}`には使える行がありません");
            self.notices.push(Notice::new(Severity::Warning, "no_events", what).at(Words::same(&table.file)));
            return;
        };
        let shown = |label: &str| Words::same(format!("{}: {label}", table.file));
        if from > *first {
            let what = words!(
                en: "`{name}` begins on {from}, after the first period ends ({first}): before that, nothing is not zero",
                ja: "`{name}`の記録は{from}からで、最初の期の末日（{first}）より後です。それ以前の「0件」は未記録かもしれません",
            );
            self.notices.push(
                Notice::new(Severity::Warning, "log_begins_late", what).at(shown(&from.to_string())).help(words!(
                    en: "let the study begin with the log (`from`), so that all windows are covered",
                    ja: "調査の開始（`from`）を記録の開始に合わせてください",
                )),
            );
        }
        let quiet = table.by_period.iter().rev().take_while(|n| **n == 0).count();
        if quiet > 0 && quiet < table.by_period.len() {
            let what = words!(
                en: "`{name}` ends on {to}: the last {quiet} periods before {last} have no event",
                ja: "`{name}`の記録は{to}までで、{last}までの最後の{quiet}期には1件もありません",
            );
            self.notices.push(Notice::new(Severity::Warning, "log_ends_early", what).at(shown(&to.to_string())).help(
                words!(
                    en: "let the study end with the log (`to`), or complete the export",
                    ja: "調査の終了（`to`）を記録の終わりに合わせるか、出力し直してください",
                ),
            ));
        }
        self.gaps(table, lives, quiet);
    }

    /// Periods with hardly any event, or far too many, between the first and the last with some.
    fn gaps(&mut self, table: &TableAudit, lives: &Lives, quiet: usize) {
        let start = table.by_period.iter().take_while(|n| **n == 0).count();
        let end = table.by_period.len().saturating_sub(quiet);
        let Some(inner) = table.by_period.get(start..end).filter(|inner| inner.len() >= 4) else { return };
        let mut sorted = inner.to_vec();
        sorted.sort_unstable();
        let median = sorted[sorted.len() / 2] as f64;
        // A handful of events has gaps by chance.
        if median < 20.0 {
            return;
        }
        let name = &table.name;
        let label = |at: usize| lives.ends.get(start + at).map_or_else(String::new, ToString::to_string);
        let list = |keep: &dyn Fn(f64) -> bool| {
            let found: Vec<String> = inner
                .iter()
                .enumerate()
                .filter(|(_, n)| keep(**n as f64))
                .map(|(at, n)| format!("{} ({n})", label(at)))
                .collect();
            (found.len(), found.into_iter().take(SHOWN).collect::<Vec<_>>().join(", "))
        };
        let (n, first) = list(&|n| n < GAP * median);
        if n > 0 {
            let periods = counted(n, "period");
            let what = words!(
                en: "`{name}` has {periods} with less than a tenth of the usual {median} events: {first}",
                ja: "`{name}`には、通常（{median}件）の1割に満たない期が{n}個あります：{first}",
            );
            self.notices.push(Notice::new(Severity::Warning, "log_gap", what).at(Words::same(&table.file)).help(
                words!(
                    en: "find out whether nothing happened or nothing was recorded",
                    ja: "何も起きなかったのか、記録されなかったのかを確認してください",
                ),
            ));
        }
        let (n, first) = list(&|n| n > median / GAP);
        if n > 0 {
            let periods = counted(n, "period");
            let what = words!(
                en: "`{name}` has {periods} with more than ten times the usual {median} events: {first}",
                ja: "`{name}`には、通常（{median}件）の10倍を超える期が{n}個あります：{first}",
            );
            self.notices.push(Notice::new(Severity::Warning, "log_spike", what).at(Words::same(&table.file)));
        }
    }

    pub(super) fn bad_starts(&mut self, faults: Faults) {
        if faults.n == 0 {
            return;
        }
        let left = LeftOut::new(Words::default(), faults);
        let n = left.n;
        let what = words!(
            en: "{n} accounts have an impossible start date; their first contract says when they began",
            ja: "{n}件の顧客の開始日が正しくありません。最初の契約の開始日を使います",
        );
        self.notices.push(Notice::new(Severity::Warning, "bad_start", what).at(left.places()));
    }

    /// What the lives tell: returns, no contract, departures before the calendar.
    pub(super) fn panel(&mut self, lives: &Lives, tables: &TablesSource, raw: &RawTables) {
        let n = |keep: &dyn Fn(&super::lives::Account) -> bool| lives.accounts.iter().filter(|a| keep(a)).count();
        let all = lives.accounts.len();
        let without = n(&|a| a.life.without_contract);
        if without > 0 {
            let what = words!(
                en: "{without} of {all} accounts have no contract and count as customers to the end of knowledge",
                ja: "顧客{all}件のうち{without}件には契約がなく、調査の終わりまで契約中とみなします",
            );
            self.notices
                .push(Notice::new(Severity::Warning, "no_contract", what).at(Words::same(raw.contracts.name())));
        }
        let back = n(&|a| a.life.returns > 0);
        if back > 0 {
            let contracts: usize = lives.accounts.iter().map(|a| a.life.returns).sum();
            let what = words!(
                en: "{back} accounts came back after they had left; their later {contracts} contracts start no second spell",
                ja: "離反後に再契約した顧客が{back}件あります。その後の契約{contracts}件は使いません",
            );
            self.notices.push(Notice::new(Severity::Info, "returns", what).at(Words::same(raw.contracts.name())));
        }
        let no_row = n(&|a| a.periods.is_empty());
        if no_row > 0 {
            let what = words!(
                en: "{no_row} of {all} accounts have no row: they left before the first period, or begin after the last",
                ja: "顧客{all}件のうち{no_row}件には行がありません（最初の期より前に離反、または最後の期より後に開始）",
            );
            self.notices.push(Notice::new(Severity::Info, "accounts_without_rows", what));
        }
        if tables.contracts.end.is_some() && !lives.ends_are_terms {
            let end = tables.contracts.end.as_deref().unwrap_or_default();
            let what = words!(
                en: "contracts that still run have no `{end}`: it is read as the day on which somebody left, and no term is known in advance",
                ja: "継続中の契約には`{end}`がないため、離反した日として扱います。契約期間の満了日は分からないものとします",
            );
            self.notices
                .push(Notice::new(Severity::Info, "ends_are_departures", what).at(Words::same(raw.contracts.name())));
        }
    }

    /// Rows left out, for the record.
    pub(super) fn counts(&self) -> Vec<Count> {
        let of = |table: &TableAudit| {
            let name = table.name.clone();
            table
                .left_out
                .iter()
                .map(move |left| Count {
                    what: Words { en: format!("{name}: {}", left.what.en), ja: format!("{name}：{}", left.what.ja) },
                    n: left.n,
                })
                .collect::<Vec<_>>()
        };
        self.tables.iter().flat_map(of).collect()
    }
}

/// `77 %`, with a digit where it is small.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    if percent >= 10.0 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}
