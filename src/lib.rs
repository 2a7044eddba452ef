//! fuellamp tells which customer-success KPIs really predict churn.

pub mod notice;
pub mod units;
pub mod words;
