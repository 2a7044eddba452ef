//! Which rows of a log match a KPI's conditions.

use crate::ingest::{LogColumn, is_missing_word, parse_flag, parse_number};
use crate::study::{Condition, Literal};

use super::ids::{packed, twin};

/// Different cells whose answer is remembered.
const REMEMBERED: usize = 16;

/// Whether each cell equals any of the values. Null matches nothing; numbers and truths compare by value.
pub(super) fn matches(column: &LogColumn, condition: &Condition, out: &mut Vec<bool>) {
    out.clear();
    let any = |is: &dyn Fn(&Literal) -> bool| condition.any_of.iter().any(is);
    match column {
        LogColumn::Text(cells) => {
            // A column that conditions look at has few different cells.
            let mut known: Vec<(u128, bool)> = Vec::new();
            out.extend(cells.iter().map(|cell| {
                let Some(cell) = cell else { return false };
                let key = packed(cell);
                if let Some(key) = key
                    && let Some((_, answer)) = known.iter().find(|(text, _)| *text == key)
                {
                    return *answer;
                }
                let answer = any(&|literal| text_is(cell, literal));
                if let Some(key) = key.filter(|_| known.len() < REMEMBERED) {
                    known.push((key, answer));
                }
                answer
            }));
        }
        LogColumn::Levels { codes, levels } => {
            let answers: Vec<bool> =
                levels.iter().map(|level| level.is_some_and(|level| any(&|literal| text_is(level, literal)))).collect();
            out.extend(codes.iter().map(|&code| answers.get(code as usize).copied().unwrap_or(false)));
        }
        LogColumn::Numbers(cells) => out.extend(cells.iter().map(|&x| !x.is_nan() && any(&|l| number_is(x, l)))),
        LogColumn::Flags(cells) => {
            out.extend(cells.iter().map(|cell| cell.is_some_and(|flag| any(&|l| flag_is(flag, l)))));
        }
        LogColumn::Days(cells) => {
            out.extend(cells.iter().map(|cell| cell.is_some_and(|day| any(&|l| day_is(day, l)))));
        }
        LogColumn::Instants { micros, .. } => out.extend(micros.iter().map(|cell| {
            let day = cell.and_then(|micros| i32::try_from(micros.div_euclid(86_400_000_000)).ok());
            day.is_some_and(|day| any(&|l| day_is(day, l)))
        })),
    }
}

fn text_is(cell: &str, literal: &Literal) -> bool {
    let cell = cell.trim();
    match literal {
        Literal::Text(text) => cell == text.trim() || twin(text.trim()).is_some_and(|twin| cell == twin),
        Literal::Number(number) if is_missing_word(cell) => number.is_nan(),
        Literal::Number(number) => match (parse_number(cell), cell.to_lowercase().as_str()) {
            (Some(x), _) => same(x, *number),
            (None, "true") => same(1.0, *number),
            (None, "false") => same(0.0, *number),
            _ => false,
        },
        Literal::Flag(flag) => parse_flag(cell).or_else(|| parse_number(cell).map(|x| !same(x, 0.0))) == Some(*flag),
        Literal::Date(date) => {
            crate::ingest::Dates::new(None, None).read(cell).is_ok_and(|stamp| stamp.day == date.to_epoch_days())
        }
    }
}

fn number_is(x: f64, literal: &Literal) -> bool {
    match literal {
        Literal::Number(number) => same(x, *number),
        Literal::Flag(flag) => (same(x, 1.0) && *flag) || (same(x, 0.0) && !flag),
        Literal::Text(text) => parse_number(text).is_some_and(|number| same(x, number)),
        Literal::Date(_) => false,
    }
}

fn flag_is(cell: bool, literal: &Literal) -> bool {
    match literal {
        Literal::Flag(flag) => cell == *flag,
        Literal::Number(number) => same(f64::from(u8::from(cell)), *number),
        Literal::Text(text) => parse_flag(text) == Some(cell),
        Literal::Date(_) => false,
    }
}

fn day_is(day: i32, literal: &Literal) -> bool {
    match literal {
        Literal::Date(date) => date.to_epoch_days() == day,
        Literal::Text(text) => crate::ingest::Dates::new(None, None).read(text).is_ok_and(|stamp| stamp.day == day),
        Literal::Number(_) | Literal::Flag(_) => false,
    }
}

/// Equal as numbers.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::TextCells;

    fn answers(cells: &[&str], any_of: Vec<Literal>) -> Vec<bool> {
        let mut text = TextCells::default();
        cells.iter().for_each(|cell| text.push(cell));
        let mut out = Vec::new();
        matches(&LogColumn::Text(text), &Condition { column: "c".to_owned(), any_of }, &mut out);
        out
    }

    #[test]
    fn numbers_and_truths_compare_by_value_texts_as_written_and_null_never() {
        let text = |text: &str| Literal::Text(text.to_owned());
        assert_eq!(answers(&["a", " a ", "A", "", "b"], vec![text("a"), text("b")]), [true, true, false, false, true]);
        assert_eq!(
            answers(&["1", "1.0", "001", "true", "2", "NA"], vec![Literal::Number(1.0)]),
            [true, true, true, true, false, false]
        );
        assert_eq!(
            answers(&["yes", "1", "True", "0", "no", ""], vec![Literal::Flag(true)]),
            [true, true, true, false, false, false]
        );
        assert_eq!(answers(&["0", "false", "いいえ", ""], vec![Literal::Flag(false)]), [true, true, true, false]);
        let date = Literal::Date("2024-03-09".parse().unwrap());
        assert_eq!(answers(&["2024/3/9", "2024-03-09 10:00", "2024-03-10"], vec![date]), [true, true, false]);
        let mut out = Vec::new();
        let condition = Condition { column: "c".to_owned(), any_of: vec![Literal::Number(1.0), text("2")] };
        matches(&LogColumn::Numbers(vec![1.0, 2.0, f64::NAN, 3.0]), &condition, &mut out);
        assert_eq!(out, [true, true, false, false]);
        matches(&LogColumn::Flags(vec![Some(true), None, Some(false)]), &condition, &mut out);
        assert_eq!(out, [true, false, false]);
    }
}
