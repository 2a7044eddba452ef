//! fuellamp tells which customer-success KPIs really predict churn.

pub mod artifact;
pub mod notice;
pub mod traps;
pub mod units;
pub mod verdict;
pub mod words;
