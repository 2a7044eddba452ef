//! fuellamp tells which customer-success KPIs really predict churn.

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
