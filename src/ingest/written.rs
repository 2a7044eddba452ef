//! Days as people write them: with full-width digits, in kanji, in years of a Japanese era.

use std::borrow::Cow;

use chrono::NaiveDate;

/// An era of the Japanese calendar; its days count from 1970-01-01.
struct Era {
    marks: [&'static str; 2],
    year_before: i32,
    first: i32,
    last: i32,
}

/// Those in which customers of today began: from 1989-01-08, and from 2019-05-01.
const ERAS: [Era; 2] = [
    Era { marks: ["令和", "R"], year_before: 2018, first: 18_017, last: i32::MAX },
    Era { marks: ["平成", "H"], year_before: 1988, first: 6_947, last: 18_016 },
];

/// Full-width digits, letters, separators and blanks as ASCII writes them.
pub(super) fn half_width(cell: &str) -> Cow<'_, str> {
    if cell.is_ascii() {
        return Cow::Borrowed(cell);
    }
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    };
    Cow::Owned(cell.chars().map(narrow).collect())
}

/// Days since 1970-01-01 of a day without a time: `2024-3-9`, `2024/03/09`, `2024.3.9`, `2024年3月9日`, `令和6年3月9日`,
/// `R6.3.9` or `H31/4/30`. The digits are ASCII.
pub(super) fn day(date: &str) -> Option<i32> {
    let (era, rest) = era_of(date)?;
    let parts = if rest.contains('年') { in_kanji(rest)? } else { separated(rest, era.is_some())? };
    let [year, month, day] = parts;
    let found =
        NaiveDate::from_ymd_opt(year_of(era, year)?, digits(month, 1..=2)?, digits(day, 1..=2)?)?.to_epoch_days();
    // Contracts signed under 平成 end in its year 36, and 令和元年2月 is no other day; a letter and digits may be a code.
    let is_code = |era: &Era| !era.marks.iter().any(|mark| !mark.is_ascii() && date.starts_with(mark));
    era.is_none_or(|era| !is_code(era) || (era.first..=era.last).contains(&found)).then_some(found)
}

/// The year of `2024`, `令和6` or `平成元`.
pub(super) fn year(text: &str) -> Option<i32> {
    let (era, rest) = era_of(text)?;
    year_of(era, rest)
}

/// The era that a date begins with, and what follows it.
fn era_of(date: &str) -> Option<(Option<&'static Era>, &str)> {
    if date.starts_with(|first: char| first.is_ascii_digit()) {
        return Some((None, date));
    }
    ERAS.iter().find_map(|era| era.marks.iter().find_map(|mark| Some((Some(era), date.strip_prefix(mark)?))))
}

fn year_of(era: Option<&Era>, year: &str) -> Option<i32> {
    match (era, year) {
        (Some(era), "元") => Some(era.year_before + 1),
        (Some(era), year) => Some(era.year_before + i32::try_from(digits(year, 1..=2).filter(|year| *year > 0)?).ok()?),
        (None, year) => i32::try_from(digits(year, 4..=4)?).ok(),
    }
}

/// A number of so many ASCII digits.
fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    (lengths.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Year, month and day of `2024年3月9日`.
fn in_kanji(date: &str) -> Option<[&str; 3]> {
    let (year, rest) = date.split_once('年')?;
    let (month, rest) = rest.split_once('月')?;
    Some([year.trim(), month.trim(), rest.trim().strip_suffix('日')?])
}

/// Three parts with one separator between them; an era's mark before `-` would make a date of many a code.
fn separated(date: &str, has_era: bool) -> Option<[&str; 3]> {
    let separator = date.chars().find(|c| matches!(c, '/' | '.' | '-')).filter(|c| !has_era || *c != '-')?;
    let mut parts = date.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

/// Days since 1970-01-01 of `YYYYMMDD`, from 1900 to 2099: a date only where the study says that the column holds dates.
pub(super) fn compact(cell: &str) -> Option<i32> {
    let cell = cell.trim();
    if cell.len() != 8 || !cell.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: u32 = cell.parse().ok()?;
    let year = i32::try_from(number / 10_000).ok().filter(|year| (1900..2100).contains(year))?;
    Some(NaiveDate::from_ymd_opt(year, number / 100 % 100, number % 100)?.to_epoch_days())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str) -> Option<i32> {
        text.parse::<NaiveDate>().ok().map(|day| day.to_epoch_days())
    }

    #[test]
    fn japanese_writings_are_the_days_that_they_mean() {
        for (written, day_of) in [
            ("2024年3月31日", "2024-03-31"),
            ("2024年03月01日", "2024-03-01"),
            ("2024.3.1", "2024-03-01"),
            ("2024-3-1", "2024-03-01"),
            ("２０２４／３／１", "2024-03-01"),
            ("２０２４年３月１日", "2024-03-01"),
            ("令和6年3月31日", "2024-03-31"),
            ("令和元年5月1日", "2019-05-01"),
            ("平成31年4月30日", "2019-04-30"),
            ("平成36年3月31日", "2024-03-31"),
            ("令和元年2月28日", "2019-02-28"),
            ("R6.3.31", "2024-03-31"),
            ("R06/03/01", "2024-03-01"),
            ("H31.4.30", "2019-04-30"),
            ("Ｒ６．３．３１", "2024-03-31"),
        ] {
            assert_eq!(day(&half_width(written)), iso(day_of), "{written}");
        }
    }

    #[test]
    fn what_is_no_day_or_lies_outside_its_era_is_none() {
        for written in [
            "",
            "2024年3月",
            "2024年2月30日",
            "2024年3月31日夜",
            "24.3.1",
            "2024.3",
            "2024.3.1.5",
            "2024-3/1",
            "令和0年1月1日",
            "R1.4.30",
            "H31.5.1",
            "昭和63年1月1日",
            "R6-3-31",
            "R1.2.3",
            "Rev6.3.1",
            "H100.1.1",
            "R元.5.1.2",
            "R",
            "年月日",
        ] {
            assert_eq!(day(written), None, "{written}");
        }
    }

    #[test]
    fn eight_digits_are_a_day_of_a_customers_time_or_nothing() {
        assert_eq!(compact("20240301"), iso("2024-03-01"));
        for written in ["20240230", "2024031", "00010101", "99991231", "2024-3-1", "２０２４０３０１"] {
            assert_eq!(compact(written), None, "{written}");
        }
    }
}
