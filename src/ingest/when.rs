//! Dates and stamps as files write them: the day on which something happened, and its order among other things.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};

use super::infer::parse_date;
use super::month::{MonthCell, month_alone};
use super::written;
use crate::study::DateFormat;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// Day 0 of spreadsheets is 1899-12-30, so many days before 1970-01-01.
const EXCEL_EPOCH: f64 = 25_569.0;
/// Serial numbers of dates from 1954 to 2119: a cell with such a number is hardly anything else.
const SERIALS: std::ops::RangeInclusive<f64> = 20_000.0..=80_000.0;

/// A moment: the day on which it counts, and its order. A month counts from its last day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// Days since 1970-01-01, as written or in the study's time zone.
    pub day: i32,
    /// Microseconds since the start of 1970, for the order within a day.
    pub micros: i64,
    /// First day of what it speaks of, since 1970-01-01: that of a month, else `day`.
    pub since: i32,
}

impl Stamp {
    /// The start of a day.
    #[must_use]
    pub fn of_day(day: i32) -> Self {
        Self::at(day, i64::from(day) * DAY)
    }

    /// The end of a month, by its last day: nothing of the month is known as a whole before.
    fn of_month(last: i32) -> Self {
        let since =
            NaiveDate::from_epoch_days(last).and_then(|day| day.with_day(1)).map_or(last, |d| d.to_epoch_days());
        Self { since, ..Self::at(last, i64::from(last) * DAY + DAY - 1) }
    }

    fn at(day: i32, micros: i64) -> Self {
        Self { day, micros, since: day }
    }

    fn of(local: NaiveDateTime, micros: i64) -> Self {
        Self::at(local.date().to_epoch_days(), micros)
    }
}

/// A zone into which stamps with an offset are converted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// By name, with its changes between summer and winter.
    Named(chrono_tz::Tz),
    /// So far from UTC all year.
    Fixed(FixedOffset),
}

impl Zone {
    /// `Asia/Tokyo`, `UTC` or `+09:00`; `None` for a zone that does not exist.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with(['+', '-']) {
            return text.parse().ok().map(Self::Fixed);
        }
        text.parse().ok().map(Self::Named)
    }

    fn local(self, utc: NaiveDateTime) -> NaiveDateTime {
        match self {
            Self::Named(zone) => utc + zone.offset_from_utc_datetime(&utc).fix(),
            Self::Fixed(offset) => utc + offset,
        }
    }
}

/// Why a cell is no date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoDate {
    /// It could be day-month-year or month-day-year.
    Ambiguous,
    /// It is the serial number of a spreadsheet, and the column is not declared so.
    Serial,
    /// It could be more than one month, in a column that may hold months.
    Month,
    /// It is no date at all.
    Nonsense,
}

/// Reads the dates of one column.
#[derive(Debug, Clone, Copy)]
pub struct Dates<'a> {
    format: Option<&'a DateFormat>,
    zone: Option<Zone>,
    is_declared: bool,
    may_be_months: bool,
}

impl<'a> Dates<'a> {
    /// Without a format: ISO, `YYYY/MM/DD`, `YYYY.MM.DD` and Japanese writings such as `2024年3月9日` and `令和6年3月9日`, with
    /// or without a time of day and an offset. Without a zone: as written.
    #[must_use]
    pub fn new(format: Option<&'a DateFormat>, zone: Option<Zone>) -> Self {
        Self { format, zone, is_declared: false, may_be_months: false }
    }

    /// The same for a column of which the study says that it holds dates: there `20240309` is one, too.
    #[must_use]
    pub fn of_role(self) -> Self {
        Self { is_declared: true, ..self }
    }

    /// The same for a column that says when the rows of a log happened or were recorded. There `2024-03` is March, which
    /// counts from its last day on: a row about a month is complete with the month, and no window that ends before holds it.
    #[must_use]
    pub fn of_events(self) -> Self {
        Self { may_be_months: true, ..self.of_role() }
    }

    /// A month, where the column may hold months and its format does not say otherwise.
    fn month(&self, cell: &str) -> Result<Stamp, NoDate> {
        match month_alone(cell).filter(|_| self.may_be_months) {
            Some(MonthCell::End(last)) => Ok(Stamp::of_month(last)),
            Some(MonthCell::Ambiguous) if self.format.is_none() => Err(NoDate::Month),
            _ if self.format.is_none() => Err(doubt(cell)),
            _ => Err(NoDate::Nonsense),
        }
    }

    /// `YYYYMMDD` where that can be meant.
    fn compact(&self, cell: &str) -> Option<Stamp> {
        written::compact(cell).filter(|_| self.is_declared && self.format.is_none()).map(Stamp::of_day)
    }

    /// The moment that a cell tells.
    ///
    /// # Errors
    /// [`NoDate`].
    pub fn read(&self, cell: &str) -> Result<Stamp, NoDate> {
        let as_written = cell.trim();
        let narrow = written::half_width(as_written);
        let cell = narrow.as_ref();
        match self.format {
            None => self.iso(cell).or_else(|| self.compact(cell)).map_or_else(|| self.month(cell), Ok),
            Some(DateFormat::ExcelSerial) => {
                let found = cell.parse().ok().and_then(serial).or_else(|| self.iso(cell));
                found.map_or_else(|| self.month(cell), Ok)
            }
            Some(DateFormat::DayFirst) => {
                self.ordered(cell, [2, 1, 0]).or_else(|| self.iso(cell)).map_or_else(|| self.month(cell), Ok)
            }
            Some(DateFormat::MonthFirst) => {
                self.ordered(cell, [2, 0, 1]).or_else(|| self.iso(cell)).map_or_else(|| self.month(cell), Ok)
            }
            Some(DateFormat::Pattern(pattern)) => {
                self.pattern(as_written, pattern).or_else(|| self.pattern(cell, pattern)).ok_or(NoDate::Nonsense)
            }
        }
    }

    /// The moment that a number tells: a date only where the column is declared as serial numbers.
    ///
    /// # Errors
    /// [`NoDate`].
    pub fn read_number(&self, number: f64) -> Result<Stamp, NoDate> {
        match self.format {
            Some(DateFormat::ExcelSerial) => serial(number).ok_or(NoDate::Nonsense),
            Some(_) => self.read(&super::raw::render_number(number)),
            None if SERIALS.contains(&number) => Err(NoDate::Serial),
            None if self.is_declared => self.read(&super::raw::render_number(number)),
            None => Err(NoDate::Nonsense),
        }
    }

    /// The moment of an instant that a file stores: in UTC where `zoned`, else as written on the wall.
    #[must_use]
    pub fn of_instant(&self, micros: i64, zoned: bool) -> Option<Stamp> {
        match self.zone.filter(|_| zoned) {
            Some(zone) => Some(Stamp::of(zone.local(DateTime::from_timestamp_micros(micros)?.naive_utc()), micros)),
            None => Some(Stamp::at(i32::try_from(micros.div_euclid(DAY)).ok()?, micros)),
        }
    }

    fn iso(&self, cell: &str) -> Option<Stamp> {
        if let Some(day) = plain_day(cell.as_bytes()) {
            return match cell.len() {
                10 => Some(Stamp::of_day(day)),
                _ => self.timed(day, cell.get(11..)?),
            };
        }
        let (date, time) = match cell.find(['T', ' ']) {
            Some(at) => (cell.get(..at)?, Some(cell.get(at + 1..)?)),
            None => (cell, None),
        };
        let day = parse_date(date)?;
        time.map_or_else(|| Some(Stamp::of_day(day)), |time| self.timed(day, time))
    }

    /// A day and a time of day with or without an offset.
    fn timed(&self, day: i32, time: &str) -> Option<Stamp> {
        let time = time.trim();
        let clock_len = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
        let within = clock(time.get(..clock_len)?.trim_end())?;
        let local = i64::from(day) * DAY + within;
        let Some(offset) = offset_micros(time.get(clock_len..)?)? else { return Some(Stamp::at(day, local)) };
        let utc = local.checked_sub(offset)?;
        match self.zone {
            Some(zone) => Some(Stamp::of(zone.local(DateTime::from_timestamp_micros(utc)?.naive_utc()), utc)),
            None => Some(Stamp::at(day, utc)),
        }
    }

    /// Three numbers with `/`, `-` or `.` between them; `places` tells where year, month and day stand.
    fn ordered(&self, cell: &str, places: [usize; 3]) -> Option<Stamp> {
        let (date, time) = cell.split_once([' ', 'T']).map_or((cell, None), |(date, time)| (date, Some(time)));
        let parts: Vec<u32> = date.split(['/', '-', '.']).map(|part| part.parse().ok()).collect::<Option<_>>()?;
        let [_, _, _] = parts[..] else { return None };
        let year = i32::try_from(parts[places[0]]).ok().filter(|year| *year >= 1000)?;
        let day = NaiveDate::from_ymd_opt(year, parts[places[1]], parts[places[2]])?.to_epoch_days();
        time.map_or_else(|| Some(Stamp::of_day(day)), |time| self.timed(day, time))
    }

    fn pattern(&self, cell: &str, pattern: &str) -> Option<Stamp> {
        if let Ok(stamp) = DateTime::parse_from_str(cell, pattern) {
            let local = self.zone.map_or_else(|| stamp.naive_local(), |zone| zone.local(stamp.naive_utc()));
            return Some(Stamp::of(local, stamp.timestamp_micros()));
        }
        if let Ok(local) = NaiveDateTime::parse_from_str(cell, pattern) {
            return Some(Stamp::of(local, local.and_utc().timestamp_micros()));
        }
        let (date, rest) = NaiveDate::parse_and_remainder(cell, pattern).ok()?;
        let midnight = date.and_time(NaiveTime::MIN);
        rest.is_empty().then(|| Stamp::of(midnight, midnight.and_utc().timestamp_micros()))
    }
}

/// `YYYY-MM-DD` or `YYYY/MM/DD` at the start, followed by nothing, a blank or a `T`.
fn plain_day(cell: &[u8]) -> Option<i32> {
    let (date, rest) = cell.split_at_checked(10)?;
    let separator = date[4];
    if !matches!(separator, b'-' | b'/') || date[7] != separator || !matches!(rest.first(), None | Some(b' ' | b'T')) {
        return None;
    }
    let digits = |range: std::ops::Range<usize>| {
        date[range].iter().try_fold(0_u32, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
    };
    let year = i32::try_from(digits(0..4)?).ok()?;
    Some(NaiveDate::from_ymd_opt(year, digits(5..7)?, digits(8..10)?)?.to_epoch_days())
}

/// `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff` in microseconds; a leap second counts as the last one before it.
fn clock(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let mut parts = whole.split(':').map(|part| {
        let good = part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        good.then(|| part.parse::<i64>().ok()).flatten()
    });
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().map_or(Some(0), |second| second)?;
    if parts.next().is_some()
        || hour > 23
        || minute > 59
        || second > 60
        || !fraction.bytes().all(|b| b.is_ascii_digit())
    {
        return None;
    }
    let micros = fraction.bytes().chain(std::iter::repeat(b'0')).take(6).fold(0, |n, b| n * 10 + i64::from(b - b'0'));
    Some(((hour * 60 + minute) * 60 + second.min(59)) * 1_000_000 + micros)
}

/// Microseconds from UTC of nothing (`Some(None)`), `Z`, `+09`, `+0900` or `+09:00`.
#[expect(clippy::option_option, reason = "no offset and a malformed one are different answers")]
fn offset_micros(text: &str) -> Option<Option<i64>> {
    let sign = match text.bytes().next() {
        None => return Some(None),
        Some(b'Z' | b'z') if text.len() == 1 => return Some(Some(0)),
        Some(b'+') => 1,
        Some(b'-') => -1,
        _ => return None,
    };
    let digits: String = text[1..].chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i64, i64) =
        (digits[..2].parse().ok()?, digits.get(2..).filter(|m| !m.is_empty()).map_or(Some(0), |m| m.parse().ok())?);
    (hours <= 15 && minutes <= 59).then_some(Some(sign * (hours * 60 + minutes) * 60_000_000))
}

/// A day and its fraction, counted from 1899-12-30.
fn serial(number: f64) -> Option<Stamp> {
    // Serial 60 is a 29 February 1900 that never was; nothing before it is a customer's date.
    if !(61.0..2_958_466.0).contains(&number) {
        return None;
    }
    let days = number - EXCEL_EPOCH;
    let day = days.floor();
    // Spreadsheets keep times to the second; the rest is rounding.
    let seconds = ((days - day) * 86_400.0).round().min(86_399.0);
    let day = day as i32;
    Some(Stamp::at(day, i64::from(day) * DAY + seconds as i64 * 1_000_000))
}

/// The formats that a date of three numbers can have: where one of the first two is above 12, it is the day.
pub(super) fn possible_orders(cell: &str) -> &'static [&'static str] {
    let narrow = written::half_width(cell.trim());
    let mut numbers = narrow.split(|c: char| !c.is_ascii_digit()).map(|part| part.parse::<u32>().unwrap_or(0));
    match (numbers.next(), numbers.next()) {
        (Some(13..), _) => &["DD/MM/YYYY"],
        (_, Some(13..)) => &["MM/DD/YYYY"],
        _ => &["DD/MM/YYYY", "MM/DD/YYYY"],
    }
}

/// What kind of mistake a cell is that is no date: the digits are ASCII.
fn doubt(cell: &str) -> NoDate {
    let date = cell.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = date.split(['/', '-', '.']).collect();
    let number =
        |part: &&str, lengths: &[usize]| lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    if let [first, second, third] = &parts[..]
        && number(first, &[1, 2])
        && number(second, &[1, 2])
        && number(third, &[2, 4])
    {
        return NoDate::Ambiguous;
    }
    match cell.parse::<f64>() {
        Ok(number) if SERIALS.contains(&number) => NoDate::Serial,
        _ => NoDate::Nonsense,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> i32 {
        text.parse::<NaiveDate>().unwrap().to_epoch_days()
    }

    fn read(cell: &str, format: Option<&DateFormat>, zone: Option<&str>) -> Result<Stamp, NoDate> {
        Dates::new(format, zone.and_then(Zone::parse)).read(cell)
    }

    #[test]
    fn iso_dates_stamps_and_offsets_are_read_as_written() {
        for cell in [
            "2024-03-09",
            "2024/3/9",
            " 2024-03-09 ",
            "2024-03-09T23:30",
            "2024-03-09 23:30:00.5+02:00",
            "2024/03/09 00:00:00Z",
        ] {
            assert_eq!(read(cell, None, None).unwrap().day, day("2024-03-09"), "{cell}");
        }
        let early = read("2024-03-09 23:30:00+09:00", None, None).unwrap();
        let late = read("2024-03-09 20:00:00Z", None, None).unwrap();
        assert!(early.micros < late.micros, "the order is that of the instants");
        for cell in [
            "2024-02-30",
            "2024-13-01",
            "soon",
            "",
            "2024-03-09 24:00",
            "2024-03-09T1:2",
            "20240309",
            "2024-03-09 10:00+9",
        ] {
            assert_eq!(read(cell, None, None), Err(NoDate::Nonsense), "{cell}");
        }
    }

    #[test]
    fn a_zone_moves_stamps_with_an_offset_and_no_others() {
        let tokyo = |cell| read(cell, None, Some("Asia/Tokyo")).unwrap().day;
        assert_eq!(tokyo("2024-01-31T15:00:00Z"), day("2024-02-01"));
        assert_eq!(tokyo("2024-01-31T14:59:59Z"), day("2024-01-31"));
        assert_eq!(tokyo("2024-01-31T23:00:00"), day("2024-01-31"), "no offset: the wall clock");
        // New York left summer time on 2024-11-03: midnight is 04:00 UTC before and 05:00 after.
        let york = |cell| read(cell, None, Some("America/New_York")).unwrap().day;
        assert_eq!(
            (york("2024-11-03T03:59:00Z"), york("2024-11-03T04:00:00Z")),
            (day("2024-11-02"), day("2024-11-03"))
        );
        assert_eq!(
            (york("2024-11-04T04:59:00Z"), york("2024-11-04T05:00:00Z")),
            (day("2024-11-03"), day("2024-11-04"))
        );
        let fixed = Dates::new(None, Zone::parse("+09:00"));
        assert_eq!(fixed.of_instant(15 * 3_600_000_000, true).unwrap().day, 1);
        assert_eq!(fixed.of_instant(15 * 3_600_000_000, false).unwrap().day, 0);
        assert_eq!((Zone::parse("Mars/Olympus"), Zone::parse("+99:00")), (None, None));
    }

    #[test]
    fn a_declared_format_decides_and_an_ambiguous_date_is_none() {
        assert_eq!(read("01/02/2026", None, None), Err(NoDate::Ambiguous));
        assert_eq!(read("1.2.26", None, None), Err(NoDate::Ambiguous));
        assert_eq!(possible_orders("01/02/2026"), ["DD/MM/YYYY", "MM/DD/YYYY"]);
        assert_eq!(
            (possible_orders("31/12/2025"), possible_orders("12/31/2025")),
            (&["DD/MM/YYYY"][..], &["MM/DD/YYYY"][..])
        );
        assert_eq!(read("01/02/2026", Some(&DateFormat::DayFirst), None).unwrap().day, day("2026-02-01"));
        assert_eq!(read("01/02/2026 09:30", Some(&DateFormat::MonthFirst), None).unwrap().day, day("2026-01-02"));
        assert_eq!(read("13/02/2026", Some(&DateFormat::MonthFirst), None), Err(NoDate::Nonsense));
        assert_eq!(read("2026-01-02", Some(&DateFormat::DayFirst), None).unwrap().day, day("2026-01-02"));
        let pattern = DateFormat::Pattern("%d.%m.%Y".to_owned());
        assert_eq!(read("29.02.2024", Some(&pattern), None).unwrap().day, day("2024-02-29"));
        assert_eq!(read("29.02.2023", Some(&pattern), None), Err(NoDate::Nonsense));
        let japanese = DateFormat::Pattern("%Y年%m月%d日".to_owned());
        assert_eq!(read("2024年3月9日", Some(&japanese), None).unwrap().day, day("2024-03-09"));
        let zoned = DateFormat::Pattern("%d/%m/%Y %H:%M %z".to_owned());
        assert_eq!(read("31/01/2024 15:00 +0000", Some(&zoned), Some("Asia/Tokyo")).unwrap().day, day("2024-02-01"));
    }

    #[test]
    fn eight_digits_are_a_date_only_where_the_study_says_so() {
        let declared = Dates::new(None, None).of_role();
        assert_eq!(declared.read("20240309").unwrap().day, day("2024-03-09"));
        assert_eq!(declared.read("２０２４０３０９").unwrap().day, day("2024-03-09"));
        assert_eq!(declared.read_number(20_240_309.0).unwrap().day, day("2024-03-09"));
        assert_eq!(
            (declared.read("20240230"), declared.read_number(45_360.0)),
            (Err(NoDate::Nonsense), Err(NoDate::Serial))
        );
        assert_eq!(Dates::new(Some(&DateFormat::DayFirst), None).of_role().read("20240309"), Err(NoDate::Nonsense));
    }

    #[test]
    fn japanese_writings_are_read_with_their_time_and_whatever_is_declared() {
        for cell in ["2024年3月9日", "令和6年3月9日 23:30", "R6.3.9", "２０２４／３／９", "2024.3.9　10:00"]
        {
            for format in [None, Some(&DateFormat::DayFirst), Some(&DateFormat::ExcelSerial)] {
                assert_eq!(read(cell, format, None).unwrap().day, day("2024-03-09"), "{cell}");
            }
        }
        assert_eq!(read("９／３／２０２４", Some(&DateFormat::DayFirst), None).unwrap().day, day("2024-03-09"));
        assert_eq!(read("９／３／２０２４", None, None), Err(NoDate::Ambiguous));
        let wide = DateFormat::Pattern("%Y／%m／%d".to_owned());
        assert_eq!(read("2024／03／09", Some(&wide), None).unwrap().day, day("2024-03-09"));
    }

    #[test]
    fn a_month_of_a_log_is_the_end_of_its_last_day_and_no_day_elsewhere() {
        let events = Dates::new(None, None).of_events();
        let february = events.read("2024-02").unwrap();
        assert_eq!((february.since, february.day), (day("2024-02-01"), day("2024-02-29")));
        assert!(february.micros > events.read("2024-02-29 23:59:59").unwrap().micros);
        assert!(february.micros < events.read("2024-03-01").unwrap().micros);
        for cell in ["2024/02", "2024.02", "202402", "２０２４年２月", "令和6年2月分", "Feb 2024", "02/2024"]
        {
            assert_eq!(events.read(cell), Ok(february), "{cell}");
            assert!(Dates::new(None, None).of_role().read(cell).is_err(), "{cell}");
        }
        assert_eq!(events.read_number(202_402.0), Ok(february));
        assert_eq!(Dates::new(Some(&DateFormat::DayFirst), None).of_events().read("02/2024"), Ok(february));
        for cell in ["Feb-24", "24/2", "6年2月", "2024.1"] {
            assert_eq!(events.read(cell), Err(NoDate::Month), "{cell}");
        }
        let pattern = DateFormat::Pattern("%d %b %Y".to_owned());
        assert_eq!(Dates::new(Some(&pattern), None).of_events().read("2024-02"), Err(NoDate::Nonsense));
        assert_eq!((events.read("1/2/24"), events.read("45360")), (Err(NoDate::Ambiguous), Err(NoDate::Serial)));
        let today = events.read("2024-02-10 12:00").unwrap();
        assert_eq!(today.since, today.day);
    }

    #[test]
    fn serial_numbers_count_only_where_declared() {
        let excel = Some(&DateFormat::ExcelSerial);
        assert_eq!(read("45360", excel, None).unwrap().day, day("2024-03-09"));
        assert_eq!(read("45360.75", excel, None).unwrap(), Stamp::at(19_791, 19_791 * DAY + DAY / 4 * 3));
        assert_eq!(Dates::new(excel, None).read_number(25_569.0).unwrap().day, 0);
        assert_eq!((read("45360", None, None), read("0", excel, None)), (Err(NoDate::Serial), Err(NoDate::Nonsense)));
        assert_eq!(Dates::new(None, None).read_number(45_360.0), Err(NoDate::Serial));
    }
}
