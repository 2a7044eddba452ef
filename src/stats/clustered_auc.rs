//! Area under the ROC curve where rows come in clusters and may weigh differently, in O(n log n).
//!
//! [`super::discrimination`] takes rows as independent. Here the rows of one account may resemble each other.

use super::discrimination::AucDifference;
use super::measure_error::MeasureError;
use super::sampling::{Estimate, Groups, Sampling, check};
use super::wald;

/// Area under the curve of one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClusteredAuc {
    /// Weighted share of pairs of an event and a non-event in which the event has the higher score, ties as half.
    pub auc: Estimate,
    /// Events of positive weight.
    pub n_events: usize,
    /// Rows of positive weight.
    pub n_rows: usize,
    /// Clusters with such a row.
    pub n_clusters: usize,
}

/// Area under the ROC curve, its standard error by cluster.
///
/// # Formula
/// ```text
/// auc = Σ_e Σ_o w_e w_o ψ(s_e, s_o) / (W₁ W₀)        e: events, o: the others; ψ = 1, 1/2, 0
/// u_e = w_e (V_e - auc) / W₁,   V_e = Σ_o w_o ψ / W₀        u_o = w_o (V_o - auc) / W₀,   V_o = Σ_e w_e ψ / W₁
/// a_g = Σ u_e and b_g = Σ u_o of the rows of cluster g
/// se² = I₁/(I₁ - 1) Σ a_g² + I₀/(I₀ - 1) Σ b_g² + 2 I/(I - 1) Σ a_g b_g
/// ```
/// I₁, I₀ and I count the clusters with an event, with a non-event, with either. Where every row is a cluster and weighs 1
/// this is DeLong's variance. NaN where I₁ or I₀ is 1.
///
/// # Shapes and units
/// `score` (n) any numbers, higher where an event is likelier; `y` (n) 0 or 1.
///
/// # Errors
/// [`MeasureError`], among others `OneClass`.
///
/// # Source
/// Obuchowski (1997), Biometrics 53:567–578; weights enter as in a survey whose weights are fixed.
pub fn auc_clustered(score: &[f64], y: &[f64], sampling: Sampling<'_>) -> Result<ClusteredAuc, MeasureError> {
    check("score", score, y, false)?;
    let pairs = Pairs::new(y, &sampling)?;
    let (auc, u) = pairs.components(score, y, &sampling);
    Ok(ClusteredAuc {
        auc: Estimate::new(auc, pairs.variance(y, &u), (0.0, 1.0)),
        n_events: pairs.n_events,
        n_rows: pairs.n_rows,
        n_clusters: pairs.groups.n,
    })
}

/// Difference of the areas of two scores on the same rows, tested by cluster.
///
/// # Formula
/// As [`auc_clustered`], with the differences of the two scores' u.
///
/// # Errors
/// [`MeasureError`], among others `OneClass`.
///
/// # Source
/// Obuchowski (1997), Biometrics 53:567–578; DeLong, DeLong & Clarke-Pearson (1988), Biometrics 44:837–845.
pub fn auc_clustered_paired(
    first: &[f64],
    second: &[f64],
    y: &[f64],
    sampling: Sampling<'_>,
) -> Result<AucDifference, MeasureError> {
    check("first", first, y, false)?;
    check("second", second, y, false)?;
    let pairs = Pairs::new(y, &sampling)?;
    let (a, mut u) = pairs.components(first, y, &sampling);
    let (b, of_second) = pairs.components(second, y, &sampling);
    u.iter_mut().zip(of_second).for_each(|(u, v)| *u -= v);
    Ok(AucDifference {
        first: a,
        second: b,
        difference: wald::wald(a - b, pairs.variance(y, &u).max(0.0).sqrt(), 0.95),
    })
}

/// Weights of the two classes.
struct Pairs {
    groups: Groups,
    events: f64,
    others: f64,
    n_events: usize,
    n_rows: usize,
}

impl Pairs {
    fn new(y: &[f64], sampling: &Sampling<'_>) -> Result<Self, MeasureError> {
        let (groups, _) = sampling.groups(y.len())?;
        let weight =
            |event: bool| (0..y.len()).filter(|&i| (y[i] > 0.5) == event).map(|i| sampling.weight_of(i)).sum::<f64>();
        let count =
            |event: bool| (0..y.len()).filter(|&i| sampling.weight_of(i) > 0.0 && (y[i] > 0.5 || !event)).count();
        let found =
            Self { groups, events: weight(true), others: weight(false), n_events: count(true), n_rows: count(false) };
        if found.n_events == 0 || found.n_events == found.n_rows {
            return Err(MeasureError::OneClass { n_events: found.n_events, n_rows: found.n_rows });
        }
        Ok(found)
    }

    /// The area, and u of each row.
    fn components(&self, score: &[f64], y: &[f64], sampling: &Sampling<'_>) -> (f64, Vec<f64>) {
        let mut order: Vec<usize> = (0..score.len()).collect();
        // Adding 0 makes -0 equal to 0 in the total order too.
        order.sort_unstable_by(|&a, &b| (score[a] + 0.0).total_cmp(&(score[b] + 0.0)).then(a.cmp(&b)));
        let mut share = vec![0.0; score.len()];
        let (mut events_below, mut others_below) = (0.0, 0.0);
        for tied in order.chunk_by(|&a, &b| score[a] >= score[b]) {
            let (mut events, mut others) = (0.0, 0.0);
            for &i in tied {
                *(if y[i] > 0.5 { &mut events } else { &mut others }) += sampling.weight_of(i);
            }
            for &i in tied {
                share[i] = if y[i] > 0.5 {
                    (others_below + 0.5 * others) / self.others
                } else {
                    (self.events - events_below - 0.5 * events) / self.events
                };
            }
            events_below += events;
            others_below += others;
        }
        let mean = |shift: f64| {
            (0..y.len()).filter(|&i| y[i] > 0.5).map(|i| sampling.weight_of(i) * (share[i] - shift)).sum::<f64>()
                / self.events
        };
        let first = mean(0.0);
        let auc = first + mean(first);
        for i in 0..y.len() {
            let whole = if y[i] > 0.5 { self.events } else { self.others };
            share[i] = sampling.weight_of(i) * (share[i] - auc) / whole;
        }
        (auc, share)
    }

    fn variance(&self, y: &[f64], u: &[f64]) -> f64 {
        let class = |event: bool| (0..y.len()).filter(move |&i| (y[i] > 0.5) == event);
        let part = |event: bool| {
            let n = self.n_clusters(y, event) as f64;
            let sum: f64 = self.groups.sums(class(event), |i| u[i]).iter().map(|s| s * s).sum();
            if n < 2.0 { f64::NAN } else { sum * n / (n - 1.0) }
        };
        let n = self.groups.n as f64;
        part(true) + part(false) + 2.0 * self.cross(y, u) * n / (n - 1.0)
    }

    /// Clusters with a row of the class.
    fn n_clusters(&self, y: &[f64], event: bool) -> usize {
        if self.groups.rows_are_clusters() {
            return if event { self.n_events } else { self.n_rows - self.n_events };
        }
        let mut seen = vec![false; self.groups.n];
        (0..y.len()).filter(|&i| (y[i] > 0.5) == event).for_each(|i| {
            if let Some(seen) = seen.get_mut(self.groups.of(i)) {
                *seen = true;
            }
        });
        seen.iter().filter(|s| **s).count()
    }

    fn cross(&self, y: &[f64], u: &[f64]) -> f64 {
        if self.groups.rows_are_clusters() {
            return 0.0;
        }
        let of = |event: bool| self.groups.sums((0..y.len()).filter(|&i| (y[i] > 0.5) == event), |i| u[i]);
        of(true).iter().zip(of(false)).map(|(a, b)| a * b).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::discrimination::{auc_delong, auc_delong_paired};
    use super::super::laws::Stream;
    use super::*;

    fn data(n: usize) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
        let mut s = Stream(7);
        let y: Vec<f64> = (0..n).map(|_| f64::from(u8::from(s.next() < 0.3))).collect();
        let a = y.iter().map(|y| ((s.next() + 0.2 * y) * 12.0).floor()).collect();
        let b = y.iter().map(|y| s.next() + 0.4 * y).collect();
        (a, b, y)
    }

    #[test]
    fn rows_of_their_own_have_delongs_variance() {
        let (a, b, y) = data(237);
        let (plain, found) = (auc_delong(&a, &y).unwrap(), auc_clustered(&a, &y, Sampling::default()).unwrap());
        assert!((found.auc.value - plain.auc).abs() < 1e-14 && (found.auc.se - plain.se).abs() < 1e-14);
        assert!((found.auc.ci_low - plain.ci_low).abs() < 1e-14 && (found.auc.ci_high - plain.ci_high).abs() < 1e-14);
        let labels: Vec<u32> = (0..237).map(|i| 5000 - 3 * i).collect();
        let own = Sampling { cluster: Some(&labels), weight: Some(&[250.0; 237]) };
        let again = auc_clustered(&a, &y, own).unwrap();
        assert!((again.auc.se - plain.se).abs() < 1e-14 && again.n_clusters == 237);
        let (plain, found) = (auc_delong_paired(&a, &b, &y).unwrap(), auc_clustered_paired(&a, &b, &y, own).unwrap());
        assert!((found.difference.estimate - plain.difference.estimate).abs() < 1e-14);
        assert!((found.difference.std_error - plain.difference.std_error).abs() < 1e-14);
    }

    #[test]
    fn four_rows_in_clusters_by_hand() {
        // Events 3 and 1, others 2 and 0: three of four pairs are right. V_e = 1, 1/2; V_o = 1/2, 1.
        let (score, y) = ([3.0, 1.0, 2.0, 0.0], [1.0, 1.0, 0.0, 0.0]);
        // u = 1/8, -1/8, -1/8, 1/8. Clusters {3, 2} and {1, 0}: a = 1/8, -1/8; b = -1/8, 1/8.
        let found = auc_clustered(&score, &y, Sampling { cluster: Some(&[0, 1, 0, 1]), weight: None }).unwrap();
        // 2 (2/64) + 2 (2/64) + 2 · 2 (-2/64) = 0.
        assert!((found.auc.value - 0.75).abs() < 1e-16 && found.auc.se.abs() < 1e-9);
        // Clusters {3, 0} and {1, 2}: the products are positive, 4/32 + 4/32.
        let found = auc_clustered(&score, &y, Sampling { cluster: Some(&[0, 1, 1, 0]), weight: None }).unwrap();
        assert!((found.auc.se - 0.5).abs() < 1e-15 && (found.auc.ci_low - 0.0).abs() <= 0.0);
        // Weights 3 1 1 1 make the pairs of the better event count three times: (6 + 1) / 8.
        let found = auc_clustered(&score, &y, Sampling { cluster: None, weight: Some(&[3.0, 1.0, 1.0, 1.0]) }).unwrap();
        assert!((found.auc.value - 0.875).abs() < 1e-16);
    }

    #[test]
    fn rows_copied_within_their_cluster_change_nothing_where_independence_would_gain_precision() {
        let (a, b, y) = data(120);
        let cluster: Vec<u32> = (0..120).map(|i| i / 2).collect();
        let doubled = |v: &[f64]| [v, v].concat();
        let both = [&cluster[..], &cluster[..]].concat();
        let once = auc_clustered_paired(&a, &b, &y, Sampling { cluster: Some(&cluster), weight: None }).unwrap();
        let twice = Sampling { cluster: Some(&both), weight: None };
        let (a, b, y) = (doubled(&a), doubled(&b), doubled(&y));
        let copied = auc_clustered_paired(&a, &b, &y, twice).unwrap();
        assert!((copied.difference.std_error - once.difference.std_error).abs() < 1e-14);
        let naive = auc_clustered_paired(&a, &b, &y, Sampling::default()).unwrap();
        assert!(naive.difference.std_error < 0.8 * once.difference.std_error);
    }

    /// Over 400 samples of 60 accounts with 8 rows of one trait each, the stated error is the spread.
    #[test]
    fn the_standard_error_is_the_spread_over_samples_of_accounts() {
        let mut s = Stream(20_261_127);
        let (mut found, mut stated, mut naive) = (Vec::new(), 0.0, 0.0);
        let cluster: Vec<u32> = (0..480).map(|i| i / 8).collect();
        for _ in 0..400 {
            let trait_of: Vec<f64> = (0..60).map(|_| s.next() + s.next() + s.next() - 1.5).collect();
            let score: Vec<f64> = (0..480).map(|i| trait_of[i / 8] + 0.3 * s.next()).collect();
            let y: Vec<f64> = score.iter().map(|x| f64::from(u8::from(s.next() < 0.3 + 0.25 * x))).collect();
            let clustered = auc_clustered(&score, &y, Sampling { cluster: Some(&cluster), weight: None }).unwrap().auc;
            found.push(clustered.value);
            stated += clustered.se / 400.0;
            naive += auc_delong(&score, &y).unwrap().se / 400.0;
        }
        let spread = super::super::moments::sd(&found);
        // The spread of 400 values is known to 3.5 %.
        assert!((stated / spread - 1.0).abs() < 0.11, "{stated} for {spread}, rows as independent {naive}");
    }

    #[test]
    fn what_cannot_be_ranked_is_refused() {
        let with = |weight| Sampling { weight, cluster: None };
        let refused = auc_clustered(&[1.0, 2.0], &[0.0, 1.0], with(Some(&[1.0, 0.0]))).unwrap_err();
        assert_eq!(refused, MeasureError::OneClass { n_events: 0, n_rows: 1 });
        let refused = auc_clustered(&[f64::NAN], &[0.0], with(None)).unwrap_err();
        assert_eq!(refused, MeasureError::NotFinite { row: 0 });
        let refused = auc_clustered_paired(&[1.0, 2.0], &[1.0], &[0.0, 1.0], with(None)).unwrap_err();
        assert_eq!(refused, MeasureError::WrongLength { what: "second", found: 1, rows: 2 });
        let refused = auc_clustered(&[1.0], &[0.5], with(None)).unwrap_err();
        assert_eq!(refused, MeasureError::NotOutcome { row: 0, value: 0.5 });
        // Events of one account alone: nothing is known of how accounts differ.
        let one = Sampling { cluster: Some(&[1, 1, 2]), weight: None };
        assert!(auc_clustered(&[1.0, 2.0, 3.0], &[1.0, 1.0, 0.0], one).unwrap().auc.se.is_nan());
    }
}
