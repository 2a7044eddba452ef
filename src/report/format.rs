//! Numbers and names as people read them. Nothing here computes a result.

use std::collections::BTreeMap;

use crate::words::Lang;

/// Shown where there is no number.
pub(super) const NONE: &str = "–";

/// `12,345`.
pub(super) fn count(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A sentence of a verdict or notice on a page: KPIs by their label, other names in quotes instead of backticks, and a real
/// minus sign before numbers.
pub(super) fn told(text: &str, labels: &BTreeMap<&str, &str>, lang: Lang) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    // Without a partner a backtick is a character like any other.
    if parts.len().is_multiple_of(2) {
        return text.to_owned();
    }
    let quotes = match lang {
        Lang::En => ('“', '”'),
        Lang::Ja => ('「', '」'),
    };
    let mut page = String::with_capacity(text.len() + parts.len());
    for (position, part) in parts.iter().enumerate() {
        if position % 2 == 1 {
            page.push(quotes.0);
            page.push_str(labels.get(part).copied().unwrap_or(part));
            page.push(quotes.1);
            continue;
        }
        let mut before = None;
        let mut letters = part.chars().peekable();
        while let Some(letter) = letters.next() {
            let opens = before.is_none_or(|c: char| !c.is_alphanumeric());
            let minus = letter == '-' && opens && letters.peek().is_some_and(char::is_ascii_digit);
            page.push(if minus { '−' } else { letter });
            before = Some(letter);
        }
    }
    page
}

/// `n` decimals, thousands separated, a real minus sign, never `-0.00`; powers of ten from 10^15; a dash where the
/// number is not finite.
pub(super) fn fixed(x: f64, decimals: usize) -> String {
    if !x.is_finite() {
        return NONE.to_owned();
    }
    if x.abs() >= 1e15 {
        return format!("{x:.2e}").replace('-', "−");
    }
    let text = format!("{:.decimals$}", x.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let grouped = whole.parse::<usize>().map_or_else(|_| whole.to_owned(), count);
    let negative = x < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    let sign = if negative { "−" } else { "" };
    if fraction.is_empty() { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{fraction}") }
}

/// [`fixed`] with a plus sign for what is above zero.
pub(super) fn signed(x: f64, decimals: usize) -> String {
    let text = fixed(x, decimals);
    let zero = text.bytes().all(|b| !b.is_ascii_digit() || b == b'0');
    if x > 0.0 && x.is_finite() && !zero { format!("+{text}") } else { text }
}

/// Two decimals, with ends that stay readable: `<0.01`, `>999`.
pub(super) fn odds(x: f64) -> String {
    if x.is_nan() {
        NONE.to_owned()
    } else if x < 0.005 {
        "<0.01".to_owned()
    } else if x > 999.0 {
        ">999".to_owned()
    } else {
        fixed(x, 2)
    }
}

/// Three decimals, `<0.001` below.
pub(super) fn p_value(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { fixed(p, 3) }
}

/// A share as a percentage with one decimal.
pub(super) fn percent(share: f64) -> String {
    if share.is_finite() { format!("{}%", fixed(share * 100.0, 1)) } else { NONE.to_owned() }
}

/// A number of unknown magnitude: four significant figures or so.
pub(super) fn plain(x: f64) -> String {
    let size = x.abs();
    if !x.is_finite() {
        NONE.to_owned()
    } else if size >= 1000.0 || size.fract() == 0.0 {
        fixed(x, 0)
    } else if size >= 100.0 {
        fixed(x, 1)
    } else if size >= 0.01 {
        let text = fixed(x, if size >= 10.0 { 2 } else { 3 });
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{x:.2e}").replace('-', "−")
    }
}

/// Applies a format to a number that may be absent.
pub(super) fn or_dash<T>(value: Option<T>, format: impl Fn(T) -> String) -> String {
    value.map_or_else(|| NONE.to_owned(), format)
}

/// `[0.50, 0.77]`, a dash unless both ends exist.
pub(super) fn interval(low: Option<f64>, high: Option<f64>, format: impl Fn(f64) -> String) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("[{}, {}]", format(low), format(high)),
        _ => NONE.to_owned(),
    }
}

/// First twelve figures of a digest.
pub(super) fn short_digest(digest: &str) -> String {
    digest.chars().take(12).collect()
}

/// Names joined as a list is in the language.
pub(super) fn list(names: &[String], lang: Lang) -> String {
    names.join(match lang {
        Lang::En => ", ",
        Lang::Ja => "、",
    })
}

/// Whether a character may stand in a page or an SVG: no control characters, nothing that turns the writing direction
/// of what follows, nothing that XML forbids.
fn printable(c: char) -> bool {
    !matches!(c,
        '\u{0}'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Leaves out characters that must not reach a page or an SVG.
pub(super) fn clean(text: &str) -> String {
    text.chars().filter(|&c| printable(c)).collect()
}

/// One line without characters that XML forbids; runs of white space become one space.
pub(super) fn one_line(text: &str) -> String {
    clean(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Text for XML and HTML.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in clean(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Width of a character in half-width columns: Latin 1, Japanese, full-width signs and emoji 2.
fn columns(c: char) -> usize {
    match u32::from(c) {
        0x300..=0x36f | 0x200b..=0x200d | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f000..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

/// Width of a text in half-width columns.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// At most `limit` half-width columns on one line, with an ellipsis where something was cut.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let line = one_line(text);
    if width(&line) <= limit {
        return line;
    }
    let mut used = 1;
    let mut short = String::new();
    for c in line.chars() {
        used += columns(c);
        if used > limit {
            break;
        }
        short.push(c);
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A name of at most `limit` half-width columns on one line: begin and end are kept, because names that belong together often
/// differ at their end alone, in a window or a unit.
pub(super) fn shorten_name(name: &str, limit: usize) -> String {
    let line = one_line(name);
    if width(&line) <= limit {
        return line;
    }
    let mut used = 0;
    let begin = line.char_indices().rev().take_while(|(_, c)| {
        used += columns(*c);
        used <= limit * 2 / 5
    });
    let begin = begin.last().map_or(line.len(), |(at, _)| at);
    let (before, mut tail) = line.split_at(begin);
    // Half a number would be another number.
    if before.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        tail = tail.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    }
    let tail = tail.trim_start();
    let mut short = shorten(&line, limit - width(tail));
    short.push_str(tail);
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_kpis_by_their_label_and_has_real_minus_signs() {
        let labels = BTreeMap::from([("logins", "Logins per seat")]);
        let text = "z -7.6, beside `logins` -0.5 (`flat` of A-001, 2026-03)";
        let page = "z −7.6, beside “Logins per seat” −0.5 (“flat” of A-001, 2026-03)";
        assert_eq!(told(text, &labels, Lang::En), page);
        assert_eq!(told("`logins`（z -7.6）", &labels, Lang::Ja), "「Logins per seat」（z −7.6）");
        assert_eq!(told("a ` alone, z -1", &labels, Lang::En), "a ` alone, z -1");
        assert_eq!(told("<b>`<i>`", &labels, Lang::En), "<b>“<i>”", "the page escapes");
    }

    #[test]
    fn numbers_are_grouped_signed_and_never_minus_zero() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1000), "1,000");
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(-1234.567, 1), "−1,234.6");
        assert_eq!((fixed(f64::NAN, 1), fixed(-1e300, 2)), (NONE.into(), "−1.00e300".into()));
        assert_eq!(signed(0.5, 1), "+0.5");
        assert_eq!(signed(0.04, 1), "0.0");
    }

    #[test]
    fn shares_odds_and_p_values_have_their_own_formats() {
        assert_eq!(percent(0.1234), "12.3%");
        assert_eq!((odds(0.624), odds(0.001), odds(1e9)), ("0.62".into(), "<0.01".into(), ">999".into()));
        assert_eq!((p_value(0.0004), p_value(0.0456)), ("<0.001".into(), "0.046".into()));
        assert_eq!((plain(0.25), plain(41.0), plain(12345.6)), ("0.25".into(), "41".into(), "12,346".into()));
        assert_eq!(interval(Some(0.5), Some(0.774), odds), "[0.50, 0.77]");
        assert_eq!(interval(Some(0.5), None, odds), NONE);
    }

    #[test]
    fn long_names_are_cut_by_width_and_controls_disappear() {
        assert_eq!(shorten("abcdef", 6), "abcdef");
        assert_eq!(shorten("abcdefg", 6), "abcde…");
        assert_eq!(shorten("接触回数の合計", 6), "接触…");
        assert_eq!(shorten("a\nb\u{0}\u{202e}c", 9), "a bc");
        assert_eq!(shorten_name("Logins, 30 days", 15), "Logins, 30 days");
        assert_eq!(shorten_name("Logins of all users, 30 days", 18), "Logins of…30 days");
        assert_eq!(shorten_name("Logins of all users, 365 days", 16), "Logins of a…days");
        assert_eq!(shorten_name("全ユーザーのログイン日数（90日）", 19), "全ユーザーの…90日）");
        assert_eq!(escape("<a b=\"'&\u{1}>"), "&lt;a b=&quot;&#39;&amp;&gt;");
    }
}
