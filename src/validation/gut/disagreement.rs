//! Accounts on which rating and data contradict each other, and who was right.

use crate::stats::calibration::wilson;

/// Rating and data disagree on an account when its ranks of risk differ by at least this share of all accounts.
pub const DISAGREE: f64 = 1.0 / 3.0;
/// Width of the intervals.
const LEVEL: f64 = 0.95;

/// A share of counts with its Wilson interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// Counted.
    pub n: usize,
    /// Out of.
    pub of: usize,
    /// Lower end of the 95 % interval, 0 to 1.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl Share {
    fn new(n: usize, of: usize) -> Self {
        let (low, high) = if of == 0 { (0.0, 1.0) } else { wilson(n, of, LEVEL) };
        Self { n, of, low, high }
    }

    /// The share; `None` of nothing.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.of > 0).then(|| self.n as f64 / self.of as f64)
    }
}

/// Accounts that one side calls much riskier than the other does, and how many of them left.
pub type Side = Share;

/// Disagreements whose outcome is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Past {
    /// Accounts with a rating.
    pub n_accounts: usize,
    /// Those among them that left.
    pub n_events: usize,
    /// The data saw the risk, the rating did not: how many left.
    pub data_riskier: Side,
    /// The rating saw the risk, the data did not: how many left.
    pub gut_riskier: Side,
    /// Disagreements in which the rating was right.
    pub gut_right: Share,
    /// Disagreements in which the data was right.
    pub data_right: Share,
    /// Share that left where only the data saw risk, minus the same where only the rating did, with its 95 % interval:
    /// above 0 the data was the better judge. `None` where one side has no account.
    pub difference: Option<(f64, f64, f64)>,
}

/// Data's rank of risk minus the rating's, by row, each from 0 (safest) to 1 (riskiest) among the rows with a rating; NaN
/// elsewhere. Above 0 the data sees more risk. Ties share their middle rank.
///
/// `safety` (n): higher = safer, NaN = not rated. `eta` (n): log-odds of leaving.
#[must_use]
pub fn lean(safety: &[f64], eta: &[f64]) -> Vec<f64> {
    let rated: Vec<usize> = (0..safety.len()).filter(|&i| safety[i].is_finite() && eta[i].is_finite()).collect();
    let data = ranks(&rated, |i| eta[i]);
    let rating = ranks(&rated, |i| -safety[i]);
    let mut lean = vec![f64::NAN; safety.len()];
    for (place, &i) in rated.iter().enumerate() {
        lean[i] = data[place] - rating[place];
    }
    lean
}

/// `(midrank - 1/2) / n` by place.
fn ranks(rows: &[usize], value: impl Fn(usize) -> f64) -> Vec<f64> {
    let of = |place: usize| value(rows[place]) + 0.0;
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by(|&a, &b| of(a).total_cmp(&of(b)));
    let mut ranks = vec![0.0; rows.len()];
    let mut start = 0;
    while start < order.len() {
        let tied = order[start..].iter().take_while(|&&p| of(p) <= of(order[start])).count();
        for &place in &order[start..start + tied] {
            ranks[place] = (start as f64 + tied as f64 / 2.0) / rows.len() as f64;
        }
        start += tied;
    }
    ranks
}

/// Places of the last row of each account, ascending; rows of an account lie together in time order.
#[must_use]
pub fn latest(account: &[u32]) -> Vec<usize> {
    (0..account.len()).filter(|&i| account.get(i + 1) != Some(&account[i])).collect()
}

/// Who was right. One row per account: `lean` (n) as made by [`lean`], `y` (n) 1 = left.
///
/// Where few accounts leave, whoever says "safe" is right more often; the two shares that left compare both sides fairly.
///
/// # Source
/// Interval of the difference: Newcombe (1998), Statistics in Medicine 17:873–890, method 10.
#[must_use]
pub fn past(lean: &[f64], y: &[f64]) -> Past {
    let side = |wanted: fn(f64) -> bool| {
        let own = lean.iter().zip(y).filter(|(lean, _)| wanted(**lean));
        let (n, left) = own.fold((0, 0), |(n, left), (_, y)| (n + 1, left + usize::from(*y > 0.5)));
        Share::new(left, n)
    };
    let data_riskier = side(|lean| lean >= DISAGREE);
    let gut_riskier = side(|lean| lean <= -DISAGREE);
    let of = data_riskier.of + gut_riskier.of;
    let data_right = data_riskier.n + gut_riskier.of - gut_riskier.n;
    let rated = || lean.iter().zip(y).filter(|(lean, _)| lean.is_finite());
    let difference = data_riskier.share().zip(gut_riskier.share()).map(|(a, b)| {
        let below = ((a - data_riskier.low).powi(2) + (gut_riskier.high - b).powi(2)).sqrt();
        let above = ((data_riskier.high - a).powi(2) + (b - gut_riskier.low).powi(2)).sqrt();
        (a - b, a - b - below, a - b + above)
    });
    Past {
        n_accounts: rated().count(),
        n_events: rated().filter(|(_, y)| **y > 0.5).count(),
        data_riskier,
        gut_riskier,
        gut_right: Share::new(of - data_right, of),
        data_right: Share::new(data_right, of),
        difference,
    }
}
