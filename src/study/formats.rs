//! Texts with a form of their own: windows, days, zones, ways to write dates, names.

use chrono::format::{Item, StrftimeItems};

use super::extraction::{Window, WindowUnit};
use super::shape::Fault;
use super::source::DateFormat;

/// Longest window; a century is past any customer's memory and keeps dates inside the calendar.
const MAX_WINDOW_DAYS: u64 = 36_525;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `90d`, `3mo`: a whole number above 0 and a unit.
pub(super) fn window(text: &str) -> Option<Window> {
    let unit_at = text.find(|c: char| !c.is_ascii_digit())?;
    let (digits, unit) = text.split_at_checked(unit_at)?;
    let count: u32 = digits.parse().ok().filter(|count| *count > 0)?;
    let (unit, days) = match unit {
        "d" => (WindowUnit::Day, 1),
        "w" => (WindowUnit::Week, 7),
        "mo" => (WindowUnit::Month, 30),
        "q" => (WindowUnit::Quarter, 91),
        "y" => (WindowUnit::Year, 365),
        _ => return None,
    };
    (u64::from(count) * days <= MAX_WINDOW_DAYS).then_some(Window { count, unit })
}

/// `31d`, `4w`: whole days, 0 allowed.
pub(super) fn days(text: &str) -> Option<u32> {
    let (digits, factor) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(digits), _) => (digits, 1),
        (_, Some(digits)) => (digits, 7),
        _ => return None,
    };
    let whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let days = digits.parse::<u32>().ok().filter(|_| whole)?.checked_mul(factor)?;
    (u64::from(days) <= MAX_WINDOW_DAYS).then_some(days)
}

/// The number of a month's English name, whole or its first three letters (`Sept`, too).
pub(crate) fn month_named(text: &str) -> Option<u32> {
    let lower = text.to_lowercase();
    let is_it = |name: &&str| lower == **name || lower == name[..3] || (lower == "sept" && name.starts_with("sept"));
    (1..).zip(&MONTHS).find(|(_, name)| is_it(name)).map(|(month, _)| month)
}

/// Whether it looks like `Asia/Tokyo`, `UTC` or `+09:00`; whether the zone exists is known where stamps are converted.
pub(super) fn is_zone(text: &str) -> bool {
    if let Some(offset) = text.strip_prefix(['+', '-']) {
        let Some((hours, minutes)) = offset.split_once(':') else { return false };
        let two = |part: &str, max: u32| {
            part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()) && part.parse().is_ok_and(|n: u32| n <= max)
        };
        return two(hours, 14) && two(minutes, 59);
    }
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    text == "UTC" || (text.contains('/') && text.split('/').all(part))
}

/// `DD/MM/YYYY`, `MM/DD/YYYY`, `excel`, other orders of the three, or a pattern with `%`.
pub(super) fn date_format(text: &str) -> Option<DateFormat> {
    match text {
        "DD/MM/YYYY" => return Some(DateFormat::DayFirst),
        "MM/DD/YYYY" => return Some(DateFormat::MonthFirst),
        "excel" => return Some(DateFormat::ExcelSerial),
        _ => {}
    }
    let pattern = if text.contains('%') {
        text.to_owned()
    } else {
        let once = |part: &str| text.matches(part).count() == 1;
        let pattern = text.replace("YYYY", "%Y").replace("MM", "%m").replace("DD", "%d");
        let rest = text.replace("YYYY", "").replace("MM", "").replace("DD", "");
        if !(once("YYYY") && once("MM") && once("DD")) || rest.chars().any(|c| c.is_ascii_alphanumeric()) {
            return None;
        }
        pattern
    };
    let mut items = StrftimeItems::new(&pattern);
    let valid = items.clone().any(|item| matches!(item, Item::Numeric(..) | Item::Fixed(..)))
        && items.all(|item| item != Item::Error);
    valid.then_some(DateFormat::Pattern(pattern))
}

/// What forbids a name of a KPI, event table or study, if anything.
pub(super) fn name_fault(name: &str) -> Option<Fault> {
    if name.trim() != name {
        Some(Fault::Edges)
    } else if name.chars().any(char::is_control) {
        Some(Fault::Control)
    } else if name.chars().count() > Fault::MAX_CHARS {
        Some(Fault::TooLong)
    } else if name == "(intercept)" {
        // The constant term of every exported model has this name.
        Some(Fault::Reserved)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_a_count_and_a_unit() {
        assert_eq!(window("90d"), Some(Window { count: 90, unit: WindowUnit::Day }));
        assert_eq!(window("3mo"), Some(Window { count: 3, unit: WindowUnit::Month }));
        assert_eq!(window("100y"), Some(Window { count: 100, unit: WindowUnit::Year }));
        for bad in ["", "d", "0d", "-3d", "90", "90 d", "1.5mo", "90days", "3m", "101y", "99999999999d", "９０d"] {
            assert_eq!(window(bad), None, "{bad}");
        }
    }

    #[test]
    fn days_count_weeks_as_seven() {
        assert_eq!((days("31d"), days("4w"), days("0d")), (Some(31), Some(28), Some(0)));
        for bad in ["", "d", "31", "1mo", "-1d", "+1d", "4294967295w"] {
            assert_eq!(days(bad), None, "{bad}");
        }
    }

    #[test]
    fn zones_are_names_or_offsets() {
        for good in ["UTC", "Asia/Tokyo", "America/Argentina/Buenos_Aires", "+09:00", "-03:30", "Etc/GMT+9"] {
            assert!(is_zone(good), "{good}");
        }
        for bad in ["JST", "+9", "+25:00", "+09:60", "Asia/", "/Tokyo", "東京", "+é9:00"] {
            assert!(!is_zone(bad), "{bad}");
        }
    }

    #[test]
    fn date_formats_say_which_is_the_month() {
        assert_eq!(date_format("DD/MM/YYYY"), Some(DateFormat::DayFirst));
        assert_eq!(date_format("DD.MM.YYYY"), Some(DateFormat::Pattern("%d.%m.%Y".to_owned())));
        assert_eq!(date_format("%d %b %Y"), Some(DateFormat::Pattern("%d %b %Y".to_owned())));
        for bad in ["", "iso8601", "MM/YYYY", "%", "%Q", "100%%", "DD/DD/MM/YYYY"] {
            assert_eq!(date_format(bad), None, "{bad}");
        }
    }
}
