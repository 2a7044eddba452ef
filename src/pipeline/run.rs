//! Everything: from a study and its table to the artifact.

use crate::artifact::ModelArtifact;
use crate::ingest::Table;
use crate::notice::Notice;
use crate::study::Study;

use super::judge::judge;
use super::record::{Parts, record};
use super::score::{Provenance, score};
use super::{PipelineError, prepare};

/// Told about each stage as it begins.
pub type Steps<'a> = &'a dyn Fn(&str);

/// Runs a study on its table.
///
/// `notices` are those found while reading the study; `study_digest` is the SHA-256 of its file; `generator` the
/// program's name and version.
///
/// # Errors
/// [`PipelineError`].
pub fn run(
    study: &Study,
    table: Table,
    notices: Vec<Notice>,
    study_digest: &str,
    generator: &str,
    step: Steps<'_>,
) -> Result<ModelArtifact, PipelineError> {
    let file = table.name().to_owned();
    step("panel");
    let ready = prepare(study, table, None)?;
    let judged = judge(study, &ready, step)?;
    let scored = score(study, &ready, &judged, &Provenance { generator, study_digest }, step)?;
    step("record");
    record(&Parts { study, file: &file, notices, study_digest, generator, ready: &ready, judged: &judged, scored })
}
