//! The iteration of R's `glm` for a binary outcome, stopped where R stops.

use faer::Mat;
use faer::linalg::solvers::SolveLstsq;
use fuellamp::stats::irls::Link;

use crate::model::Design;

/// R's default `epsilon`, with which the reference was computed.
const EPSILON: f64 = 1e-8;
/// Steps after R would have stopped: the last of them move nothing.
const POLISH: usize = 4;

/// Coefficients, and standard errors from the weights of the iterate before the last.
pub(crate) struct Estimate {
    pub(crate) coef: Vec<f64>,
    pub(crate) se: Vec<f64>,
    pub(crate) log_likelihood: f64,
}

/// Where R stops, and where it would have gone.
pub(crate) struct Iteration {
    pub(crate) unfinished: Estimate,
    pub(crate) finished: Estimate,
}

/// The link by its definition, apart from the library's.
trait ByDefinition {
    fn eta(self, mu: f64) -> f64;
    /// Mean, its derivative, and the log-likelihood of `y`.
    fn at(self, eta: f64, y: f64) -> (f64, f64, f64);
}

impl ByDefinition for Link {
    fn eta(self, mu: f64) -> f64 {
        match self {
            Self::Logit => (mu / (1.0 - mu)).ln(),
            Self::Cloglog => (-(-mu).ln_1p()).ln(),
        }
    }

    fn at(self, eta: f64, y: f64) -> (f64, f64, f64) {
        match self {
            Self::Logit => {
                let mu = 1.0 / (1.0 + (-eta).exp());
                (mu, mu * (1.0 - mu), y * eta - eta.max(0.0) - (-eta.abs()).exp().ln_1p())
            }
            Self::Cloglog => {
                let hazard = eta.exp();
                let mu = -(-hazard).exp_m1();
                (mu, hazard * (-hazard).exp(), if y > 0.5 { mu.ln() } else { -hazard })
            }
        }
    }
}

/// Coefficients and standard errors as R's `glm` reports them.
///
/// The reference was computed with the default `epsilon = 1e-8`, so its standard errors (off by up to 1e-5) and, in one
/// table, its coefficients (off by up to 1e-7) belong to a point that is not yet the optimum. Repeating that iteration
/// reproduces them; some steps later it must agree with the fit.
pub(crate) fn r_glm(design: &Design, link: Link) -> Iteration {
    let (n, p, y) = (design.y.len(), design.cols.len(), &design.y);
    let weight = |i: usize| design.weights.as_ref().map_or(1.0, |w| w[i]);
    let mut eta: Vec<f64> = (0..n).map(|i| link.eta((weight(i) * y[i] + 0.5) / (weight(i) + 1.0))).collect();
    let (mut deviance_before, mut unfinished, mut steps_left) = (f64::INFINITY, None, POLISH);
    for _ in 0..50 {
        let (mut root, mut target) = (vec![0.0; n], vec![0.0; n]);
        for i in 0..n {
            let (mu, slope, _) = link.at(eta[i], y[i]);
            root[i] = slope * (weight(i) / (mu * (1.0 - mu))).sqrt();
            target[i] = root[i] * (eta[i] + (y[i] - mu) / slope);
        }
        let qr = Mat::from_fn(n, p, |i, j| root[i] * design.cols[j][i]).qr();
        let solved = qr.solve_lstsq(&Mat::from_fn(n, 1, |i, _| target[i]));
        let coef: Vec<f64> = (0..p).map(|j| solved[(j, 0)]).collect();
        eta = (0..n).map(|i| (0..p).map(|j| design.cols[j][i] * coef[j]).sum()).collect();
        let log_likelihood: f64 = (0..n).map(|i| weight(i) * link.at(eta[i], y[i]).2).sum();
        let deviance = -2.0 * log_likelihood;
        let stops = (deviance - deviance_before).abs() / (deviance.abs() + 0.1) < EPSILON;
        deviance_before = deviance;
        if unfinished.is_none() && !stops {
            continue;
        }
        let estimate = Estimate { coef, se: standard_errors(&qr.thin_R().to_owned()), log_likelihood };
        match unfinished.take() {
            None => unfinished = Some(estimate),
            Some(unfinished) if steps_left == 0 => return Iteration { unfinished, finished: estimate },
            kept => {
                unfinished = kept;
                steps_left -= 1;
            }
        }
    }
    panic!("the iteration of the other program did not stop");
}

/// Lengths of the rows of R⁻¹, by back substitution on each unit vector.
fn standard_errors(r: &Mat<f64>) -> Vec<f64> {
    let p = r.ncols();
    let mut inverse = Mat::<f64>::zeros(p, p);
    for k in 0..p {
        for i in (0..=k).rev() {
            let known: f64 = ((i + 1)..=k).map(|m| r[(i, m)] * inverse[(m, k)]).sum();
            inverse[(i, k)] = (f64::from(u8::from(i == k)) - known) / r[(i, i)];
        }
    }
    (0..p).map(|j| (0..p).map(|k| inverse[(j, k)] * inverse[(j, k)]).sum::<f64>().sqrt()).collect()
}
