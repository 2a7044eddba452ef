//! Random companies from standardised latent processes, straight as a monthly panel, with known truth.
//!
//! Every account has a slow hidden health, short episodes of a wish to leave, a lasting fit, and attributes; every KPI is a
//! sum of such parts and its own, written down as a count, an amount, a share, a flag, a rating or days. Some KPIs move the
//! decision to leave, some are moved by it or by what makes it, and some only look so.
//!
//! ```text
//! family, seed --world, cast, account--> circumstances, KPIs, contracts
//!   --tune--> standardisation, coefficients, intercept      --life--> lives: months, decisions, values
//!   --record, study, effect, truth--> panel.csv, study.toml, truth.json
//! ```
//!
//! A decision is made in secret, a notice follows, the account stays to the end of its term. Nothing here knows how a
//! verdict is reached, and nothing is shared with [`crate::synth::simulate`] or with the companies made of agents.

mod account;
mod cast;
mod effect;
mod family;
mod kpi;
mod life;
mod luck;
mod mechanism;
mod record;
mod study;
mod truth;
mod tune;
mod world;

pub use family::Family;
pub(super) use luck::{Luck, expit};
pub use truth::{DoEffect, KpiTruth, Truth};

use rayon::prelude::*;

use crate::words::Lang;
use account::Account;
use kpi::Kpi;
use life::{How, Life, Stage, Tuning};
use world::World;

/// A company: what happened in it, and what is true about its KPIs.
#[derive(Debug, Clone)]
pub struct Company {
    /// What really matters.
    pub truth: Truth,
    world: World,
    cast: Vec<Kpi>,
    accounts: Vec<Account>,
    tuning: Tuning,
    lives: Vec<Life>,
}

/// Draws a company. The same family and seed give the same bytes, on any number of threads.
///
/// # Example
/// ```
/// use fuellamp::synth::latent::{Family, company};
/// use fuellamp::words::Lang;
/// let files = company(Family::Hard, 1).files(Lang::En);
/// assert_eq!(files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["panel.csv", "study.toml", "truth.json"]);
/// ```
#[must_use]
pub fn company(family: Family, seed: u64) -> Company {
    found(World::draw(family, seed))
}

fn found(world: World) -> Company {
    let mut cast = cast::cast(&world);
    let accounts = account::accounts(&world);
    let (mut tuning, mut missed) = tune::tune(&world, &cast, &accounts);
    // Where nearly all danger sits where a push moves nothing (a flag that stays down), the KPI is recorded as an amount.
    for _ in 0..2 {
        if missed.is_empty() {
            break;
        }
        for &at in &missed {
            cast::smooth(&mut cast[at]);
        }
        (tuning, missed) = tune::tune(&world, &cast, &accounts);
    }
    let stage = Stage { world: &world, cast: &cast, tuning: &tuning };
    let how = How { decides: true, push: None, needed: &vec![true; cast.len()] };
    let lives: Vec<Life> = accounts.par_iter().map(|account| stage.live(account, how)).collect();
    let truth = truth::truth(stage, &accounts, &lives);
    Company { truth, world, cast, accounts, tuning, lives }
}

impl Company {
    /// Name and bytes of every file: `panel.csv`, `study.toml` and `truth.json`.
    #[must_use]
    pub fn files(&self, lang: Lang) -> Vec<(String, Vec<u8>)> {
        let stage = self.stage();
        vec![
            ("panel.csv".to_owned(), record::panel(stage, &self.accounts, &self.lives).0),
            ("study.toml".to_owned(), study::study(stage, lang).into_bytes()),
            ("truth.json".to_owned(), self.truth_json().into_bytes()),
        ]
    }

    /// The truth as indented JSON: seed, circumstances, events, and the KPIs by name.
    #[must_use]
    pub fn truth_json(&self) -> String {
        // Plain structs of text and finite numbers always serialise.
        serde_json::to_string_pretty(&self.truth).map(|json| json + "\n").unwrap_or_default()
    }

    fn stage(&self) -> Stage<'_> {
        Stage { world: &self.world, cast: &self.cast, tuning: &self.tuning }
    }
}

#[cfg(test)]
mod tests;
