//! One column as a proposal sees it.

use crate::stats::discrimination::auc_delong;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SketchKind {
    /// No value at all.
    Empty,
    /// True and false.
    Boolean,
    /// Numbers.
    Number,
    /// Calendar dates.
    Date,
    /// Anything else.
    Text,
}

/// One column: its different values in ascending order, and which of them each row has.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnSketch {
    /// Name, as in the table.
    pub name: String,
    /// What it holds.
    pub kind: SketchKind,
    /// Different values as text; numbers in numerical order, everything else in byte order.
    pub levels: Vec<String>,
    /// Position in `levels` of each row's value, [`ColumnSketch::MISSING`] where there is none.
    pub codes: Vec<u32>,
    /// Where every value says yes or no (0/1, true/false, はい/いいえ ...): which of them says yes.
    pub yes: Option<Vec<bool>>,
    /// Whether its dates are serial numbers of a spreadsheet in the table.
    pub serial: bool,
    /// Where every value is a month: its last day, as `2024-03-31`, in the order of `levels`.
    pub months: Option<Vec<String>>,
}

impl ColumnSketch {
    /// Code of a missing value.
    pub const MISSING: u32 = u32::MAX;

    pub(super) fn n_rows(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn n_distinct(&self) -> usize {
        self.levels.len()
    }

    pub(super) fn n_missing(&self) -> usize {
        self.codes.iter().filter(|&&code| code == Self::MISSING).count()
    }

    /// Whether every row has a value of its own.
    pub(super) fn is_unique(&self) -> bool {
        self.n_distinct() == self.n_rows()
    }

    pub(super) fn is_yes_no(&self) -> bool {
        self.yes.is_some() && self.n_distinct() == 2
    }

    /// Whether all values are whole numbers.
    pub(super) fn is_whole(&self) -> bool {
        self.kind == SketchKind::Number && self.levels.iter().all(|level| level.parse::<i64>().is_ok())
    }

    /// Text of which every value has the form of a date that is not read as one: `31/12/2025`, `31-Mar-24`, `2024年3月`.
    pub(super) fn looks_like_dates(&self) -> bool {
        self.kind == SketchKind::Text && self.n_distinct() > 0 && self.levels.iter().all(|level| looks_like_date(level))
    }

    /// Text of which every value is a number, some of them with a decimal comma.
    pub(super) fn has_decimal_commas(&self) -> bool {
        let is_number = |level: &String| {
            let level = level.trim().trim_start_matches(['-', '+']);
            !level.is_empty()
                && level.matches(',').count() < 2
                && level.bytes().all(|b| b.is_ascii_digit() || b == b',')
        };
        self.kind == SketchKind::Text && self.n_distinct() > 0 && self.levels.iter().all(is_number)
    }

    /// Text with a yes and a no among other values, such as `No internet service`.
    pub(super) fn has_yes_and_no(&self) -> bool {
        let has = |word: &str| self.levels.iter().any(|level| level.eq_ignore_ascii_case(word));
        self.kind == SketchKind::Text && has("yes") && has("no")
    }

    /// Its months as dates, each its last day; the column itself where it holds none.
    pub(super) fn with_months_as_days(&self) -> Self {
        let Some(days) = &self.months else { return self.clone() };
        let mut levels = days.clone();
        levels.sort_unstable();
        levels.dedup();
        let place = |day: &String| levels.binary_search(day).ok().and_then(|at| u32::try_from(at).ok());
        let places: Vec<u32> = days.iter().map(|day| place(day).unwrap_or(Self::MISSING)).collect();
        let codes = self.codes.iter().map(|&code| places.get(code as usize).copied().unwrap_or(Self::MISSING));
        Self { kind: SketchKind::Date, codes: codes.collect(), levels, yes: None, ..self.clone() }
    }

    /// Number of rows with this value.
    pub(super) fn count(&self, level: usize) -> usize {
        self.codes.iter().filter(|&&code| code as usize == level).count()
    }

    /// Whether every row says the same in both columns; two values may be called differently.
    pub(super) fn is_double_of(&self, other: &Self) -> bool {
        /// Below this many rows two yes/no columns can agree by chance.
        const ROWS_FOR_RENAMED: usize = 20;
        let renamed = self.n_distinct() == 2 && other.n_distinct() == 2 && self.n_rows() >= ROWS_FOR_RENAMED;
        self.n_distinct() == other.n_distinct() && self.codes == other.codes && (renamed || self.levels == other.levels)
    }

    /// How well the column alone ranks the rows that left, 0.5 to 1: by its order, by its values or by being empty.
    pub(super) fn auc_alone(&self, left: &[bool]) -> f64 {
        let by_missing = auc(&self.codes, left, |code| Some(f64::from(u8::from(code == Self::MISSING))));
        let by_order = match self.kind {
            SketchKind::Text | SketchKind::Empty if self.n_distinct() != 2 => 0.5,
            _ => auc(&self.codes, left, |code| (code != Self::MISSING).then_some(f64::from(code))),
        };
        by_missing.max(by_order).max(self.auc_by_level(left))
    }

    /// As [`ColumnSketch::auc_alone`], with the share that left as the score of each value; missing is a value.
    fn auc_by_level(&self, left: &[bool]) -> f64 {
        /// Fewer rows per value, and the shares fit the rows that they come from.
        const ROWS_PER_LEVEL: usize = 20;
        let n_levels = self.n_distinct() + 1;
        if n_levels * ROWS_PER_LEVEL > self.n_rows() {
            return 0.5;
        }
        let slot = |code: u32| if code == Self::MISSING { n_levels - 1 } else { code as usize };
        let mut counts = vec![(0.0_f64, 0.0_f64); n_levels];
        for (&code, &left) in self.codes.iter().zip(left) {
            if let Some((n, events)) = counts.get_mut(slot(code)) {
                *n += 1.0;
                *events += f64::from(u8::from(left));
            }
        }
        auc(&self.codes, left, |code| counts.get(slot(code)).map(|(n, events)| events / n))
    }

    /// The name on one line, for comments and messages.
    pub(super) fn shown_name(&self) -> String {
        shown(&self.name)
    }
}

/// Two or three parts, of which one is a year or all are short numbers, and at most one is the name of a month.
fn looks_like_date(level: &str) -> bool {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    const ERAS: [&str; 5] = ["令和", "平成", "昭和", "r", "h"];
    let lower = level.trim().to_lowercase();
    let day = lower.split(' ').next().filter(|day| day.contains(['/', '.', '年'])).unwrap_or(&lower);
    let era = ERAS.iter().find_map(|era| day.strip_prefix(era));
    let parts: Vec<&str> =
        era.unwrap_or(day).split(['/', '.', '-', ' ', ',', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let is_number = |part: &str| part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = |part: &str| is_number(part) && part.len() == 4 && (part.starts_with("19") || part.starts_with("20"));
    let is_month = |part: &str| part.get(..3).is_some_and(|start| MONTHS.contains(&start));
    let months = parts.iter().filter(|part| is_month(part)).count();
    let numbers = parts.iter().filter(|part| is_number(part) || **part == "元").count();
    let dated = months == 1 || era.is_some() || parts.iter().any(|part| is_year(part));
    let in_kanji = day.contains('年') && day.contains('月');
    match parts.len() {
        3 => {
            months + numbers == 3 && months <= 1 && (dated || (day.contains('/') && parts.iter().all(|p| p.len() <= 2)))
        }
        2 => {
            months + numbers == 2
                && (in_kanji || (months == 1 && dated) || parts.first().is_some_and(|part| is_year(part)))
        }
        _ => false,
    }
}

/// Area under the curve, turned so that it is at least one half; one half where a class is too small to say.
fn auc(codes: &[u32], left: &[bool], score: impl Fn(u32) -> Option<f64>) -> f64 {
    /// Fewer of one class can be told apart by chance.
    const LEAST_OF_EACH: usize = 5;
    let (mut scores, mut y) = (Vec::new(), Vec::new());
    for (&code, &left) in codes.iter().zip(left) {
        if let Some(score) = score(code) {
            scores.push(score);
            y.push(f64::from(u8::from(left)));
        }
    }
    let n_left = y.iter().filter(|y| **y > 0.5).count();
    if n_left < LEAST_OF_EACH || y.len() - n_left < LEAST_OF_EACH {
        return 0.5;
    }
    auc_delong(&scores, &y).map_or(0.5, |found| found.auc.max(1.0 - found.auc))
}

/// A text on one line and not too long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut line = String::new();
    for c in text.chars().take(LONGEST) {
        if c.is_control() { line.extend(c.escape_default()) } else { line.push(c) }
    }
    if text.chars().nth(LONGEST).is_some() {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::looks_like_date;

    #[test]
    fn dates_that_are_not_read_are_told_from_categories() {
        for level in [
            "31/12/2025",
            "12/31/25",
            "31-Mar-24",
            "Mar 31, 2024",
            "2024年3月",
            "令和6年3月",
            "昭和63年1月1日",
            "2024年3月31日(日)",
            "31.12.2025 10:30",
            "31/Oct/2024",
            "2024-03",
        ] {
            // The weekday in brackets is more than a date.
            assert_eq!(looks_like_date(level), !level.contains('('), "{level}");
        }
        for level in
            ["1-10", "11-50", "R6", "web", "1.2", "v1.2.3", "10-20-30", "Marketing", "2024", "3/4", "A-01-02", ""]
        {
            assert!(!looks_like_date(level), "{level}");
        }
    }
}
