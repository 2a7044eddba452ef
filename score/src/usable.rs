//! Whether weights may be used today: signed, and not expired.

use std::fmt;

use crate::weights::{Status, Weights};

/// Why weights may not be used in production.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unusable {
    /// Nobody has signed them.
    Draft,
    /// Signed, and the last day of validity is over.
    Expired {
        /// The last day of validity.
        on: String,
    },
    /// Today's date or the last day of validity is no ISO date, so nothing can be said.
    NoDate {
        /// What stands in its place.
        text: String,
    },
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Draft => f.write_str("the weights are a draft: nobody has signed them"),
            Self::Expired { on } => write!(f, "the weights expired on {on}"),
            Self::NoDate { text } => write!(f, "`{text}` is no date of the form 2026-12-31"),
        }
    }
}

impl std::error::Error for Unusable {}

impl Weights {
    /// Whether a service may rely on these weights on the day `today` (ISO date, `2026-12-31`): a named person signed
    /// them and the last day of validity, where there is one, is not over. Scoring does not ask; a service does, once
    /// after loading and then once a day.
    ///
    /// # Errors
    /// [`Unusable`], a draft first; [`Unusable::NoDate`] where a date cannot be read, because a day that is not
    /// understood proves nothing.
    pub fn usable(&self, today: &str) -> Result<(), Unusable> {
        if self.status == Status::Draft {
            return Err(Unusable::Draft);
        }
        let day = |text: &str| day_of(text).ok_or_else(|| Unusable::NoDate { text: text.to_owned() });
        let now = day(today)?;
        match &self.valid_until {
            Some(last) if now > day(last)? => Err(Unusable::Expired { on: last.clone() }),
            _ => Ok(()),
        }
    }
}

/// Year, month and day of an ISO date, a day that exists; their order is that of time.
pub(crate) fn day_of(text: &str) -> Option<(u16, u8, u8)> {
    let bytes = text.as_bytes();
    let plain = bytes.iter().enumerate().all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
    if bytes.len() != 10 || !plain {
        return None;
    }
    let (year, month, day): (u16, u8, u8) =
        (text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
    let last = match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    (1..=last).contains(&day).then_some((year, month, day))
}
