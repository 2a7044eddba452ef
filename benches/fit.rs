//! Speed of the solver by size: `cargo bench --bench fit`.
//!
//! Data are made outside the timed body; sizes are in the names. Other programs on the same data: `benches/peers/run`.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use faer::linalg::matmul::triangular::{BlockStructure, matmul};
use faer::{Accum, MatMut, MatRef, Par};
use fuellamp::stats::covariance::{Correction, clustered};
use fuellamp::stats::discrimination::auc_delong;
use fuellamp::stats::irls::{FitOptions, Penalty, fit_logistic};
use fuellamp::stats::matrix::Matrix;
use fuellamp::stats::plan::{FitPlan, PlannedModel};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use rand_distr::Distribution as _;
use rand_distr::StandardNormal;

/// Rows of one account.
const ROWS_PER_ACCOUNT: usize = 20;

struct Data {
    columns: Vec<Vec<f64>>,
    y: Vec<f64>,
    account: Vec<u32>,
}

/// Intercept and `p` normal columns; about 3 % events.
fn data(n: usize, p: usize) -> Data {
    let mut random = ChaCha8Rng::seed_from_u64(20_261_001);
    let mut columns = vec![vec![1.0; n]];
    let mut eta = vec![-3.7; n];
    for j in 0..p {
        let slope = 0.4 * (j as f64 / p as f64 - 0.5);
        let column: Vec<f64> = (0..n).map(|_| StandardNormal.sample(&mut random)).collect();
        eta.iter_mut().zip(&column).for_each(|(e, x): (&mut f64, &f64)| *e += slope * x);
        columns.push(column);
    }
    let uniform = |random: &mut ChaCha8Rng| (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let y = eta.iter().map(|e| if uniform(&mut random) < 1.0 / (1.0 + (-e).exp()) { 1.0 } else { 0.0 }).collect();
    Data { columns, y, account: (0..n).map(|i| u32::try_from(i / ROWS_PER_ACCOUNT).unwrap_or(u32::MAX)).collect() }
}

impl Data {
    fn matrix(&self) -> Option<Matrix<'_>> {
        Matrix::new(self.columns.iter().map(Vec::as_slice).collect()).ok()
    }
}

fn fits(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("fit");
    group.sample_size(10);
    for (n, p) in [(30_000, 25), (100_000, 20), (1_000_000, 20)] {
        let data = data(n, p);
        let Some(x) = data.matrix() else { continue };
        group.throughput(Throughput::Elements(n as u64));
        for (name, penalty) in [("likelihood", Penalty::None), ("firth", Penalty::Firth)] {
            let options = FitOptions { penalty, intercept: Some(0), ..FitOptions::default() };
            group.bench_with_input(BenchmarkId::new(name, format!("{n}x{p}")), &x, |bench, x| {
                bench.iter(|| fit_logistic(x, &data.y, &options));
            });
        }
        let options = FitOptions { intercept: Some(0), ..FitOptions::default() };
        let Ok(fit) = fit_logistic(&x, &data.y, &options) else { continue };
        group.bench_with_input(BenchmarkId::new("clustered", format!("{n}x{p}")), &x, |bench, x| {
            let accounts = n.div_ceil(ROWS_PER_ACCOUNT);
            bench.iter(|| clustered(&fit, x, &data.y, &data.account, accounts, Correction::Cr1));
        });
        group.bench_function(BenchmarkId::new("auc_delong", n), |bench| {
            bench.iter(|| auc_delong(&fit.eta, &data.y));
        });
    }
    group.finish();
}

/// Leave-one-out models of one pool, warm started, as the evidence on KPIs asks for them.
fn plans(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10);
    for (n, p) in [(30_000, 25), (300_000, 25)] {
        let data = data(n, p);
        let Some(x) = data.matrix() else { continue };
        let all: Vec<usize> = (0..=p).collect();
        let options = FitOptions { intercept: Some(0), ..FitOptions::default() };
        let Ok(whole) = fit_logistic(&x, &data.y, &options) else { continue };
        let plan = FitPlan::new(x, &data.y, Some(0)).warmed_by(&all, &whole);
        let models: Vec<PlannedModel<'_>> = (1..=p)
            .map(|j| PlannedModel {
                columns: all.iter().copied().filter(|&k| k != j).collect(),
                ..PlannedModel::default()
            })
            .collect();
        group.throughput(Throughput::Elements(models.len() as u64));
        group.bench_function(BenchmarkId::new("leave_one_out", format!("{n}x{p}")), |bench| {
            bench.iter(|| plan.run(&models, |_, fit, _| fit.map(|f| f.log_likelihood).unwrap_or(f64::NAN)));
        });
    }
    group.finish();
}

/// Roofline: everything that one Newton pass does against the plain product `XᵀX` of the same shape, on one thread.
///
/// `pass` is a fit that starts at its optimum: checks, one pass over the rows (two where rounding asks for another step),
/// fitted values. Its flops are counted as those of the product alone, n p (p + 1), so the ratio of the two rates is the
/// share of the machine that is left to the product after reading, centring, the exponential, score and residuals.
fn roofline(criterion: &mut Criterion) {
    let Ok(single) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else { return };
    let mut group = criterion.benchmark_group("roofline");
    group.sample_size(10);
    for (n, p) in [(100_000, 20), (1_000_000, 20), (1_000_000, 50)] {
        let data = data(n, p);
        let Some(x) = data.matrix() else { continue };
        let k = p + 1;
        let options = FitOptions { intercept: Some(0), ..FitOptions::default() };
        let Ok(whole) = fit_logistic(&x, &data.y, &options) else { continue };
        let warm = FitOptions { start: Some(&whole.coef), ..options };
        group.throughput(Throughput::Elements((n * k * (k + 1)) as u64));
        group.bench_function(BenchmarkId::new("pass", format!("{n}x{p}")), |bench| {
            single.install(|| bench.iter(|| fit_logistic(&x, &data.y, &warm)));
        });
        let values: Vec<f64> = data.columns.concat();
        let z = MatRef::from_column_major_slice(&values, n, k);
        let mut gram = vec![0.0; k * k];
        group.bench_function(BenchmarkId::new("syrk", format!("{n}x{p}")), |bench| {
            bench.iter(|| {
                let gram = MatMut::from_column_major_slice_mut(&mut gram, k, k);
                let (lower, full) = (BlockStructure::TriangularLower, BlockStructure::Rectangular);
                matmul(gram, lower, Accum::Replace, z.transpose(), full, z, full, 1.0, Par::Seq);
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fits, plans, roofline);
criterion_main!(benches);
