//! CSV and its relatives: the delimiter is sniffed, every row must have the header's number of fields.

use std::borrow::Cow;

use csv::{Reader, ReaderBuilder, StringRecord};

use super::raw::{Cells, Lines, RawTable, TextCells};
use super::{IngestError, margins};

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows and bytes on which the delimiter is judged.
const SNIFF_ROWS: usize = 50;
const SNIFF_BYTES: usize = 1 << 16;

/// Parses delimited text; `file` is its name in messages.
///
/// # Errors
/// No content, no name or the same name for a column, a row with another number of fields, an unclosed quote.
pub(super) fn parse(text: &str, file: &str) -> Result<RawTable, IngestError> {
    let text = unify_line_ends(text);
    if text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty() {
        return Err(IngestError::Empty { file: file.to_owned() });
    }
    let delimiter = sniff(&text);
    let mut reader = reader(&text, delimiter);
    let mut record = StringRecord::new();
    let broken = |error: csv::Error| IngestError::NoFrame { file: file.to_owned(), detail: error.to_string() };
    reader.read_record(&mut record).map_err(broken)?;
    let names = header(&record, file)?;
    let mut at = Place { byte: 0, line: 1 };
    at.advance(&text, start(&record));

    let unnamed = margins::unnamed(&names);
    let mut columns = vec![TextCells::default(); names.len()];
    let mut lines = Vec::new();
    let (mut n_blank, mut first_blank) = (0, 0);
    while reader.read_record(&mut record).map_err(broken)? {
        at.advance(&text, start(&record));
        if record.len() != names.len() {
            let is_last = reader.position().byte() >= text.len() as u64;
            check_quotes(&text, at, delimiter, is_last, file)?;
            return Err(IngestError::RaggedRow {
                file: file.to_owned(),
                line: at.line,
                found: record.len(),
                expected: names.len(),
                delimiter: char::from(delimiter),
            });
        }
        let is_blank = |place: usize| record.get(place).is_none_or(|cell| cell.trim().is_empty());
        if names.len() > 1 && (0..names.len()).all(is_blank) {
            first_blank = if n_blank == 0 { at.line } else { first_blank };
            n_blank += 1;
            continue;
        }
        if let Some(&place) = unnamed.iter().find(|&&place| !is_blank(place)) {
            return Err(margins::no_name(file, place));
        }
        columns.iter_mut().zip(&record).for_each(|(column, cell)| column.push(cell));
        lines.push(at.line);
    }
    check_quotes(&text, at, delimiter, true, file)?;
    let mut notices = margins::leave_out_totals(&mut columns, &mut lines, file);
    notices.extend(margins::unnamed_notice(file, &unnamed));
    notices.extend(margins::blank_rows_notice(file, n_blank, first_blank));
    let columns = names.into_iter().zip(columns).filter(|(name, _)| !name.trim().is_empty());
    let columns = columns.map(|(name, cells)| (name, Cells::Untyped(cells))).collect();
    Ok(RawTable { columns, lines: Lines::Text(lines), notices })
}

/// A place in the text, moved forward only; lines are counted here because the parser counts skipped blank lines to
/// the row after them.
#[derive(Debug, Clone, Copy)]
struct Place {
    byte: usize,
    line: u64,
}

impl Place {
    /// Moves to the row that the parser found at `to`, past the blank lines that it skipped.
    fn advance(&mut self, text: &str, to: usize) {
        let bytes = text.as_bytes();
        let blank = bytes.get(to..).unwrap_or_default().iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let passed = bytes.get(self.byte..to + blank).unwrap_or_default();
        self.line += passed.iter().filter(|b| **b == b'\n').count() as u64;
        self.byte = to + blank;
    }
}

fn start(record: &StringRecord) -> usize {
    record.position().and_then(|p| usize::try_from(p.byte()).ok()).unwrap_or_default()
}

fn reader(text: &str, delimiter: u8) -> Reader<&[u8]> {
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes())
}

/// Old exports end lines with a carriage return alone.
fn unify_line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') && !text.contains('\n') { Cow::Owned(text.replace('\r', "\n")) } else { Cow::Borrowed(text) }
}

fn header(record: &StringRecord, file: &str) -> Result<Vec<String>, IngestError> {
    let clean = |name: &str| name.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').to_owned();
    let names: Vec<String> = record.iter().map(clean).collect();
    check_named(&names, file)?;
    Ok(names)
}

/// Some column has a name, and no two have the same; columns without one are left out where they hold no value.
pub(super) fn check_named(names: &[String], file: &str) -> Result<(), IngestError> {
    let named = |name: &&String| !name.trim().is_empty();
    if !names.iter().any(|name| named(&name)) {
        return Err(margins::no_name(file, 0));
    }
    check_double(names, file)
}

/// Every column has a name, and no two have the same.
pub(super) fn check_names(names: &[String], file: &str) -> Result<(), IngestError> {
    if let Some(blank) = names.iter().position(|name| name.trim().is_empty()) {
        return Err(IngestError::BlankColumnName { file: file.to_owned(), position: blank + 1 });
    }
    check_double(names, file)
}

fn check_double(names: &[String], file: &str) -> Result<(), IngestError> {
    let mut order: Vec<usize> = (0..names.len()).filter(|&at| !names[at].trim().is_empty()).collect();
    order.sort_by_key(|&i| names.get(i));
    let mut same: Vec<(String, Vec<usize>)> = order
        .chunk_by(|&a, &b| names.get(a) == names.get(b))
        .filter(|group| group.len() > 1)
        .filter_map(|group| Some((names.get(*group.first()?)?.clone(), group.iter().map(|i| i + 1).collect())))
        .collect();
    same.sort_by(|a, b| a.1.cmp(&b.1));
    if same.is_empty() { Ok(()) } else { Err(IngestError::DuplicateColumns { file: file.to_owned(), names: same }) }
}

/// The delimiter under which the header and the first rows have the same number of fields, and most of them.
pub(super) fn sniff(text: &str) -> u8 {
    let cut = (0..=text.len().min(SNIFF_BYTES)).rev().find(|&i| text.is_char_boundary(i)).unwrap_or_default();
    let sample = text.get(..cut).unwrap_or(text);
    let mut best = (b',', (false, 1));
    for delimiter in DELIMITERS {
        let mut reader = reader(sample, delimiter);
        let mut widths: Vec<usize> = reader.records().take(SNIFF_ROWS).flatten().map(|r| r.len()).collect();
        // The last row may be cut by the sample's end.
        if cut < text.len() && reader.is_done() && widths.len() > 1 {
            widths.pop();
        }
        let header = widths.first().copied().unwrap_or(1);
        let score = (widths.iter().all(|w| *w == header), header);
        if header > 1 && score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// A quote that is opened in the last row and never closed swallows the rest of the file without a word.
fn check_quotes(text: &str, row: Place, delimiter: u8, is_last: bool, file: &str) -> Result<(), IngestError> {
    if !is_last {
        return Ok(());
    }
    let bytes = text.as_bytes().get(row.byte..).unwrap_or_default();
    let n_quotes = bytes.iter().filter(|b| **b == b'"').count();
    let opens = bytes.first() == Some(&b'"') || bytes.windows(2).any(|pair| pair == [delimiter, b'"']);
    if n_quotes % 2 == 1 && opens {
        return Err(IngestError::UnclosedQuote { file: file.to_owned(), line: row.line });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(table: &RawTable, column: usize) -> Vec<Option<String>> {
        table.columns[column].1.clone().into_text().iter().map(|c| c.map(str::to_owned)).collect()
    }

    #[test]
    fn the_delimiter_follows_header_and_rows() {
        for (text, expected) in [
            ("a,b\n1,2\n", b','),
            ("a;b\n1,5;2,5\n", b';'),
            ("a\tb\n\"x,y,z\"\t2\n", b'\t'),
            ("a|b|c\n1|2|3\n", b'|'),
            ("name\nSmith\n", b','),
            ("\"a;b\",c\nx;y,1\n", b','),
        ] {
            assert_eq!(char::from(sniff(text)), char::from(expected), "{text}");
        }
    }

    #[test]
    fn quoted_line_ends_stay_in_the_cell_and_lines_stay_right() {
        let table = parse("a,b\r\n\"x\r\ny\",1\r\n\r\nz,\"say \"\"hi\"\"\"\r\n", "f.csv").unwrap();
        assert_eq!(table.lines, Lines::Text(vec![2, 5]));
        assert_eq!(cells(&table, 0), [Some("x\r\ny".to_owned()), Some("z".to_owned())]);
        assert_eq!(cells(&table, 1), [Some("1".to_owned()), Some("say \"hi\"".to_owned())]);
    }

    #[test]
    fn blank_lines_before_the_header_are_counted() {
        assert_eq!(parse("\n\na,b\n1,2\n\n3,4\n", "f").unwrap().lines, Lines::Text(vec![4, 6]));
        assert_eq!(parse("a,b\r1,2\r3,4\r", "f").unwrap().lines, Lines::Text(vec![2, 3]));
    }

    #[test]
    fn a_ragged_row_names_its_line_and_both_counts() {
        let error = parse("a,b\n1,2\n\n1,2,3\n", "f.csv").unwrap_err();
        let expected = IngestError::RaggedRow { file: "f.csv".into(), line: 4, found: 3, expected: 2, delimiter: ',' };
        assert_eq!(error, expected);
    }

    #[test]
    fn an_unclosed_quote_is_not_swallowed() {
        for text in ["a,b\n1,\"x\n2,3\n4,5\n", "a,b\n1,\"x", "a,b\n\"1,x\n2,y\n"] {
            let error = parse(text, "f.csv").unwrap_err();
            assert_eq!(error, IngestError::UnclosedQuote { file: "f.csv".into(), line: 2 }, "{text}");
        }
        assert!(parse("a,\"b\n1,2\n", "f.csv").is_err());
        assert_eq!(parse("a,b\n1,5\" pipe\n", "f").unwrap().lines.n_rows(), 1);
    }

    #[test]
    fn names_are_cleaned_outside_and_kept_inside() {
        let table = parse("\u{feff} Call  Failure ,b\n1,2\n", "f").unwrap();
        assert_eq!(table.columns[0].0, "Call  Failure");
    }

    #[test]
    fn double_and_blank_names_are_refused() {
        let error = parse("a,b,a,c,b,a\n1,2,3,4,5,6\n", "f").unwrap_err();
        let names = vec![("a".to_owned(), vec![1, 3, 6]), ("b".to_owned(), vec![2, 5])];
        assert_eq!(error, IngestError::DuplicateColumns { file: "f".into(), names });
        let error = parse("a,,b\n1,2,3\n", "f").unwrap_err();
        assert_eq!(error, IngestError::BlankColumnName { file: "f".into(), position: 2 });
        let error = parse(",,\n,,\n", "f").unwrap_err();
        assert_eq!(error, IngestError::BlankColumnName { file: "f".into(), position: 1 });
    }

    #[test]
    fn unnamed_columns_and_rows_without_values_are_left_out_and_said() {
        let table = parse("a,b,,\n1,2,, \n,,,\n3,,,\n,,,\n", "f").unwrap();
        assert_eq!(table.columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(table.lines, Lines::Text(vec![2, 4]));
        let said: Vec<&str> = table.notices.iter().map(|notice| notice.what.en.as_str()).collect();
        let unnamed = "columns without a name and without a value, left out: 2 (column 3, 4)";
        assert_eq!(said, [unnamed, "rows without any value, left out: 2"]);
        assert_eq!(table.notices[1].place.as_ref().unwrap().ja, "f 3行目");
        let late = parse("a,b,\n1,2,\n3,4,5\n", "f").unwrap_err();
        assert_eq!(late, IngestError::BlankColumnName { file: "f".into(), position: 3 });
        // One column alone: a blank cell is a row whose value is missing.
        assert_eq!(parse("a\n1\n\" \"\n", "f").unwrap().lines.n_rows(), 2);
    }
}
