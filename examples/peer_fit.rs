//! Our side of `benches/peers`: a Parquet file to coefficients with clustered standard errors, timed.
//!
//! `cargo run --release --example peer_fit -- FILE [--threads N] [--repeat K] [--models M]` reads columns `y`, `account` and
//! all others as terms, and prints one JSON object. With `--models` it reads once and fits that many models of the kind
//! that the verdicts need (one column more or less, one slope split), each with clustered standard errors. For `made:NxP`
//! in place of a file, a table of that size is made in memory, so that a size needs no disk: `made:10000000x20`.

#![expect(clippy::print_stdout, reason = "prints its result")]

use std::error::Error;
use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use fuellamp::stats::covariance::{Correction, clustered};
use fuellamp::stats::irls::{FitOptions, fit_logistic};
use fuellamp::stats::matrix::Matrix;
use fuellamp::stats::plan::{FitPlan, PlannedModel};
use memmap2::MmapMut;
use polars::prelude::{DataType, FileMetadata, ParallelStrategy, ParquetReader, PolarsResult, SerReader};
use rayon::prelude::*;
use serde_json::json;

/// Columns of which halves are made.
const SPLIT: usize = 4;

type Failure = Box<dyn Error + Send + Sync>;

struct Table {
    names: Vec<String>,
    store: Store,
    y: Vec<f64>,
    account: Vec<u32>,
    n_accounts: usize,
}

/// Columns after each other in memory of the system's own, on huge pages where it has them: a first touch of four
/// kilobytes at a time costs as much as the reading.
struct Store(MmapMut);

impl Store {
    fn new(cells: usize) -> std::io::Result<Self> {
        let memory = MmapMut::map_anon(8 * cells.max(1))?;
        #[cfg(target_os = "linux")]
        let _ = memory.advise(memmap2::Advice::HugePage);
        Ok(Self(memory))
    }

    fn columns(&self, n_rows: usize) -> impl Iterator<Item = &[f64]> {
        bytemuck::cast_slice(&self.0).chunks(n_rows)
    }
}

/// One column at a time, so that no more of the file than that lies in memory beside the matrix.
fn column(path: &str, metadata: &Arc<FileMetadata>, name: &str, values: &mut [f64]) -> PolarsResult<()> {
    let mut reader = ParquetReader::new(File::open(path)?)
        .with_columns(Some(vec![name.to_owned()]))
        .read_parallel(ParallelStrategy::None);
    reader.set_metadata(Arc::clone(metadata));
    let frame = reader.finish()?;
    let series = frame.column(name)?.as_materialized_series().cast(&DataType::Float64)?;
    let nulls = series.null_count();
    let mut rest = values;
    for part in series.f64()?.downcast_iter() {
        let (here, after) = std::mem::take(&mut rest).split_at_mut(part.len());
        match nulls {
            0 => here.copy_from_slice(part.values()),
            _ => here.iter_mut().zip(part).for_each(|(value, found)| *value = found.copied().unwrap_or(f64::NAN)),
        }
        rest = after;
    }
    Ok(())
}

/// Columns of hashed uniforms, 3 % events, twenty rows an account.
fn made(size: &str) -> Result<Table, Failure> {
    let (rows, columns) = size.split_once('x').ok_or("made:ROWSxCOLUMNS")?;
    let (n_rows, p): (usize, usize) = (rows.parse()?, columns.parse()?);
    let uniform = |row: usize, column: usize| {
        let mut bits = (row as u64 ^ ((column as u64) << 40)).wrapping_add(0x9E37_79B9_7F4A_7C15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((bits ^ (bits >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut store = Store::new(p * n_rows)?;
    bytemuck::cast_slice_mut(&mut store.0).par_chunks_mut(n_rows).enumerate().for_each(
        |(column, values): (_, &mut [f64])| {
            values.iter_mut().enumerate().for_each(|(row, value)| *value = uniform(row, column) - 0.5);
        },
    );
    let slope = |column: usize| 0.5 * (column % 5) as f64 - 1.0;
    let y = {
        let columns: Vec<&[f64]> = store.columns(n_rows).collect();
        let event = |row: usize| {
            let eta: f64 = -3.7 + columns.iter().enumerate().map(|(j, values)| slope(j) * values[row]).sum::<f64>();
            if uniform(row, p) < 1.0 / (1.0 + (-eta).exp()) { 1.0 } else { 0.0 }
        };
        (0..n_rows).into_par_iter().map(event).collect()
    };
    let account = (0..n_rows).map(|row| u32::try_from(row / 20)).collect::<Result<_, _>>()?;
    Ok(Table { names: (0..p).map(|j| format!("x{j}")).collect(), store, y, account, n_accounts: n_rows.div_ceil(20) })
}

fn read(path: &str) -> Result<Table, Failure> {
    if let Some(size) = path.strip_prefix("made:") {
        return made(size);
    }
    let mut reader = ParquetReader::new(File::open(path)?);
    let schema = reader.schema()?;
    let metadata = reader.get_metadata()?.clone();
    let n_rows = metadata.num_rows;
    let all: Vec<String> = schema.iter_names().map(|n| n.as_str().to_owned()).collect();
    let (labels, names): (Vec<String>, Vec<String>) =
        all.into_iter().partition(|name| name == "y" || name == "account");
    if labels.len() < 2 || n_rows == 0 {
        return Err(format!("{path} needs rows, and columns `y` and `account`").into());
    }
    let mut store = Store::new(names.len() * n_rows)?;
    let (mut y, mut account) = (vec![0.0; n_rows], vec![0.0; n_rows]);
    let terms = names.par_iter().map(String::as_str).zip(bytemuck::cast_slice_mut(&mut store.0).par_chunks_mut(n_rows));
    let labels = [("y", &mut y[..]), ("account", &mut account[..])].into_par_iter();
    terms.chain(labels).try_for_each(|(name, values)| column(path, &metadata, name, values))?;
    let account: Vec<u32> = account.into_iter().map(|v| v as u32).collect();
    let n_accounts = account.iter().max().map_or(0, |&last| last as usize + 1);
    Ok(Table { names, store, y, account, n_accounts })
}

fn main() -> Result<(), Failure> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("usage: peer_fit FILE [--threads N] [--repeat K] [--models M]")?;
    let (mut threads, mut repeat, mut models) = (2, 1, 0);
    while let (Some(key), Some(value)) = (args.next(), args.next()) {
        match key.as_str() {
            "--threads" => threads = value.parse()?,
            "--repeat" => repeat = value.parse()?,
            "--models" => models = value.parse()?,
            _ => return Err(format!("unknown option {key}").into()),
        }
    }
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    // As its peers do: threads and libraries are there before the clock starts.
    let tiny = made("2000x3")?;
    let columns: Vec<&[f64]> = tiny.store.columns(tiny.y.len()).collect();
    fit_logistic(&Matrix::new(columns)?, &tiny.y, &FitOptions::default())?;
    let result = if models > 0 { many(&path, models)? } else { one(&path, repeat)? };
    println!("{result}");
    Ok(())
}

fn one(path: &str, repeat: usize) -> Result<serde_json::Value, Failure> {
    let (mut seconds, mut read_seconds, mut fit_seconds, mut covariance_seconds) = (vec![], vec![], vec![], vec![]);
    let mut last = None;
    for _ in 0..repeat {
        let begin = Instant::now();
        let table = read(path)?;
        read_seconds.push(begin.elapsed().as_secs_f64());
        let fitting = Instant::now();
        let ones = vec![1.0; table.y.len()];
        let x = Matrix::new(std::iter::once(&ones[..]).chain(table.store.columns(ones.len())).collect())?;
        let fit = fit_logistic(&x, &table.y, &FitOptions { intercept: Some(0), ..FitOptions::default() })?;
        fit_seconds.push(fitting.elapsed().as_secs_f64());
        let robust = Instant::now();
        let covariance = clustered(&fit, &x, &table.y, &table.account, table.n_accounts, Correction::Cr0)?;
        covariance_seconds.push(robust.elapsed().as_secs_f64());
        seconds.push(begin.elapsed().as_secs_f64());
        let se: Vec<f64> = covariance.diag().iter().map(|v| v.sqrt()).collect();
        last = Some((fit.coef, se, fit.iterations, table.names));
    }
    let (coef, se, iterations, names) = last.ok_or("--repeat must be at least 1")?;
    Ok(json!({
        "seconds": seconds, "read_seconds": read_seconds, "fit_seconds": fit_seconds,
        "covariance_seconds": covariance_seconds, "iterations": iterations, "terms": names, "coef": coef, "se": se,
        "peak_rss_bytes": peak_memory(),
    }))
}

/// The models that the evidence on KPIs asks for: all columns, one left out, one split at its mean.
fn many(path: &str, models: usize) -> Result<serde_json::Value, Failure> {
    let begin = Instant::now();
    let table = read(path)?;
    let ones = vec![1.0; table.y.len()];
    let columns: Vec<&[f64]> = table.store.columns(ones.len()).collect();
    let p = columns.len();
    // Halves of a column of two values are the same column twice.
    let two_values = |column: &[f64]| column.iter().all(|&v| v.abs() <= 0.0 || (v - 1.0).abs() <= 0.0);
    let split: Vec<usize> = (0..p).filter(|&j| !two_values(columns[j])).take(SPLIT).collect();
    let mean = |j: usize| columns[j].iter().sum::<f64>() / table.y.len() as f64;
    let halves: Vec<(Vec<f64>, Vec<f64>)> = split
        .iter()
        .map(|&j| {
            let mean = mean(j);
            columns[j].iter().map(|&v| ((v - mean).min(0.0), (v - mean).max(0.0))).unzip()
        })
        .collect();
    let mut pool: Vec<&[f64]> = std::iter::once(&ones[..]).chain(columns.iter().copied()).collect();
    pool.extend(halves.iter().flat_map(|(low, high)| [low.as_slice(), high.as_slice()]));
    let everything: Vec<usize> = (0..=p).collect();
    let plan = FitPlan::new(Matrix::new(pool)?, &table.y, Some(0));
    let (whole, _) = plan.fit(&PlannedModel { columns: everything.clone(), ..PlannedModel::default() })?;
    let plan = plan.warmed_by(&everything, &whole);
    let planned: Vec<PlannedModel<'_>> = (0..models)
        .map(|model| {
            let mut columns = everything.clone();
            let j = model % p;
            columns.remove(j + 1);
            let mut start = None;
            if model % 2 == 1 && !split.is_empty() {
                let half = (model / 2) % split.len();
                let j = split[half];
                columns = everything.iter().copied().filter(|&c| c != j + 1).collect();
                let mut guess: Vec<f64> = columns.iter().map(|&c| whole.coef[c]).collect();
                columns.extend([p + 1 + 2 * half, p + 2 + 2 * half]);
                guess[0] += whole.coef[j + 1] * mean(j);
                guess.extend([whole.coef[j + 1]; 2]);
                start = Some(guess);
            }
            PlannedModel { columns, start, weights: None }
        })
        .collect();
    let results = plan.run(&planned, |_, fit, x| {
        let fit = fit.map_err(|error| error.to_string())?;
        let covariance = clustered(fit, x, &table.y, &table.account, table.n_accounts, Correction::Cr1)
            .map_err(|error| error.to_string())?;
        Ok::<_, String>((fit.iterations, covariance[[1, 1]].sqrt()))
    });
    let (mut iterations, mut check) = (0, 0.0);
    for result in results {
        let (steps, se) = result?;
        iterations += steps;
        check += se;
    }
    let seconds = begin.elapsed().as_secs_f64();
    Ok(json!({
        "seconds": seconds, "models": models, "iterations": iterations, "sum_of_se": check,
        "peak_rss_bytes": peak_memory(),
    }))
}

/// Largest resident memory of this process, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? * 1024)
}
