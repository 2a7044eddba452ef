//! From evidence to one verdict per KPI: rules as data, no statistics.

mod types;

pub use types::{Answer, Direction, KpiVerdict, Verdict};
