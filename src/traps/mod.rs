//! Ways to be fooled. One file per trap: what it detects, why it fools, what it cannot see.

mod audit;
mod collect;
mod concurrent;
mod context;
mod doubles;
mod everything;
mod evidence;
mod foundation;
pub mod lead_time;
pub mod leak;
mod level_change;
mod near_copy;
mod path;
mod profile;
mod programme;
mod rescue;
pub mod responsive;
mod slices;
mod survey;

pub use audit::{ColumnAudit, audit_columns};
pub use collect::{Collected, collect, collect_again};
pub use context::{Asked, Controls, Copies, KpiEntry, Push, Split, TrapContext};
pub use evidence::{Dossier, Evidence, Influence, Measured, Outcome, SplitSlopes, TestId};
pub use near_copy::NEAR_COPY;
pub use path::SMALLEST_EFFECT;
