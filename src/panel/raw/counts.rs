//! What was counted while a log was read, and the findings that follow.

use chrono::NaiveDate;

use crate::ingest::{Log, thousands_notice};
use crate::notice::{Notice, Severity};
use crate::study::EventTable;
use crate::words;
use crate::words::Words;

use super::audit::{Faults, LeftOut, TableAudit, UNSAFE_SHARE, percent};

/// Rows of a log by what became of them.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) rows: usize,
    pub(super) used: usize,
    pub(super) no_account: Faults,
    pub(super) unknown: Faults,
    pub(super) no_date: Faults,
    pub(super) not_known: Faults,
    pub(super) before: Faults,
    pub(super) after: Faults,
    /// After the end, of accounts that came back.
    pub(super) after_return: Faults,
    pub(super) duplicates: Faults,
    pub(super) bad_values: Vec<(String, Faults)>,
    /// Columns with how many of their numbers had thousands separators.
    pub(super) thousands: Vec<(String, usize)>,
    /// Linked through a contract: before its start, after its end.
    pub(super) before_contract: Faults,
    pub(super) after_contract: Faults,
    pub(super) linked: usize,
    pub(super) late: usize,
    pub(super) repeated_ids: Option<(String, usize, usize)>,
    pub(super) days: Option<(i32, i32)>,
    pub(super) by_period: Vec<u64>,
    pub(super) zeros: Faults,
}

/// What [`super::audit::Findings`] takes of a log.
#[derive(Debug)]
pub(super) struct TableCounts {
    pub(super) table: TableAudit,
    pub(super) other: Vec<Notice>,
}

impl Counts {
    /// The counts as findings; `duplicates` were found account by account.
    pub(super) fn finish(self, spec: &EventTable, log: &Log, duplicates: usize) -> TableCounts {
        let mut counts = self;
        counts.duplicates.n += duplicates;
        counts.used -= duplicates;
        let other = counts.notices(spec, log);
        let left_out = vec![
            LeftOut::new(words!(en: "rows without an account", ja: "顧客IDのない行"), counts.no_account),
            LeftOut::new(words!(en: "rows of unknown accounts", ja: "顧客表にない顧客の行"), counts.unknown),
            LeftOut::contradiction(
                words!(en: "rows without a possible date", ja: "日付が正しくない行"),
                counts.no_date,
            ),
            LeftOut::new(words!(en: "exact duplicates", ja: "完全に同じ行（重複）"), counts.duplicates),
            LeftOut::contradiction(
                words!(en: "rows before the account's start", ja: "顧客の開始日より前の行"),
                counts.before,
            ),
            LeftOut::contradiction(
                words!(en: "rows after the account's end", ja: "顧客の終了日より後の行"),
                counts.after,
            ),
            LeftOut::new(words!(en: "rows of accounts that came back", ja: "再契約後の行"), counts.after_return),
            LeftOut::new(
                words!(en: "rows that cannot be proven to have been known", ja: "いつ記録されたか証明できない行"),
                counts.not_known,
            ),
        ];
        let date = |day: i32| NaiveDate::from_epoch_days(day);
        let table = TableAudit {
            name: spec.name.clone(),
            file: log.name().to_owned(),
            n_rows: counts.rows,
            n_used: counts.used,
            left_out,
            days: counts.days.and_then(|(first, last)| Some((date(first)?, date(last)?))),
            by_period: counts.by_period,
            silence: None,
            unmet: Vec::new(),
        };
        TableCounts { table, other }
    }

    fn notices(&self, spec: &EventTable, log: &Log) -> Vec<Notice> {
        let mut notices = log.notices().to_vec();
        let (name, account) = (&spec.name, &spec.account);
        let share = |n: usize| percent(n as f64 / self.linked.max(1) as f64);
        let places = |faults: &Faults| {
            let join =
                |pick: fn(&Words) -> &String| faults.examples.iter().map(pick).cloned().collect::<Vec<_>>().join(", ");
            Words { en: join(|w| &w.en), ja: join(|w| &w.ja) }
        };
        let grave = |n: usize| {
            if n as f64 >= UNSAFE_SHARE * self.linked.max(1) as f64 { Severity::Unsafe } else { Severity::Warning }
        };
        if self.before_contract.n > 0 {
            let (n, of) = (self.before_contract.n, self.linked);
            let share = share(n);
            let what = words!(
                en: "`{name}`: {n} of {of} rows ({share}) are dated before the contract that their `{account}` names begins",
                ja: "`{name}`：{of}行のうち{n}行（{share}）の日付が、`{account}`の契約の開始日より前です",
            );
            notices.push(Notice::new(grave(n), "before_contract", what).at(places(&self.before_contract)));
        }
        if self.after_contract.n > 0 {
            let (n, of) = (self.after_contract.n, self.linked);
            let share = share(n);
            let what = words!(
                en: "`{name}`: {n} of {of} rows ({share}) are dated after the contract that their `{account}` names has ended",
                ja: "`{name}`：{of}行のうち{n}行（{share}）の日付が、`{account}`の契約の終了日より後です",
            );
            notices.push(Notice::new(grave(n), "after_contract", what).at(places(&self.after_contract)));
        }
        if let Some((column, n, of)) = &self.repeated_ids {
            let what = words!(
                en: "`{name}`: {n} of {of} rows repeat a `{column}` that another row has; they count as rows of their own unless all cells are the same",
                ja: "`{name}`：{of}行のうち{n}行の`{column}`が重複しています。すべての値が同じ行だけを重複として除きます",
            );
            notices.push(Notice::new(Severity::Warning, "repeated_ids", what).at(Words::same(log.name())));
        }
        if self.late > 0 {
            let (late, used) = (self.late, self.used);
            let what = words!(
                en: "`{name}`: {late} of {used} rows were recorded more than 30 days after they happened; they count from the day of the record",
                ja: "`{name}`：{used}行のうち{late}行は、発生から30日以上遅れて記録されています。記録された日から使います",
            );
            notices.push(Notice::new(Severity::Info, "late_records", what).at(Words::same(log.name())));
        }
        for (column, faults) in self.bad_values.iter().filter(|(_, faults)| faults.n > 0) {
            let n = faults.n;
            let what = words!(
                en: "`{name}`: {n} cells of `{column}` are not of its kind and count as missing",
                ja: "`{name}`：`{column}`の{n}個の値は読み取れないため、欠測として扱います",
            );
            notices.push(Notice::new(Severity::Warning, "bad_cells", what).at(places(faults)).help(words!(
                en: "write numbers without thousands separators and currency signs, and with a decimal point",
                ja: "数値は、桁区切りのカンマや通貨記号を外し、小数点をピリオドにして書いてください",
            )));
        }
        notices.extend(self.thousands.iter().filter_map(|(column, n)| thousands_notice(column, *n, log.name())));
        if self.zeros.n > 0 {
            let n = self.zeros.n;
            let what = words!(
                en: "`{name}`: {n} unknown accounts would be known without their leading zeros, or with them",
                ja: "`{name}`：先頭のゼロの有無を除けば一致する顧客IDが{n}件あります",
            );
            notices.push(Notice::new(Severity::Warning, "leading_zeros", what).at(places(&self.zeros)));
        }
        notices
    }
}
