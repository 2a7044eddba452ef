//! Tables with a column for every month: what they are, and the line that turns them into one row per customer and month.

use crate::words;
use crate::words::Words;

use super::super::month_named;
use super::sketch::{ColumnSketch, SketchKind, shown};

/// Fewer columns of months are attributes that happen to name one.
const LEAST: usize = 3;

/// A table of which columns are months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wide {
    /// Path of the table.
    pub path: String,
    /// The other columns.
    others: Vec<String>,
    /// The columns of months, in the order of the table.
    months: Vec<String>,
    /// What stands before the month in their names, with the sign between, where all have such a part.
    measures: Option<(Vec<String>, char)>,
    /// Whether every one of them has a year of four digits.
    has_years: bool,
}

/// The columns of months of a table; `None` below three that hold numbers and differ in the month alone.
pub(super) fn wide(path: &str, columns: &[ColumnSketch]) -> Option<Wide> {
    let found: Vec<(usize, Named)> = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| {
            !matches!(column.kind, SketchKind::Text | SketchKind::Date) || column.has_decimal_commas()
        })
        .filter_map(|(at, column)| Some((at, named(&column.name)?)))
        .collect();
    let alike = |one: &Named| found.iter().filter(|(_, other)| other.rest == one.rest).count() >= LEAST;
    let found: Vec<&(usize, Named)> = found.iter().filter(|(_, one)| alike(one)).collect();
    if found.is_empty() {
        return None;
    }
    let is_month = |at: usize| found.iter().any(|(month, _)| *month == at);
    let names = |keep: &dyn Fn(usize) -> bool| {
        (0..columns.len()).filter(|&at| keep(at)).map(|at| columns[at].name.clone()).collect::<Vec<_>>()
    };
    let mut stubs: Vec<(String, char)> = Vec::new();
    for (_, one) in &found {
        let sign = one.before.chars().next_back().filter(|sign| matches!(sign, '_' | '-' | ' ' | '.'));
        if let Some(sign) = sign {
            let stub = (one.before[..one.before.len() - sign.len_utf8()].to_owned(), sign);
            if !stubs.contains(&stub) {
                stubs.push(stub);
            }
        }
    }
    let all_have = found.iter().all(|(_, one)| stubs.iter().any(|(stub, sign)| one.before == format!("{stub}{sign}")));
    let measures = stubs.first().map(|(_, sign)| *sign).filter(|sign| {
        all_have && stubs.len() > 1 && stubs.iter().all(|(stub, other)| other == sign && !stub.is_empty())
    });
    Some(Wide {
        path: path.to_owned(),
        others: names(&|at| !is_month(at)),
        months: names(&is_month),
        measures: measures.map(|sign| (stubs.into_iter().map(|(stub, _)| stub).collect(), sign)),
        has_years: found.iter().all(|(_, one)| one.has_year),
    })
}

impl Wide {
    /// Whether the table is about months, and not one of customers with some months beside it.
    pub(super) fn is_most(&self) -> bool {
        self.months.len() >= self.others.len()
    }

    /// What it is and how to make rows of it, in a line.
    pub(super) fn remark(&self, is_used: bool) -> Words {
        let (what, help) = (self.what(), self.help());
        let (en, ja) = if is_used { ("CHECK", "要確認") } else { ("not used", "使わない表") };
        Words { en: format!("{en}: {}; {}", what.en, help.en), ja: format!("{ja}：{}。{}", what.ja, help.ja) }
    }

    /// The first and last of the columns.
    fn ends(&self) -> [String; 2] {
        [self.months.first(), self.months.last()].map(|name| name.map(|name| shown(name)).unwrap_or_default())
    }

    /// What the table is.
    pub(super) fn what(&self) -> Words {
        let (n, [first, last], path) = (self.months.len(), self.ends(), shown(&self.path));
        words!(
            en: "`{path}` has a column for every month ({n}: `{first}` to `{last}`), and no column that says when",
            ja: "「{path}」は月ごとに列が分かれており（「{first}」から「{last}」まで{n}列）、時期を示す列がありません",
        )
    }

    /// How to make rows of the columns.
    pub(super) fn help(&self) -> Words {
        let (line, long) = (self.pandas(), self.long());
        let duckdb = self.duckdb();
        let years = match self.has_years {
            true => Words::default(),
            false => words!(
                en: "; first write the year into the names of the columns, as in 2024-03",
                ja: "。先に列名を 2024-03 のように年を含む形に直してください",
            ),
        };
        Words {
            en: format!(
                "make one row per customer and month of it and give `init` `{long}`; in pandas `{line}`{duckdb}{}",
                years.en
            ),
            ja: format!(
                "顧客と月ごとに1行の形に直し、`{long}` を `init` に渡してください。pandas なら `{line}`{}{}",
                duckdb.replace(", in DuckDB", "、DuckDB なら"),
                years.ja
            ),
        }
    }

    /// Name of the file with rows.
    fn long(&self) -> String {
        let file = self.path.rsplit(['/', '\\']).next().unwrap_or(&self.path);
        let stem = file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("table");
        format!("{stem}_long.csv")
    }

    fn pandas(&self) -> String {
        let list = |names: &[String]| names.iter().map(|name| python(name)).collect::<Vec<_>>().join(", ");
        let (path, others, long) = (python(&self.path), list(&self.others), python(&self.long()));
        match &self.measures {
            Some((stubs, sign)) => format!(
                "pd.wide_to_long(pd.read_csv({path}), [{}], i=[{others}], j=\"month\", sep=\"{sign}\", suffix=\".+\").reset_index().to_csv({long}, index=False)",
                list(stubs)
            ),
            None => format!(
                "pd.read_csv({path}).melt(id_vars=[{others}], var_name=\"month\", value_name=\"value\").to_csv({long}, index=False)"
            ),
        }
    }

    /// The same in DuckDB, where the table has one number for a month.
    fn duckdb(&self) -> String {
        if self.measures.is_some() {
            return String::new();
        }
        let quoted = |text: &str| text.replace('\'', "''");
        let names: Vec<String> = self.others.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
        let exclude = if names.is_empty() { String::new() } else { format!(" EXCLUDE ({})", names.join(", ")) };
        let (path, long) = (quoted(&self.path), quoted(&self.long()));
        format!(", in DuckDB `COPY (UNPIVOT '{path}' ON COLUMNS(*{exclude}) INTO NAME month VALUE value) TO '{long}'`")
    }
}

/// What several tables are.
pub(super) fn what(tables: &[Wide]) -> Words {
    joined(tables.iter().map(Wide::what))
}

/// How to make rows of the columns of several tables.
pub(super) fn help(tables: &[Wide]) -> Words {
    joined(tables.iter().map(Wide::help))
}

fn joined(all: impl Iterator<Item = Words>) -> Words {
    let (en, ja): (Vec<String>, Vec<String>) = all.map(|words| (words.en, words.ja)).unzip();
    Words { en: en.join("; "), ja: ja.join("。") }
}

/// A text as Python writes it.
fn python(text: &str) -> String {
    let mut quoted = "\"".to_owned();
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.extend(c.escape_default()),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

/// A name with a month in it.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    /// What stands before the month.
    before: String,
    /// What the name says beside the month.
    rest: String,
    has_year: bool,
}

/// Finds a month in a name: `2024-01`, `logins_2024/1`, `202401`, `Jan-24`, `2024年1月`, `1月`, `2024Q1`, `2024-01-31`.
fn named(name: &str) -> Option<Named> {
    let parts = parts(name);
    (0..parts.len()).find_map(|at| {
        let (n, has_year) = period(&parts[at..])?;
        let rest: Vec<&str> =
            parts.iter().enumerate().filter(|(i, _)| !(at..at + n).contains(i)).map(|(_, p)| p.text.as_str()).collect();
        let before = name.get(..parts[at].start)?.to_owned();
        Some(Named { before, rest: rest.join(" "), has_year })
    })
}

/// A run of digits, of letters or of other signs that are words.
struct Part {
    text: String,
    start: usize,
}

fn parts(name: &str) -> Vec<Part> {
    let kind = |c: char| match c {
        '年' | '月' | '日' => 3,
        c if c.is_ascii_digit() || ('０'..='９').contains(&c) => 1,
        c if c.is_alphabetic() => 2,
        _ => 0,
    };
    let mut parts: Vec<Part> = Vec::new();
    let mut last = 0;
    for (start, c) in name.char_indices() {
        let own = kind(c);
        let narrow = if ('０'..='９').contains(&c) { char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c) } else { c };
        match parts.last_mut() {
            Some(part) if own == last && own != 3 && own != 0 => part.text.extend(narrow.to_lowercase()),
            _ if own != 0 => parts.push(Part { text: narrow.to_lowercase().collect(), start }),
            _ => {}
        }
        last = own;
    }
    parts
}

/// How many parts from the first on are a month, a quarter or a day, and whether they hold a year of four digits.
fn period(parts: &[Part]) -> Option<(usize, bool)> {
    let text = |at: usize| parts.get(at).map_or("", |part| part.text.as_str());
    let number = |at: usize| text(at).parse::<u32>().ok();
    let is_year = |at: usize| text(at).len() == 4 && number(at).is_some_and(|year| (1990..2100).contains(&year));
    let is_month = |at: usize| text(at).len() <= 2 && number(at).is_some_and(|month| (1..=12).contains(&month));
    let is_day = |at: usize| text(at).len() <= 2 && number(at).is_some_and(|day| (1..=31).contains(&day));
    let is_named = |at: usize| month_named(text(at)).is_some();
    let packed = |at: usize| {
        let (whole, n) = (text(at), number(at).unwrap_or_default());
        let month = match whole.len() {
            6 => n,
            8 if (1..=31).contains(&(n % 100)) => n / 100,
            _ => return false,
        };
        (199_001..=209_912).contains(&month) && (1..=12).contains(&(month % 100))
    };
    if packed(0) {
        return Some((1, true));
    }
    if is_year(0) {
        let month = if text(1) == "年" { 2 } else { 1 };
        if text(month) == "q" && number(month + 1).is_some_and(|quarter| (1..=4).contains(&quarter)) {
            return Some((month + 2, true));
        }
        if is_named(month) {
            return Some((month + 1, true));
        }
        if !is_month(month) {
            return None;
        }
        let mut n = month + 1;
        n += usize::from(text(n) == "月");
        if is_day(n) {
            n += 1;
            n += usize::from(text(n) == "日");
        }
        return Some((n, true));
    }
    if is_named(0) {
        return match (is_year(1), text(1).len() == 2 && number(1).is_some()) {
            (true, _) => Some((2, true)),
            (_, true) => Some((2, false)),
            _ => Some((1, false)),
        };
    }
    if is_month(0) && is_year(1) {
        return Some((2, true));
    }
    (is_month(0) && text(1) == "月").then_some((2, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: SketchKind) -> ColumnSketch {
        let levels = vec!["1".to_owned(), "2".to_owned(), "3".to_owned()];
        ColumnSketch {
            name: name.to_owned(),
            kind,
            levels,
            codes: vec![0, 1, 2],
            yes: None,
            serial: false,
            months: None,
        }
    }

    fn of(names: &[&str]) -> Option<Wide> {
        let text = |name: &str| {
            if name.ends_with("id") || name.ends_with("ID") { SketchKind::Text } else { SketchKind::Number }
        };
        let columns: Vec<ColumnSketch> = names.iter().map(|name| column(name, text(name))).collect();
        wide("data/usage.csv", &columns)
    }

    #[test]
    fn columns_that_differ_in_the_month_alone_are_months() {
        for months in [
            ["2024-01", "2024-02", "2024-03"],
            ["2024/1", "2024/2", "2024/12"],
            ["202401", "202402", "202403"],
            ["2024年1月", "２０２４年２月", "2024年03月"],
            ["Jan 2024", "February 2024", "2024 Mar"],
            ["2024-01-31", "2024-02-29", "20240331"],
            ["2023Q4", "2024Q1", "2024 Q2"],
            ["01/2024", "02/2024", "03/2024"],
        ] {
            let found = of(&[&["account_id"][..], &months[..]].concat());
            assert!(found.is_some_and(|found| found.has_years && found.is_most()), "{months:?}");
        }
        for months in [["Jan", "Feb", "Mar"], ["1月", "2月", "3月"], ["Jan-24", "Feb-24", "Mar-24"]] {
            let found = of(&[&["account_id"][..], &months[..]].concat()).unwrap();
            assert!(!found.has_years && found.help().en.contains("first write the year"), "{months:?}");
            assert!(found.help().ja.contains("年を含む形"), "{months:?}");
        }
    }

    #[test]
    fn other_columns_are_none() {
        for names in [
            ["logins_90d", "logins_30d", "logins_7d"],
            ["2024-01", "2024-02", "seats"],
            ["plan_2024", "plan_2023", "plan_2022"],
            ["may_leave", "decision", "marketing"],
            ["q1", "q2", "q3"],
            ["v1.2024", "a 2024 13", "12"],
            ["", "-", "年月"],
        ] {
            assert_eq!(of(&names), None, "{names:?}");
        }
        // The dates of three invoices are values of a customer, and texts are no counts.
        let texts = ["2024-01", "2024-02", "2024-03"].map(|name| column(name, SketchKind::Date));
        assert_eq!(wide("t.csv", &texts), None);
    }

    #[test]
    fn the_line_names_what_stays_and_what_becomes_rows() {
        let one = of(&["account_id", "region \"x\" id", "2024-01", "2024-02", "2024-03"]).unwrap();
        assert_eq!(
            one.what().en,
            "`data/usage.csv` has a column for every month (3: `2024-01` to `2024-03`), and no column that says when"
        );
        let help = one.help();
        let pandas = r#"pd.read_csv("data/usage.csv").melt(id_vars=["account_id", "region \"x\" id"], var_name="month", value_name="value").to_csv("usage_long.csv", index=False)"#;
        let duckdb = r#"COPY (UNPIVOT 'data/usage.csv' ON COLUMNS(* EXCLUDE ("account_id", "region ""x"" id")) INTO NAME month VALUE value) TO 'usage_long.csv'"#;
        for text in [&help.en, &help.ja] {
            assert!(text.contains(pandas) && text.contains(duckdb) && text.contains("`usage_long.csv`"), "{text}");
        }
        assert!(help.ja.contains("DuckDB なら") && !help.ja.contains("in DuckDB"), "{}", help.ja);
        let two = of(&[
            "id",
            "logins_2024-01",
            "logins_2024-02",
            "logins_2024-03",
            "seats_2024-01",
            "seats_2024-02",
            "seats_2024-03",
        ]);
        let help = two.unwrap().help().en;
        let pandas = r#"pd.wide_to_long(pd.read_csv("data/usage.csv"), ["logins", "seats"], i=["id"], j="month", sep="_", suffix=".+").reset_index().to_csv("usage_long.csv", index=False)"#;
        assert!(help.contains(pandas) && !help.contains("DuckDB"), "{help}");
    }
}
