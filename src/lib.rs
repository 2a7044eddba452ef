//! fuellamp tells which customer-success KPIs really predict churn.

pub mod artifact;
pub mod design;
pub mod hazard;
pub mod ingest;
pub mod notice;
pub mod panel;
pub mod stats;
pub mod study;
pub mod synth;
pub mod traps;
pub mod units;
pub mod verdict;
pub mod words;
