//! Our side of `benches/peers`: a Parquet file to coefficients with clustered standard errors, timed.
//!
//! `cargo run --release --example peer_fit -- FILE [--threads N] [--repeat K] [--models M]` reads columns `y`, `account` and
//! all others as terms, and prints one JSON object. With `--models` it reads once and fits that many models of the kind
//! that the verdicts need (one column more or less, one slope split), each with clustered standard errors.

#![expect(clippy::print_stdout, reason = "prints its result")]

use std::error::Error;
use std::fs::File;
use std::sync::Arc;
use std::time::Instant;

use fuellamp::stats::covariance::{Correction, clustered};
use fuellamp::stats::irls::{FitOptions, fit_logistic};
use fuellamp::stats::matrix::Matrix;
use fuellamp::stats::plan::{FitPlan, PlannedModel};
use polars::prelude::{DataType, FileMetadata, ParallelStrategy, ParquetReader, PolarsResult, SerReader};
use rayon::prelude::*;
use serde_json::json;

/// Columns of which halves are made.
const SPLIT: usize = 4;

type Failure = Box<dyn Error + Send + Sync>;

struct Table {
    names: Vec<String>,
    columns: Vec<Vec<f64>>,
    y: Vec<f64>,
    account: Vec<u32>,
    n_accounts: usize,
}

/// One column at a time, so that no more of the file than that lies in memory beside the matrix.
fn column(path: &str, metadata: &Arc<FileMetadata>, name: &str) -> PolarsResult<Vec<f64>> {
    let mut reader = ParquetReader::new(File::open(path)?)
        .with_columns(Some(vec![name.to_owned()]))
        .read_parallel(ParallelStrategy::None);
    reader.set_metadata(Arc::clone(metadata));
    let frame = reader.finish()?;
    let series = frame.column(name)?.as_materialized_series().cast(&DataType::Float64)?;
    let mut values = Vec::with_capacity(series.len());
    let nulls = series.null_count();
    for part in series.f64()?.downcast_iter() {
        match nulls {
            0 => values.extend_from_slice(part.values()),
            _ => values.extend(part.iter().map(|v| v.copied().unwrap_or(f64::NAN))),
        }
    }
    Ok(values)
}

fn read(path: &str) -> Result<Table, Failure> {
    let mut reader = ParquetReader::new(File::open(path)?);
    let schema = reader.schema()?;
    let metadata = reader.get_metadata()?.clone();
    let all: Vec<String> = schema.iter_names().map(|n| n.as_str().to_owned()).collect();
    let mut columns = all.par_iter().map(|name| column(path, &metadata, name)).collect::<PolarsResult<Vec<_>>>()?;
    let mut names = all;
    let mut take = |wanted: &str| {
        let at = names.iter().position(|name| name == wanted).ok_or(format!("{path} has no column `{wanted}`"))?;
        names.remove(at);
        Ok::<_, Failure>(columns.remove(at))
    };
    let (y, account) = (take("y")?, take("account")?);
    let account: Vec<u32> = account.into_iter().map(|v| v as u32).collect();
    let n_accounts = account.iter().max().map_or(0, |&last| last as usize + 1);
    Ok(Table { names, columns, y, account, n_accounts })
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
        let x = Matrix::new(std::iter::once(&ones[..]).chain(table.columns.iter().map(Vec::as_slice)).collect())?;
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
    let p = table.columns.len();
    let ones = vec![1.0; table.y.len()];
    // Halves of a column of two values are the same column twice.
    let two_values = |column: &[f64]| column.iter().all(|&v| v.abs() <= 0.0 || (v - 1.0).abs() <= 0.0);
    let split: Vec<usize> = (0..p).filter(|&j| !two_values(&table.columns[j])).take(SPLIT).collect();
    let mean = |j: usize| table.columns[j].iter().sum::<f64>() / table.y.len() as f64;
    let halves: Vec<(Vec<f64>, Vec<f64>)> = split
        .iter()
        .map(|&j| {
            let mean = mean(j);
            table.columns[j].iter().map(|&v| ((v - mean).min(0.0), (v - mean).max(0.0))).unzip()
        })
        .collect();
    let mut pool: Vec<&[f64]> = std::iter::once(&ones[..]).chain(table.columns.iter().map(Vec::as_slice)).collect();
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
