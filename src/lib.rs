//! fuellamp tells which customer-success KPIs really predict churn, which only look as if they did, and turns the ones
//! that survive into a health score that production services import.
//!
//! # The method on one page
//!
//! **Model.** A row is an account and a period in which it was a customer. The outcome is leaving in that period, and
//! the model is a discrete-time hazard by logistic regression (Allison 1982; Singer & Willett 1993):
//!
//! ```text
//! P(leaves in t | customer at the start of t) = 1 / (1 + exp(-(a + b · controls + c · KPI)))
//! ```
//!
//! fitted by Newton steps with a covariance clustered by account, and with Firth's penalty where events are few or
//! separated. A snapshot with one row per customer is the same model with one period. See [`hazard`] and [`stats`].
//!
//! **Risk set.** Only periods in which the customer could leave are asked: under a fixed term the others are structural
//! zeros. Rows after the event do not exist. See [`panel`].
//!
//! **Lag.** Period t is explained by KPI values of period t - 1 - gap and older, averaged over three periods, because the
//! decision is older than the notice. Values of period t itself are evidence only: what moves with the decision is no
//! warning of it. See [`panel::Lags`].
//!
//! **Evidence.** No coefficient is a verdict. Each KPI is fitted many times on the same rows, and the pattern is read:
//!
//! ```text
//! at_event, near ... near6         does the association reach back in time, or is it there only when all is decided?
//! raw, stat, adj, full            what explains it away: attributes, recorded reasons, other KPIs?
//! level, change                   when the KPI changes within an account, does anything follow?
//! initial, since                  is it what the account began with, or what has changed since?
//! by billing, segment, phase      does the direction depend on who the customer is?
//! early, late; below, above       does it still hold, and on both sides of a threshold?
//! lead, hint                      does the risk of leaving move the KPI?
//! before, after it was a target   does it mean the same since people are measured by it?
//! programme                       did accounts drawn by lot, whose KPI was pushed, stay?
//! beside its near-copy            does it say anything that the copy does not?
//! equivalence                     is the effect too small to matter?
//! ```
//!
//! A test that could not run says why and never counts as passed. See [`traps`].
//!
//! **Verdict.** Rules in fixed order, the first that matches decides: too few events, stale survey, opposite slopes, leak or
//! collapse, following hints, explained away, earlier step, then a signal that is coherent (fading, gamed, rescue, symptom,
//! refuted or confirmed by a programme, promising, validated) or not, and last no evidence or cannot tell. Near-copies leave one speaker. *Predicts* and *act on it* are separate answers,
//! and `validated` means consistent with acting on it, not proof. See [`verdict`].
//!
//! **Score.** A refit on the KPIs that survived, with attributes and recorded reasons, judged on accounts it has not seen:
//!
//! ```text
//! health score = offset - slope · log-odds, clipped to 0..100; 100 = healthy
//! ```
//!
//! Points add up, so every score carries its reasons. The exported weights replay their own parity vectors, and the
//! trainer scores with the same crate as the services, `fuellamp_score`. See [`health`] and [`validation`].
//!
//! # Modules, in the order of the method
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`study`] | a study file | the declared question, or all its problems at once |
//! | [`ingest`] | CSV, Parquet, JSON lines, Arrow IPC | a table of typed columns |
//! | [`panel`] | table or raw tables, and study | rows at risk, with what was known at their as-of date |
//! | [`design`] | panel columns | named columns of numbers, through the one expression tree |
//! | [`hazard`] | columns and outcomes | the fitted model, seconded by another solver |
//! | [`traps`] | panel and fits | evidence per KPI |
//! | [`verdict`] | evidence | one verdict per KPI, with the numbers that decided |
//! | [`health`], [`validation`] | the surviving KPIs | weights, bands, and how far to trust them |
//! | [`artifact`] | all of it | one versioned record |
//! | [`approval`] | the record and a person's decisions | signed weights |
//! | [`report`] | the record | pages and charts |
//! | [`pipeline`] | study and table | the stages in their order |
//! | [`cli`] | arguments and files | what the program does |
//!
//! Beside them: [`stats`] (numerics on arrays), [`synth`] and [`agents`] (companies with known truth), [`mod@words`],
//! [`notice`] and [`units`] (texts in two languages, remarks, and numbers with a meaning).

pub mod agents;
pub mod approval;
pub mod artifact;
pub mod cli;
pub mod design;
pub mod hazard;
pub mod health;
pub mod ingest;
pub mod notice;
pub mod panel;
pub mod pipeline;
pub mod report;
pub mod stats;
pub mod study;
pub mod synth;
pub mod traps;
pub mod units;
pub mod validation;
pub mod verdict;
pub mod words;
