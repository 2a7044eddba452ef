//! Tables that a study needs in another form than the one they are shared in, written to a folder that goes away.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{Datelike, NaiveDate};

use crate::program::{data, root};

/// Days without a commit that are called leaving.
const SILENT_DAYS: i64 = 182;
/// Months without a commit that are called leaving, in the panel.
const SILENT_MONTHS: i32 = 6;
/// Last whole month of the commits.
const LAST_MONTH: (i32, u32) = (2026, 7);

/// A study with its table beside it.
pub(crate) struct Prepared {
    pub(crate) study: PathBuf,
    _folder: tempfile::TempDir,
}

/// Copies a study of `tests/studies/prepared` into a new folder and writes its table there.
pub(crate) fn prepared(name: &str) -> Prepared {
    let folder = tempfile::tempdir().unwrap();
    let written = std::fs::read_to_string(root().join(format!("tests/studies/prepared/{name}.toml"))).unwrap();
    let study = folder.path().join("study.toml");
    let shared = data().parent().unwrap().to_str().unwrap().to_owned();
    std::fs::write(&study, written.replace("../../../shared", &shared)).unwrap();
    match name {
        "contributors_tables" => contributors(&folder.path().join("contributors.csv")),
        "contributors_panel" => contributors_panel(&folder.path().join("contributors_panel.csv")),
        "oulad_years" => course_months(&folder.path().join("course_months.csv")),
        "oulad_2013J" => enrolments(&folder.path().join("enrolments_2013J.csv")),
        "nhefs_gain" => {
            let gained = |row: &Row| row("wt82_71").parse::<f64>().ok().map(|kg| kg > 5.0);
            with_outcome("nhefs", "gained", gained, &folder.path().join("nhefs_gain.csv"));
        }
        "lalonde_observational" | "lalonde_experiment" => {
            let source = if name == "lalonde_experiment" { "lalonde_nsw_experiment" } else { name };
            let without = |row: &Row| row("re78").parse::<f64>().ok().map(|earned| earned <= 0.0);
            with_outcome(source, "without_work", without, &folder.path().join(format!("{name}.csv")));
        }
        other => panic!("nothing prepares `{other}`"),
    }
    Prepared { study, _folder: folder }
}

/// A row by column name.
type Row<'r> = dyn Fn(&str) -> String + 'r;

/// Calls `each` with every row of a file, `.gz` or not.
fn read(path: &Path, mut each: impl FnMut(&Row<'_>, &csv::StringRecord)) -> csv::StringRecord {
    let file = std::fs::File::open(path).unwrap();
    let text: Box<dyn std::io::Read> = if path.extension().is_some_and(|e| e == "gz") {
        Box::new(flate2::read::GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut reader = csv::Reader::from_reader(text);
    let header = reader.headers().unwrap().clone();
    for record in reader.records() {
        let record = record.unwrap();
        let cell = |column: &str| record[header.iter().position(|name| name == column).unwrap()].to_owned();
        each(&cell, &record);
    }
    header
}

/// The table with a column of 0 and 1 behind it; rows of which the outcome is not known are left out.
fn with_outcome(source: &str, column: &str, outcome: impl Fn(&Row<'_>) -> Option<bool>, to: &Path) {
    let mut rows = Vec::new();
    let header = read(&data().join(format!("numeric_reference/{source}.csv")), |row, record| {
        if let Some(outcome) = outcome(row) {
            let mut record = record.clone();
            record.push_field(if outcome { "1" } else { "0" });
            rows.push(record);
        }
    });
    write(header, Some(column), &rows, to);
}

fn write(mut header: csv::StringRecord, column: Option<&str>, rows: &[csv::StringRecord], to: &Path) {
    header.extend(column);
    let mut writer = csv::Writer::from_path(to).unwrap();
    writer.write_record(&header).unwrap();
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.flush().unwrap();
}

/// Students of the presentations of October 2013 who were still there on the first day.
fn enrolments(to: &Path) {
    let mut rows = Vec::new();
    let header = read(&data().join("oulad_2013_2014B/enrolments.csv"), |row, record| {
        let left = row("unregistered_date");
        if row("presentation") == "2013J" && (left.is_empty() || left > row("course_start_date")) {
            rows.push(record.clone());
        }
    });
    write(header, None, &rows, to);
}

/// Every month of every course of 2013 and of February 2014 that a student was still enrolled in, with what was handed in
/// until its last day. Nobody can leave after the course.
fn course_months(to: &Path) {
    let day = |text: &str| text.parse::<NaiveDate>().ok();
    let mut handed_in: BTreeMap<String, Vec<(NaiveDate, Option<f64>)>> = BTreeMap::new();
    read(&data().join("oulad_2013_2014B/submissions.csv.gz"), |row, _| {
        if let Some(at) = day(&row("event_date")) {
            handed_in.entry(row("enrolment_id")).or_default().push((at, row("score").parse().ok()));
        }
    });
    let attributes = ["module", "gender", "age_band", "highest_education", "imd_band", "studied_credits"];
    let mut header = csv::StringRecord::from(vec!["enrolment", "month", "left", "course_month"]);
    header.extend(["submissions_30d", "days_since_submission", "mean_score"]);
    header.extend(attributes);
    let mut rows = Vec::new();
    read(&data().join("oulad_2013_2014B/enrolments.csv"), |row, _| {
        let (Some(start), Some(end)) = (day(&row("course_start_date")), day(&row("course_end_date"))) else { return };
        let left = day(&row("unregistered_date"));
        if left.is_some_and(|left| left <= start) {
            return;
        }
        let own = handed_in.get(&row("enrolment_id")).map_or(&[][..], |list| list);
        let left = left.filter(|left| *left <= end);
        let last = left.unwrap_or(end);
        let mut month_end = last_day(start);
        for course_month in 0.. {
            let until: Vec<_> = own.iter().filter(|(at, _)| *at <= month_end).collect();
            let recent = until.iter().filter(|(at, _)| (month_end - *at).num_days() < 30).count();
            let since = until.iter().map(|(at, _)| (month_end - *at).num_days()).min();
            let scores: Vec<f64> = until.iter().filter_map(|(_, score)| *score).collect();
            let mean = (!scores.is_empty()).then(|| scores.iter().sum::<f64>() / scores.len() as f64);
            let leaves = u8::from(left.is_some_and(|left| left <= month_end));
            let mut record = csv::StringRecord::from(vec![row("enrolment_id"), month_end.to_string()]);
            record.push_field(&leaves.to_string());
            record.push_field(&course_month.to_string());
            record.push_field(&recent.to_string());
            record.push_field(&since.map_or_else(String::new, |days| days.to_string()));
            record.push_field(&mean.map_or_else(String::new, |mean| mean.to_string()));
            attributes.iter().for_each(|name| record.push_field(&row(name)));
            rows.push(record);
            if month_end >= last {
                break;
            }
            month_end = last_day(month_end + chrono::Days::new(1));
        }
    });
    write(header, None, &rows, to);
}

/// Last day of a date's month.
fn last_day(date: NaiveDate) -> NaiveDate {
    let first = date.with_day(1).unwrap();
    first.checked_add_months(chrono::Months::new(1)).unwrap().pred_opt().unwrap()
}

/// What a person committed on one day, as it landed.
#[derive(Default, Clone)]
struct Day {
    commits: u32,
    areas: u32,
}

/// Days on which people (no bots) committed.
fn commits() -> BTreeMap<String, BTreeMap<NaiveDate, Day>> {
    let mut people: BTreeMap<String, BTreeMap<NaiveDate, Day>> = BTreeMap::new();
    read(&data().join("contributors_rust_analyzer/commits.csv.gz"), |row, _| {
        if row("is_bot") == "0" {
            let day: NaiveDate = row("committed_at")[..10].parse().unwrap();
            let found = people.entry(row("contributor_id")).or_default().entry(day).or_default();
            found.commits += 1;
            found.areas = found.areas.max(row("n_areas").parse().unwrap());
        }
    });
    people
}

/// First commit, and the day on which the first long silence was long enough.
fn contributors(to: &Path) {
    let known_until = NaiveDate::from_ymd_opt(LAST_MONTH.0, LAST_MONTH.1, 31).unwrap();
    let header = csv::StringRecord::from(vec!["contributor_id", "start", "end"]);
    let rows: Vec<csv::StringRecord> = commits()
        .iter()
        .map(|(person, days)| {
            let dates: Vec<NaiveDate> = days.keys().copied().collect();
            let silent = |i: usize| dates.get(i + 1).is_none_or(|next| (*next - dates[i]).num_days() > SILENT_DAYS);
            let last = (0..dates.len()).find(|&i| silent(i)).map(|i| dates[i] + chrono::Days::new(SILENT_DAYS as u64));
            let end = last.filter(|end| *end <= known_until).map_or_else(String::new, |end| end.to_string());
            csv::StringRecord::from(vec![person.clone(), dates[0].to_string(), end])
        })
        .collect();
    write(header, None, &rows, to);
}

/// A row per month from the first commit to the sixth month without one.
fn contributors_panel(to: &Path) {
    let number = |day: NaiveDate| day.year() * 12 + day.month0() as i32;
    let last_month = LAST_MONTH.0 * 12 + LAST_MONTH.1 as i32 - 1;
    let names = ["contributor_id", "month", "left", "months_since_commit", "commits", "active_months_6", "areas"];
    let mut rows = Vec::new();
    for (person, days) in commits() {
        let mut months: BTreeMap<i32, Day> = BTreeMap::new();
        for (day, found) in &days {
            let month = months.entry(number(*day)).or_default();
            month.commits += found.commits;
            month.areas = month.areas.max(found.areas);
        }
        let first = *months.keys().next().unwrap();
        for month in first..=last_month {
            let since = month - months.range(..=month).next_back().unwrap().0;
            let active = months.range(month - SILENT_MONTHS + 1..=month).count();
            let own = months.get(&month).cloned().unwrap_or_default();
            let left = i32::from(since >= SILENT_MONTHS);
            let cells =
                [month, left, since, own.commits as i32, active as i32, own.areas as i32].map(|c| c.to_string());
            rows.push(std::iter::once(person.clone()).chain(cells).collect());
            if left == 1 {
                break;
            }
        }
    }
    write(csv::StringRecord::from(names.to_vec()), None, &rows, to);
}
