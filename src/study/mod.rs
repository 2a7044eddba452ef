//! The study file: the question, the data and the candidate KPIs as people wrote them down.
//!
//! [`parse_study`] reads the text; a file with anything wrong in it gives every problem at once with its line and
//! column, a correct one gives a [`Study`] with the notices that its reader must see.

mod checks;
mod explain;
mod extraction;
mod formats;
mod levels;
mod notices;
mod problem;
pub mod propose;
mod read;
mod read_kpi;
mod read_lamp;
mod read_source;
mod reader;
mod schema;
mod shape;
mod source;
#[cfg(test)]
mod tests;
mod types;

pub use extraction::{Agg, Condition, Extraction, Literal, Window, WindowUnit};
pub(crate) use formats::month_named;
pub use levels::level_columns;
pub use problem::{Position, StudyProblem, StudyProblems};
pub use read::parse_study;
pub use shape::{Expected, Fault, Found, Meaning, Scope, User};
pub use source::{
    AccountTable, ContractTable, DateFormat, DateFormats, EventTable, PanelSource, Period, SnapshotSource, Source,
    TablesSource,
};
pub use types::{
    ActionSpec, Assignment, BandLimits, Budget, Capacity, Hoped, Kgi, KpiKind, KpiSpec, Lamp, LampCosts, MeasuredWhen,
    MissingPolicy, Programme, Roles, Stage, Study,
};
