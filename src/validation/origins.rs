//! Days at which a score could have been made, and the days on which it would have been used.

/// Decisions to leave that must be known before a first score is made.
const FIRST_EVENTS: usize = 40;
/// Share of all decisions known at the first origin, at least.
const FIRST_SHARE: f64 = 0.4;
/// Decisions that each score is judged on, at least.
const EVENTS_AFTER: usize = 10;
/// Origins, at most.
const MAX_ORIGINS: usize = 4;

/// A day at which a score is made from what is known, and how long it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Last period known: outcome windows that end later teach nothing (the embargo).
    pub at: i32,
    /// Last as-of period that it scores; the first is `at` itself.
    pub until: i32,
}

/// Origins of a rolling backtest.
///
/// `as_of` (n): period whose values each row knows; `closes` (n): last period of its outcome window; `y` (n). The first
/// origin has 40 decisions and 40 % of all behind it; the decisions after it are shared among up to four origins with ten or
/// more each. Empty where there are fewer.
#[must_use]
pub fn origins(as_of: &[i32], closes: &[i32], y: &[f64]) -> Vec<Origin> {
    let events: Vec<(i32, i32)> =
        as_of.iter().zip(closes).zip(y).filter(|(_, y)| **y > 0.5).map(|((a, c), _)| (*a, *c)).collect();
    let mut closed: Vec<i32> = events.iter().map(|(_, closes)| *closes).collect();
    closed.sort_unstable();
    let behind = FIRST_EVENTS.max((FIRST_SHARE * events.len() as f64).ceil() as usize);
    let (Some(&first), Some(&last)) = (closed.get(behind.saturating_sub(1)), as_of.iter().max()) else {
        return Vec::new();
    };
    let mut ahead: Vec<i32> = events.iter().map(|(as_of, _)| *as_of).filter(|as_of| *as_of >= first).collect();
    ahead.sort_unstable();
    let blocks = MAX_ORIGINS.min(ahead.len() / EVENTS_AFTER);
    let mut starts: Vec<i32> =
        (0..blocks).map(|b| if b == 0 { first } else { ahead[b * ahead.len() / blocks] }).collect();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next - 1).chain(std::iter::once(last));
    starts.iter().zip(ends).map(|(&at, until)| Origin { at, until }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_after_the_first_origin_is_scored_once_and_no_window_overlaps() {
        // Ten decisions in each of twenty periods, known two periods later (a horizon of two).
        let as_of: Vec<i32> = (0..20).flat_map(|t| [t; 30]).collect();
        let closes: Vec<i32> = as_of.iter().map(|t| t + 2).collect();
        let y: Vec<f64> = (0..600).map(|i| f64::from(u8::from(i % 3 == 0))).collect();
        let found = origins(&as_of, &closes, &y);
        assert_eq!(found.len(), 4);
        // 80 of 200 decisions are behind the period 7 that closes at 9.
        assert_eq!((found[0].at, found[3].until), (9, 19));
        assert!(found.windows(2).all(|pair| pair[0].until + 1 == pair[1].at));
        let few: Vec<f64> = (0..600).map(|i| f64::from(u8::from(i % 15 == 0))).collect();
        assert!(origins(&as_of, &closes, &few).is_empty(), "40 decisions, none of them after the fortieth");
    }
}
