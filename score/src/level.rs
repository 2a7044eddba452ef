//! Which of some levels a value is.

/// Position of `value` among `levels`: the level with the same text; else the only one that is the same number (`1`, `1.0`,
/// `01`); else, where every level is a truth, the only one that is the same truth (`TRUE`, `true`, `1`). The page
/// `README.md` of this crate states the rule for scorers in other languages, with examples that a test holds true.
///
/// A file may write a code with its zeros or without, and a service may send it as a number or a truth. Two levels that are
/// the same number stay two, as their texts differ; of these, `1.0` is the one written `1`, and no other spelling is either.
pub(crate) fn position<'a>(levels: impl Iterator<Item = &'a str> + Clone, value: &str) -> Option<usize> {
    let same_text = |text: &str| levels.clone().position(|level| level == text);
    same_text(value).or_else(|| same_number(levels.clone(), value)).or_else(|| same_truth(levels.clone(), value))
}

fn same_number<'a>(levels: impl Iterator<Item = &'a str> + Clone, value: &str) -> Option<usize> {
    let number = plain(value)?;
    // `1.0` says `1` where there is one; `001` could be `01` as well.
    let nearest = levels.clone().position(|level| level == number && value.starts_with(&number));
    nearest.or_else(|| only(levels, |level| plain(level).as_ref() == Some(&number)))
}

fn same_truth<'a>(levels: impl Iterator<Item = &'a str> + Clone, value: &str) -> Option<usize> {
    let wanted = truth(value)?;
    let all = levels.clone().all(|level| truth(level).is_some());
    only(levels, |level| truth(level) == Some(wanted)).filter(|_| all)
}

/// Position of the one level that `fits`; `None` where several do.
fn only<'a>(levels: impl Iterator<Item = &'a str>, fits: impl Fn(&str) -> bool) -> Option<usize> {
    let mut found = levels.enumerate().filter(|(_, level)| fits(level)).map(|(position, _)| position);
    let first = found.next();
    first.filter(|_| found.next().is_none())
}

/// A plain decimal number in its shortest form, `7` for `007` and `7.0`. Text against text: codes may have more digits than
/// a number holds.
fn plain(text: &str) -> Option<String> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + part.len() == 0 || !are_digits(whole) || !are_digits(part) {
        return None;
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    Some(match (whole, part) {
        ("", "") => "0".to_owned(),
        ("", part) => format!("{sign}0.{part}"),
        (whole, "") => format!("{sign}{whole}"),
        (whole, part) => format!("{sign}{whole}.{part}"),
    })
}

/// The truth of a word or number that a column of truths may hold.
fn truth(text: &str) -> Option<bool> {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    match plain(text).as_deref() {
        Some("1") => Some(true),
        Some("0") => Some(false),
        _ if is("true") || is("t") => Some(true),
        _ if is("false") || is("f") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(levels: &[&str], value: &str) -> Option<usize> {
        position(levels.iter().copied(), value)
    }

    #[test]
    fn a_code_is_found_with_its_zeros_and_without() {
        for value in ["01", "1", "1.0", "001", "+1"] {
            assert_eq!(find(&["02", "01", "A1"], value), Some(1), "{value}");
            assert_eq!(find(&["2", "1", "A1"], value), Some(1), "{value}");
        }
        assert_eq!(find(&["-0.50", "0"], "-.5"), Some(0));
        assert_eq!(find(&["-0.50", "0"], "-0.0"), Some(1));
        for value in ["1e0", "1,0", "１", "", ".", "-", "--1", "A01", "11"] {
            assert_eq!(find(&["01", "02"], value), None, "{value}");
        }
    }

    #[test]
    fn levels_that_are_the_same_number_stay_two() {
        let levels = ["01", "1", "2"];
        assert_eq!([find(&levels, "01"), find(&levels, "1"), find(&levels, "1.0")], [Some(0), Some(1), Some(1)]);
        assert_eq!(find(&levels, "001"), None, "either could be meant");
        // More digits than a double holds.
        assert_eq!(find(&["12345678901234567890", "12345678901234567891"], "12345678901234567891.0"), Some(1));
    }

    #[test]
    fn a_truth_is_found_in_any_spelling_where_all_levels_are_truths() {
        for value in ["true", "TRUE", "t", "1", "1.0"] {
            assert_eq!(find(&["false", "true"], value), Some(1), "{value}");
            assert_eq!(find(&["TRUE"], value), Some(0), "{value}");
        }
        assert_eq!(find(&["false", "true"], "0"), Some(0));
        assert_eq!(find(&["T", "F", "A"], "true"), None, "letters of an alphabet are no truths");
        for value in ["yes", "2", "-1", "0.5"] {
            assert_eq!(find(&["false", "true"], value), None, "{value}");
        }
        for value in ["true", "T"] {
            assert_eq!(find(&["0", "1"], value), Some(1), "{value}");
            assert_eq!(find(&["01", "1"], value), None, "either could be meant");
            assert_eq!(find(&["0", "1", "2"], value), None, "a count is no truth");
        }
    }
}
