//! The weights of the balance of evidence, learned from simulated companies, and what its measures are among their levers.

use std::error::Error;

use fuellamp::stats::irls::{FitOptions, fit_logistic};
use fuellamp::stats::matrix::Matrix;
use fuellamp::verdict::{KpiFacts, Thresholds, WEIGHTS, decide};

use crate::{Company, facts};

/// Rules whose KPIs the balance decides about: all that explains them is weakness, and nothing names a trap.
const UNEXPLAINED: [&str; 4] = ["9g", "9j", "9m", "14"];

/// Prints start and weights as `name=value`: the logistic regression of lever against trap on the measures of the balance,
/// every generator with the same total weight.
pub(crate) fn weigh(generators: &[Vec<Company>]) -> Result<(), Box<dyn Error>> {
    // The rules as they are without a balance.
    let limits = Thresholds { balance_bears: 2.0, balance_doubt: -1.0, ..Thresholds::USED };
    let (mut rows, mut levers, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for companies in generators {
        let first = rows.len();
        for company in companies {
            let all: Vec<KpiFacts<'_>> = company.kpis.iter().map(|line| facts(line, &limits)).collect();
            for ((line, fact), verdict) in company.kpis.iter().zip(&all).zip(decide(&all, &company.copies)) {
                let lever = !line.truth.trap && line.truth.ok.iter().any(|ok| ok == "validated");
                if let Some(measures) = fact.measures()
                    && UNEXPLAINED.contains(&&*verdict.rule)
                    && (lever || line.truth.trap)
                {
                    rows.push(measures);
                    levers.push(f64::from(u8::from(lever)));
                }
            }
        }
        weights.extend(vec![1.0 / (rows.len() - first).max(1) as f64; rows.len() - first]);
    }
    let total = weights.len() as f64 / generators.len() as f64;
    weights.iter_mut().for_each(|weight| *weight *= total);
    let ones = vec![1.0; rows.len()];
    let columns: Vec<Vec<f64>> =
        (0..WEIGHTS.len()).map(|j| rows.iter().filter_map(|row| row.get(j).copied()).collect()).collect();
    let x = Matrix::new(std::iter::once(&*ones).chain(columns.iter().map(Vec::as_slice)).collect())?;
    let fit = fit_logistic(
        &x,
        &levers,
        &FitOptions { intercept: Some(0), weights: Some(&weights), ..FitOptions::default() },
    )?;
    let named = std::iter::once("balance_start").chain(WEIGHTS.iter().copied()).zip(&fit.coef);
    println!("{} KPIs, {} levers", rows.len(), levers.iter().sum::<f64>());
    let typical = columns.iter().map(|column| {
        let among = column.iter().zip(&levers).filter(|(_, lever)| **lever > 0.5).map(|(x, _)| *x);
        median(among.collect())
    });
    let typical = WEIGHTS.iter().zip(typical).map(|(name, value)| format!("{name} {value:.2}"));
    println!("typical among levers: {}", typical.collect::<Vec<_>>().join(", "));
    println!("{}", named.map(|(name, value)| format!("{name}={value:.2}")).collect::<Vec<_>>().join(","));
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
