//! Random companies made of agents, as raw dated tables with known truth.
//!
//! Where [`crate::synth`] draws one company from monthly processes, here customers, the people in them and the vendor's
//! managers act week by week, and what such a company's systems would export is written down: accounts, contracts, logs of
//! usage, contacts, tickets, surveys. Which KPIs matter is a consequence of what agents do: a manager visits because a
//! user hinted at leaving, a customer exports its data because it has decided, a metered bill grows with use.
//!
//! ```text
//! seed, family --world, cast, customer--> who there is, which KPIs are declared, why each moves
//! pilot: some lives without departures -> how much each KPI varies, how strong effects must be
//! life: week by week, activities and reviews; truth: the same lives with one KPI pushed
//! lives --contracts, journal, study--> accounts.csv, contracts.csv, logs, study.toml, truth.json
//! ```
//!
//! A company is drawn from its family and seed alone: sizes, terms, notice, windows, names, language, what is recorded and
//! how well all differ. Nothing here knows how a verdict is reached.

mod calendar;
mod cast;
mod contracts;
mod customer;
mod dice;
mod journal;
mod kpi;
mod life;
mod mechanism;
mod names;
mod pilot;
mod stream;
mod study;
mod table;
mod truth;
mod vocabulary;
mod world;

pub use truth::{DoEffect, KpiTruth, Truth};

use rayon::prelude::*;

use crate::words::Lang;
use customer::Customer;
use life::{Fate, Life, Stage};
use world::World;

/// How hard it is to find the truth about a company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// About 600 decisions to leave, strong effects, somebody asks for the mood.
    Easy,
    /// About 250 decisions, middling effects.
    Medium,
    /// About 80 decisions, weak effects.
    Hard,
    /// As medium, with a hidden slow mood as strong as the levers.
    Adversarial,
    /// As adversarial, and no trace of the mood is recorded.
    Untraced,
    /// No KPI has anything to do with who leaves.
    Noise,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 6] = [Self::Easy, Self::Medium, Self::Hard, Self::Adversarial, Self::Untraced, Self::Noise];

    /// Name in folders and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Easy => "easy",
            Self::Medium => "medium",
            Self::Hard => "hard",
            Self::Adversarial => "adversarial",
            Self::Untraced => "untraced",
            Self::Noise => "noise",
        }
    }

    /// The family with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }
}

/// A company: what happened in it, and what is true about its KPIs.
#[derive(Debug, Clone)]
pub struct Company {
    /// What really matters.
    pub truth: Truth,
    world: World,
    cast: cast::Cast,
    customers: Vec<Customer>,
    lives: Vec<Life>,
    tuning: life::Tuning,
}

/// Draws a company. The same family and seed give the same bytes, on any number of threads.
///
/// # Example
/// ```
/// use fuellamp::agents::{Family, company};
/// use fuellamp::words::Lang;
/// let files = company(Family::Hard, 1).files(Lang::En);
/// assert!(files.iter().any(|(name, _)| name == "study.toml"));
/// ```
#[must_use]
pub fn company(family: Family, seed: u64) -> Company {
    found(World::draw(family, seed))
}

/// A small easy company of about 150 accounts and 18 months with English files, for the bundled tables.
#[must_use]
pub fn small_company(seed: u64) -> Company {
    found(World::small(seed))
}

fn found(world: World) -> Company {
    let cast = cast::Cast::draw(&world);
    let customers = customer::customers(&world);
    let (tuning, scales) = pilot::tune(&world, &cast, &customers);
    let stage = Stage { world: &world, cast: &cast, tuning: &tuning };
    let lives: Vec<Life> = customers.par_iter().map(|customer| stage.live(customer, None, Fate::Free, false)).collect();
    let kpis = truth::truths(stage, &customers, &lives, &scales);
    let truth = truth::company(stage, &customers, &lives, kpis);
    Company { truth, world, cast, customers, lives, tuning }
}

impl Company {
    /// Name and bytes of every file: the tables, `study.toml` and `truth.json`.
    ///
    /// The language is that of the study's reports and comments; what the tables look like belongs to the company.
    #[must_use]
    pub fn files(&self, lang: Lang) -> Vec<(String, Vec<u8>)> {
        let names = names::Names::draw(&self.world, &self.cast);
        let stage = self.stage();
        let mut files = vec![
            contracts::accounts(stage, &names, &self.customers, &self.lives),
            contracts::contracts(stage, &names, &self.customers, &self.lives),
        ];
        files.extend(journal::logs(stage, &names, &self.customers, &self.lives));
        files.push(("study.toml".to_owned(), study::study(stage, &names, lang).into_bytes()));
        files.push(("truth.json".to_owned(), self.truth_json().into_bytes()));
        files
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
