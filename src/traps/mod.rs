//! Ways to be fooled. One file per trap: what it detects, why it fools, what it cannot see.

mod evidence;

pub use evidence::{Dossier, Evidence, Measured, Outcome, TestId};
