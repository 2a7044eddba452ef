//! Months as people write them: a year in four digits or of an era, and the month by number, in kanji or by name.

use chrono::{Datelike, Months, NaiveDate};

use crate::study::month_named;

use super::written::{self, half_width};

/// What a cell says of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MonthCell {
    /// The last day of the month, days since 1970-01-01: all of the month is known from then on.
    End(i32),
    /// Something that can be a month in more than one way: `Mar-24` (year or day), `24/3`, `24年3月` (of which era).
    Ambiguous,
}

/// The month of `2024-03`, `2024/3`, `2024.03`, `03/2024`, `Mar 2024`, `2024年3月`, `令和6年3月`, with 分, 度 or 末 behind it
/// and in full-width digits; `None` for what is no month.
pub(crate) fn month(cell: &str) -> Option<MonthCell> {
    let narrow = half_width(cell.trim());
    let cell = narrow.as_ref();
    if cell.contains('年') {
        return in_kanji(cell);
    }
    let parts: Vec<&str> = cell.split(['/', '-', '.', ' ', ',']).filter(|part| !part.is_empty()).collect();
    let [first, second] = parts[..] else { return None };
    if let Some(month) = month_named(first).or_else(|| month_named(second)) {
        let year = if month_named(first).is_some() { second } else { first };
        return match number(year)? {
            (4, year) => end(i32::try_from(year).ok()?, month),
            _ => Some(MonthCell::Ambiguous),
        };
    }
    // Two numbers with one sign between them, and no blank.
    if cell.len() != first.len() + second.len() + 1 || cell.contains([' ', ',']) {
        return None;
    }
    match (number(first)?, number(second)?) {
        ((4, year), (1 | 2, month)) | ((1 | 2, month), (4, year)) => end(i32::try_from(year).ok()?, month),
        ((1 | 2, a), (1 | 2, b)) if (1..=12).contains(&a) || (1..=12).contains(&b) => Some(MonthCell::Ambiguous),
        _ => None,
    }
}

/// The last day of the month of `202403`, days since 1970-01-01: a month where the study says that the column holds time, or
/// where every value of the column is one; six digits elsewhere are a number like any other.
pub(crate) fn packed_month(cell: &str) -> Option<i32> {
    let narrow = half_width(cell.trim());
    let (year, month) = narrow.split_at_checked(4).filter(|(year, month)| year.len() + month.len() == 6)?;
    let (4, year) = number(year)? else { return None };
    let (2, month) = number(month)? else { return None };
    match end(i32::try_from(year).ok()?, month)? {
        MonthCell::End(day) => Some(day),
        MonthCell::Ambiguous => None,
    }
}

/// As [`month`] and [`packed_month`] for one cell alone, of which no other of its column tells whether `2024.1` lost a zero.
pub(super) fn month_alone(cell: &str) -> Option<MonthCell> {
    let one_digit = cell.split_once('.').is_some_and(|(year, month)| {
        month.len() == 1 && number(year).is_some_and(|(digits, _)| digits == 4) && number(month).is_some()
    });
    match packed_month(cell) {
        Some(day) => Some(MonthCell::End(day)),
        None => month(cell).map(|found| if one_digit { MonthCell::Ambiguous } else { found }),
    }
}

/// The first cell of a column whose October a program may have written as January: `2024.1` is the number 2024.10 without
/// its last zero. None where some cell still ends in `.10`, or where the February of that year is `2024.2`.
pub(crate) fn lost_zero<'c>(cells: impl Iterator<Item = &'c str> + Clone) -> Option<&'c str> {
    let parts =
        |cell: &'c str| cell.trim().split_once('.').filter(|(year, _)| number(year).is_some_and(|(n, _)| n == 4));
    let pairs = cells.clone().filter_map(parts);
    let one_digit = |month: &str| month.len() == 1;
    let mixed =
        pairs.clone().any(|(_, month)| month.starts_with('0')) && pairs.clone().any(|(_, month)| one_digit(month));
    let keeps_zeros = pairs.clone().any(|(_, month)| month == "10") && !mixed;
    cells.into_iter().find(|cell| match parts(cell) {
        Some((_, month)) if mixed => one_digit(month),
        Some((year, "1")) => !keeps_zeros && !pairs.clone().any(|other| other == (year, "2")),
        _ => false,
    })
}

fn in_kanji(cell: &str) -> Option<MonthCell> {
    let (year, rest) = cell.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    let (_, month) = number(month.trim()).filter(|(digits, _)| *digits <= 2)?;
    if !["", "分", "度", "末"].contains(&rest.trim()) {
        return None;
    }
    let year = year.trim();
    match (written::year(year), number(year)) {
        (Some(year), _) => end(year, month),
        (None, Some((1 | 2, _))) if (1..=12).contains(&month) => Some(MonthCell::Ambiguous),
        _ => None,
    }
}

/// Digits and value of a number of one to four digits.
fn number(text: &str) -> Option<(usize, u32)> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Some((text.len(), text.parse().ok()?)))?
}

fn end(year: i32, month: u32) -> Option<MonthCell> {
    let first = NaiveDate::from_ymd_opt(year, month, 1).filter(|day| (1900..2100).contains(&day.year()))?;
    Some(MonthCell::End(first.checked_add_months(Months::new(1))?.pred_opt()?.to_epoch_days()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<MonthCell> {
        text.parse::<NaiveDate>().ok().map(|day| MonthCell::End(day.to_epoch_days()))
    }

    #[test]
    fn months_are_read_however_they_are_written() {
        for cell in [
            "2024-03",
            "2024/3",
            "2024.03",
            "2024-3",
            "03/2024",
            "3-2024",
            "Mar 2024",
            "march 2024",
            "Mar-2024",
            "Mar. 2024",
            "March, 2024",
            "2024 MAR",
            "2024年3月",
            "2024年03月分",
            "2024年3月度",
            "２０２４年３月",
            "２０２４／３",
            "令和6年3月",
            "令和６年３月分",
            "平成36年3月",
            " 2024-03 ",
        ] {
            assert_eq!(month(cell), iso("2024-03-31"), "{cell}");
        }
        assert_eq!((month("令和元年5月"), month("2023-02")), (iso("2019-05-31"), iso("2023-02-28")));
        assert_eq!(month("Sept 2024"), iso("2024-09-30"));
    }

    #[test]
    fn what_can_be_two_months_is_neither_and_days_are_none() {
        for cell in ["Mar-24", "24-Mar", "Mar 5", "24/3", "3/24", "24年3月", "6年3月", "3-12"] {
            assert_eq!(month(cell), Some(MonthCell::Ambiguous), "{cell}");
        }
        for cell in [
            "",
            "2024",
            "202403",
            "2024-13",
            "2024-00",
            "2024年13月",
            "2024年3月9日",
            "2024-03-09",
            "2024年",
            "13/24/3",
            "Marketing 2024",
            "31-40",
            "2024 03",
            "R6.3",
            "v2024.3",
            "2024Q1",
            "令和0年3月",
            "2024年3月上旬",
            "1024-03",
        ] {
            assert_eq!(month(cell), None, "{cell}");
        }
    }

    #[test]
    fn six_digits_are_a_month_of_a_customers_time_or_nothing() {
        let day = |text: &str| text.parse::<NaiveDate>().ok().map(|day| day.to_epoch_days());
        assert_eq!((packed_month("202402"), packed_month(" ２０２３１２ ")), (day("2024-02-29"), day("2023-12-31")));
        for cell in
            ["202413", "202400", "2024", "20240301", "2024-3", "189912", "210001", "20240a", "２０２４年", "", "年月"]
        {
            assert_eq!(packed_month(cell), None, "{cell}");
        }
        assert_eq!(month_alone("2024.1"), Some(MonthCell::Ambiguous));
        assert_eq!((month_alone("2024.10"), month_alone("202410")), (iso("2024-10-31"), iso("2024-10-31")));
        assert_eq!((month_alone("2024-1"), month_alone("1.2024")), (iso("2024-01-31"), iso("2024-01-31")));
    }

    #[test]
    fn a_january_that_may_be_october_is_found() {
        let lost = |cells: &'static [&'static str]| lost_zero(cells.iter().copied());
        assert_eq!(lost(&["2024.8", "2024.9", "2024.1"]), Some("2024.1"));
        assert_eq!(lost(&["2024.09", "2024.1", "2024.11"]), Some("2024.1"));
        assert_eq!(lost(&["2024.1", "2024.2", "2024.3"]), None);
        assert_eq!(lost(&["2024.9", "2024.10", "2025.1"]), None);
        assert_eq!(lost(&["2024.01", "2024.10"]), None);
        assert_eq!(lost(&["2024-1", "2024年1月"]), None);
    }
}
