//! Everything: from a study and its data to the artifact.

use crate::artifact::ModelArtifact;
use crate::notice::Notice;
use crate::panel::Watch;
use crate::study::Study;

use super::judge::judge;
use super::record::{Parts, record};
use super::score::{Provenance, score};
use super::{Data, PipelineError, prepare};

/// Told about each stage as it begins.
pub type Steps<'a> = &'a dyn Fn(&str);

/// Runs a study on its data.
///
/// `notices` are those found while reading the study; `study_digest` is the SHA-256 of its file; `generator` the
/// program's name and version.
///
/// # Errors
/// [`PipelineError`].
pub fn run(
    study: &Study,
    data: Data,
    notices: Vec<Notice>,
    study_digest: &str,
    generator: &str,
    step: Steps<'_>,
    watch: Watch<'_>,
) -> Result<ModelArtifact, PipelineError> {
    let file = data.name();
    step("panel");
    let ready = prepare(study, data, None, watch)?;
    let study = &ready.study;
    let judged = judge(study, &ready, step)?;
    let scored = score(study, &ready, &judged, &Provenance { generator, study_digest }, step)?;
    step("record");
    record(&Parts { study, file: &file, notices, study_digest, generator, ready: &ready, judged: &judged, scored })
}
