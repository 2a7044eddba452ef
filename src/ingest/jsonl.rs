//! JSON lines: one object per line, one key per column.

use std::collections::HashMap;

use serde_json::{Number, Value};

use super::IngestError;
use super::delimited::check_names;
use super::raw::{Cells, Lines, RawTable, TextCells, render_flag, render_number};

#[derive(Default)]
struct Column {
    name: String,
    cells: TextCells,
    has_strings: bool,
    has_others: bool,
}

/// Parses JSON lines; columns come in the order in which their keys first appear, an absent key is missing.
///
/// # Errors
/// No content, a line that is not an object, a value that is an array or an object, a blank key.
pub(super) fn parse(text: &str, file: &str) -> Result<RawTable, IngestError> {
    let mut columns: Vec<Column> = Vec::new();
    let mut index_of: HashMap<String, usize> = HashMap::new();
    let mut lines = Vec::new();
    for (line, content) in (1..).zip(text.split('\n')) {
        let content = content.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if content.is_empty() {
            continue;
        }
        let value = serde_json::from_str(content).map_err(|error| IngestError::InvalidJson {
            file: file.to_owned(),
            line,
            column: error.column(),
            detail: detail(&error),
        })?;
        let Value::Object(object) = value else {
            return Err(IngestError::NotAnObject { file: file.to_owned(), line, found: kind_of(&value) });
        };
        let n_before = lines.len();
        for (key, value) in object {
            let next = columns.len();
            let idx = *index_of.entry(key).or_insert_with_key(|key| {
                columns.push(Column { name: key.clone(), ..Column::default() });
                next
            });
            let Some(column) = columns.get_mut(idx) else { continue };
            column.cells.pad(n_before);
            match value {
                Value::Null => {}
                Value::Bool(flag) => column.push_other(render_flag(flag)),
                Value::Number(number) => column.push_other(&render(&number)),
                Value::String(text) => {
                    column.cells.push(&text);
                    column.has_strings |= !text.trim().is_empty();
                }
                Value::Array(_) | Value::Object(_) => {
                    let (file, key, found) = (file.to_owned(), column.name.clone(), kind_of(&value));
                    return Err(IngestError::NestedJson { file, line, key, found });
                }
            }
        }
        lines.push(line);
    }
    if lines.is_empty() {
        return Err(IngestError::Empty { file: file.to_owned() });
    }
    check_names(&columns.iter().map(|c| c.name.clone()).collect::<Vec<_>>(), file)?;
    let n_rows = lines.len();
    let finish = |mut column: Column| {
        column.cells.pad(n_rows);
        let only_strings = column.has_strings && !column.has_others;
        (column.name, if only_strings { Cells::Text(column.cells) } else { Cells::Untyped(column.cells) })
    };
    let columns: Vec<_> = columns.into_iter().map(finish).collect();
    if columns.is_empty() {
        return Err(IngestError::NoUsableColumn { file: file.to_owned(), columns: Vec::new() });
    }
    Ok(RawTable { columns, lines: Lines::Text(lines), notices: Vec::new() })
}

impl Column {
    fn push_other(&mut self, text: &str) {
        self.cells.push(text);
        self.has_others = true;
    }
}

fn render(number: &Number) -> String {
    match number.as_f64() {
        Some(x) if number.is_f64() => render_number(x),
        _ => number.to_string(),
    }
}

/// The parser's message without its line, which counts inside the one line that it was given.
fn detail(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_keys_are_missing_and_strings_stay_strings() {
        let table = parse("{\"a\":1,\"b\":\"007\"}\n\n{\"b\":null,\"c\":2.50}\r\n{\"a\":true}\n", "f.jsonl").unwrap();
        assert_eq!(table.lines, Lines::Text(vec![1, 3, 4]));
        let read = |i: usize| -> (String, bool, Vec<Option<String>>) {
            let (name, cells) = table.columns[i].clone();
            let typed = matches!(cells, Cells::Text(_));
            (name, typed, cells.into_text().iter().map(|c| c.map(str::to_owned)).collect())
        };
        let some = |s: &str| Some(s.to_owned());
        assert_eq!(read(0), ("a".into(), false, vec![some("1"), None, some("true")]));
        assert_eq!(read(1), ("b".into(), true, vec![some("007"), None, None]));
        assert_eq!(read(2), ("c".into(), false, vec![None, some("2.5"), None]));
    }

    #[test]
    fn errors_name_line_and_key() {
        let error = parse("{\"a\":1}\n{\"a\":[1]}\n", "f").unwrap_err();
        let expected = IngestError::NestedJson { file: "f".into(), line: 2, key: "a".into(), found: "an array" };
        assert_eq!(error, expected);
        assert!(matches!(parse("{\"a\":1}\n{\"a\":\n", "f"), Err(IngestError::InvalidJson { line: 2, column: 5, .. })));
        assert!(matches!(parse("[{\"a\":1}]", "f"), Err(IngestError::NotAnObject { line: 1, found: "an array", .. })));
        assert!(matches!(parse(" \n", "f"), Err(IngestError::Empty { .. })));
    }
}
