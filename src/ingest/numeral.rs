//! Numbers as people write them: with thousands separators, a currency sign, full-width digits; and why a cell is none.

use super::infer::{is_missing_word, parse_number};
use super::written::half_width;
use crate::notice::{Notice, Severity};
use crate::words;
use crate::words::Words;

/// Blanks that keep a number on one line: between digits they can part thousands only.
const NARROW: [char; 3] = ['\u{a0}', '\u{202f}', '\u{2009}'];

/// The number of `1,363.94` or `12,345,678`: groups of three digits after a first of one to three, with a comma or a
/// no-break blank between them.
pub(crate) fn grouped(cell: &str) -> Option<f64> {
    let cell = half_width(cell.trim());
    let unsigned = cell.strip_prefix(['+', '-']).unwrap_or(&cell);
    let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, part)| (whole, Some(part)));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let sign = whole.chars().find(|c| *c == ',' || NARROW.contains(c))?;
    let mut groups = whole.split(sign);
    let first = groups.next()?;
    // `0,125` has a decimal comma.
    let first_ok = is_digits(first) && first.len() <= 3 && !first.starts_with('0');
    let rest: Vec<&str> = groups.collect();
    let rest_ok = !rest.is_empty() && rest.iter().all(|group| group.len() == 3 && is_digits(group));
    (first_ok && rest_ok && fraction.is_none_or(is_digits)).then(|| parse_number(&cell.replace(sign, "")))?
}

/// What the cells of a column say about its commas.
#[derive(Debug, Default)]
pub(crate) struct Commas {
    n_grouped: usize,
    /// Cells with no-break blanks between thousands.
    n_blank: usize,
    /// Cells in which the comma can only stand between thousands, or that have a decimal point.
    n_proofs: usize,
    n_other: usize,
}

impl Commas {
    pub(crate) fn count(&mut self, cell: &str) {
        if let Some(comma) = cell.find([',', '，']) {
            let is_grouped = grouped(cell).is_some();
            self.n_grouped += usize::from(is_grouped);
            self.n_other += usize::from(!is_grouped);
            let last = cell.rfind([',', '，']).unwrap_or(comma);
            self.n_proofs += usize::from(is_grouped && (last != comma || cell.contains(['.', '．'])));
        } else if !cell.is_ascii() && cell.contains(NARROW) {
            self.n_blank += usize::from(grouped(cell).is_some());
        } else {
            self.n_proofs += usize::from(cell.contains('.'));
        }
    }

    /// So many cells are numbers with thousands separators; none where a comma could be a decimal one.
    pub(crate) fn n_thousands(&self) -> usize {
        let sure = match self.n_blank {
            0 => self.n_other == 0 && (self.n_grouped > 1 || self.n_proofs > 0),
            // Where blanks part the thousands, a comma is a decimal one.
            _ => self.n_other == 0 && self.n_grouped == 0,
        };
        if sure { self.n_grouped + self.n_blank } else { 0 }
    }

    /// Whether there are cells that look so and cannot be relied on.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.n_grouped + self.n_blank > 0 && self.n_thousands() == 0
    }
}

/// Says how many numbers of a column were read without their separators.
pub(crate) fn thousands_notice(column: &str, n: usize, table: &str) -> Option<Notice> {
    let what = words!(
        en: "numbers of column `{column}` with a thousands separator, which were read without it: {n}",
        ja: "列「{column}」の{n}個の数値は、桁区切りを除いて読み込みました",
    );
    (n > 0).then(|| Notice::new(Severity::Info, "thousands", what).at(Words::same(table)))
}

/// Why a cell is no number, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberFault {
    Comma,
    Currency,
    Percent,
    TooLarge,
    StoredAsText,
    Other,
}

impl NumberFault {
    pub(super) fn of(cell: &str) -> Self {
        let narrow = half_width(cell.trim());
        let lower = narrow.to_lowercase();
        let has_digit = lower.contains(|c: char| c.is_ascii_digit());
        let currency = ["¥", "$", "€", "£", "円", "jpy", "usd", "eur", "\u{ffe5}"];
        let digits_and_commas = |c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '+' | '-' | ' ');
        if parse_number(cell).is_some() {
            Self::StoredAsText
        } else if has_digit && currency.iter().any(|sign| lower.contains(sign)) {
            Self::Currency
        } else if has_digit && lower.ends_with('%') {
            Self::Percent
        } else if has_digit && lower.contains(',') && lower.chars().all(digits_and_commas) {
            Self::Comma
        } else if lower.parse::<f64>().is_ok() {
            Self::TooLarge
        } else {
            Self::Other
        }
    }

    pub(super) fn words(self) -> Words {
        match self {
            Self::Comma => words!(en: "a thousands separator or a decimal comma", ja: "桁区切りまたは小数点のカンマ"),
            Self::Currency => words!(en: "a currency sign", ja: "通貨記号"),
            Self::Percent => words!(en: "a percent sign", ja: "パーセント記号"),
            Self::TooLarge => words!(en: "infinite or too large", ja: "無限大または大きすぎる値"),
            Self::StoredAsText => words!(en: "a number that the file stores as text", ja: "文字列として保存された数値"),
            Self::Other => words!(en: "not a number", ja: "数値ではない値"),
        }
    }

    pub(super) fn help(self) -> Words {
        match self {
            Self::Comma => words!(
                en: "write the numbers without thousands separators and with a decimal point, for example 1363.94",
                ja: "桁区切りのカンマを外し、小数点はピリオドで書いてください（例：1363.94）",
            ),
            Self::Currency | Self::Percent => words!(
                en: "write the plain number, and the unit into the column's name",
                ja: "数値だけを書き、単位は列名に書いてください",
            ),
            Self::StoredAsText => words!(
                en: "let the export write the column as numbers",
                ja: "列を数値型で出力してください",
            ),
            Self::TooLarge | Self::Other => words!(
                en: "correct these cells, or leave them empty where the number is unknown; a column of categories belongs in `segment` or `controls`",
                ja: "これらのセルを修正するか、不明な場合は空欄にしてください。区分を表す列は `segment` か `controls` に指定します",
            ),
        }
    }
}

/// Whether a cell holds something that is no number.
pub(super) fn is_no_number(cell: &str) -> bool {
    !cell.trim().is_empty() && !is_missing_word(cell) && parse_number(cell).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_three_are_thousands_and_nothing_else_is() {
        for (cell, number) in
            [("1,363.94", 1363.94), ("-30,000", -30_000.0), ("1,234,567", 1_234_567.0), ("１，３６４", 1364.0)]
        {
            assert!(grouped(cell).is_some_and(|x| (x - number).abs() < 1e-9), "{cell}");
        }
        for cell in [
            "1,5", "0,125", "1234,567", "1,23,456", "1,234,", ",234", "12", "1.234,5", "¥1,364", "1,234.", "", "1,2345",
        ] {
            assert_eq!(grouped(cell), None, "{cell}");
        }
    }

    #[test]
    fn one_comma_among_small_numbers_proves_nothing() {
        let of = |cells: &[&str]| {
            let mut commas = Commas::default();
            cells.iter().for_each(|cell| commas.count(cell));
            commas.n_thousands()
        };
        assert_eq!((of(&["12", "1,234", "7"]), of(&["12", "1,234", "2,100"]), of(&["12.5", "1,234"])), (0, 2, 1));
        assert_eq!((of(&["1,234,567"]), of(&["1,363.94"]), of(&["1,5", "1,234", "2,345"])), (1, 1, 0));
    }

    #[test]
    fn no_break_blanks_part_thousands_and_make_commas_decimal() {
        assert!(grouped("1\u{a0}234\u{a0}567").is_some_and(|x| (x - 1_234_567.0).abs() < 1e-9));
        assert_eq!((grouped("1 234"), grouped("1\u{a0}234,567"), grouped("1\u{202f}23")), (None, None, None));
        let of = |cells: &[&str]| {
            let mut commas = Commas::default();
            cells.iter().for_each(|cell| commas.count(cell));
            (commas.n_thousands(), commas.is_doubtful())
        };
        assert_eq!(of(&["1\u{202f}234", "12"]), (1, false));
        assert_eq!(of(&["1\u{202f}234", "1,234", "2,345"]), (0, true));
        assert_eq!((of(&["12", "1,234"]), of(&["12"])), ((0, true), (0, false)));
    }

    #[test]
    fn a_fault_names_what_stands_in_the_way() {
        for (cell, fault) in [
            ("1,5", NumberFault::Comma),
            ("¥1,364", NumberFault::Currency),
            ("１２００円", NumberFault::Currency),
            ("12%", NumberFault::Percent),
            ("inf", NumberFault::TooLarge),
            ("1e308", NumberFault::TooLarge),
            ("1e999", NumberFault::TooLarge),
            ("１２", NumberFault::StoredAsText),
            ("twelve", NumberFault::Other),
        ] {
            assert_eq!(NumberFault::of(cell), fault, "{cell}");
        }
    }
}
