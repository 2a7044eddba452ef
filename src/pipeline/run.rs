//! Everything: from a study and its data to the artifact.

use crate::artifact::ModelArtifact;
use crate::notice::Notice;
use crate::panel::Watch;
use crate::study::Study;

use super::judge::judge;
use super::record::{Parts, record};
use super::redraw::{Keep, Kept, Resampling};
use super::refused::refused_columns;
use super::score::{Provenance, score};
use super::{Data, PipelineError, prepare};

/// Told about each stage as it begins.
pub type Steps<'a> = &'a dyn Fn(&str);

/// What is asked for beside the study and its data.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// Found while reading the study.
    pub notices: Vec<Notice>,
    /// SHA-256 of its file.
    pub study_digest: &'a str,
    /// The program's name and version.
    pub generator: &'a str,
    /// How the evidence is repeated where accounts are drawn again or held out.
    pub resampling: Resampling,
    /// Where a long run keeps what it has worked out, so that it can go on after an interruption.
    pub keep: Option<&'a dyn Keep>,
}

/// Runs a study on its data.
///
/// # Errors
/// [`PipelineError`].
pub fn run(
    study: &Study,
    data: Data,
    request: Request<'_>,
    step: Steps<'_>,
    watch: Watch<'_>,
) -> Result<ModelArtifact, PipelineError> {
    let Request { notices, study_digest, generator, resampling, keep } = request;
    let file = data.name();
    step("panel");
    refused_columns(study, &data)?;
    let ready = prepare(study, data, None, watch)?;
    let study = &ready.study;
    let key = format!("{generator}\n{study_digest}\n{}", ready.panel.digest());
    let kept = keep.map(|keep| Kept { keep, key: &key });
    let judged = judge(study, &ready, (resampling, kept), step)?;
    let scored = score(study, &ready, &judged, &Provenance { generator, study_digest }, step)?;
    step("record");
    record(&Parts { study, file: &file, notices, study_digest, generator, ready: &ready, judged: &judged, scored })
}
