//! The signature: checks, decisions, and the record of both.

use chrono::NaiveDate;
use fuellamp_score::{Approval, Basis, Label, SignOff, Status, Weights};

use crate::artifact::{ApprovalRecord, DecisionRecord, KpiArtifact, ModelArtifact, weights_digest};
use crate::health::parity_vectors;
use crate::notice::{Explain, Notice, Severity};
use crate::units::Seed;
use crate::verdict::Verdict;
use crate::words;
use crate::words::{Words, counted};

use super::drop::drop_columns;
use super::problem::ApprovalProblem;
use super::request::{Decision, KpiDecision, Request, filled};
use super::rescore::{rescore, what_changed};
use super::term::valid_until;

/// What a signature leaves.
#[derive(Debug, Clone)]
pub struct Approved {
    /// The artifact with signature and decisions; its last approval says what was signed.
    pub artifact: ModelArtifact,
    /// `weights.json` as signed.
    pub weights: String,
    /// What the person must know.
    pub notices: Vec<Notice>,
}

/// Signs the weights of a run. `weights_file` is the text of `weights.json` beside the artifact.
///
/// A KPI that is dropped leaves the score: [`drop_columns`]. Signing again adds to [`ModelArtifact::approvals`]; the last
/// signature is that of the weights.
///
/// # Errors
/// Every [`ApprovalProblem`] that was found; nothing is signed then.
pub fn approve(
    artifact: &ModelArtifact,
    weights_file: &str,
    request: &Request,
    today: NaiveDate,
) -> Result<Approved, Vec<ApprovalProblem>> {
    let mut problems = Vec::new();
    let mut notices = Vec::new();
    match same_weights(artifact, weights_file) {
        Ok(interrupted) => notices.extend(interrupted),
        Err(problem) => problems.push(problem),
    }
    let by = request.by.trim();
    if !by.chars().any(char::is_alphanumeric) {
        problems.push(ApprovalProblem::NoName);
    }
    if by.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        problems.push(ApprovalProblem::ControlInName);
    }
    let note = filled(request.note.as_deref());
    let decisions = decisions(artifact, request, note.as_deref(), &mut problems);
    let until = valid_until(artifact, request.valid_until, today).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    if !problems.is_empty() {
        return Err(problems);
    }

    let mut signed = artifact.clone();
    let dropped: Vec<&str> = decisions
        .iter()
        .filter(|d| d.decision == Decision::Drop && in_score(artifact, &d.kpi))
        .map(|d| d.kpi.as_str())
        .collect();
    notices.extend(drop_kpis(&mut signed, &dropped, by)?);
    notices.extend(remarks(&signed.weights, until));
    let weights = &mut signed.weights;
    weights.status = Status::Approved;
    weights.valid_until = until.map(|day| day.to_string());
    weights.approval = Some(Approval { by: by.to_owned(), on: today.to_string(), note: note.clone() });
    let mut records = Vec::new();
    for kpi in &mut weights.kpis {
        let own = decisions.iter().find(|d| d.kpi == kpi.kpi);
        let decision = match own {
            Some(own) => own.decision,
            None if kpi.in_score => Decision::Keep,
            None => continue,
        };
        // The note is the reason of what was named without one.
        let reason = own.and_then(|own| own.reason.clone().or_else(|| note.clone()));
        let name = decision.name().to_owned();
        kpi.sign_off = Some(SignOff { by: by.to_owned(), decision: name.clone(), reason: reason.clone() });
        let (kpi, verdict) = (kpi.kpi.clone(), kpi.verdict.clone());
        records.push(DecisionRecord { kpi, verdict, decision: name, named: own.is_some(), reason });
    }
    let text = weights.to_json().map_err(|error| vec![ApprovalProblem::Weights { what: error.what() }])?;
    weights.verify().map_err(|error| vec![ApprovalProblem::Weights { what: error.what() }])?;
    signed.approvals.push(ApprovalRecord {
        by: by.to_owned(),
        on: today.to_string(),
        note,
        valid_until: until.map(|day| day.to_string()),
        basis: signed.weights.basis,
        decisions: records,
        replaces: weights_digest(weights_file),
        signed: weights_digest(&text),
    });
    Ok(Approved { artifact: signed, weights: text, notices })
}

/// Whether the file is what the artifact holds, or what the last signature was about to replace when it was interrupted.
fn same_weights(artifact: &ModelArtifact, file: &str) -> Result<Option<Notice>, ApprovalProblem> {
    let refuse = |what: Words| ApprovalProblem::Weights { what };
    let weights = Weights::from_json(file).map_err(|error| refuse(error.what()))?;
    weights.verify().map_err(|error| refuse(error.what()))?;
    artifact.weights.check().map_err(|error| refuse(error.what()))?;
    artifact.weights.verify().map_err(|error| refuse(error.what()))?;
    if weights == artifact.weights {
        return Ok(None);
    }
    match artifact.approvals.last() {
        Some(last) if last.replaces == weights_digest(file) => {
            let (by, on) = (&last.by, &last.on);
            Ok(Some(Notice::new(
                Severity::Warning,
                "interrupted_approval",
                words!(
                    en: "the signature of {by} on {on} was interrupted before weights.json was written; this one continues from it",
                    ja: "{by}による{on}の承認は、weights.jsonを書き出す前に中断していました。今回の承認はその続きから行います",
                ),
            )))
        }
        _ => Err(ApprovalProblem::Disagree),
    }
}

/// The decisions that were asked for; what is wrong with them goes to `problems`.
fn decisions(
    artifact: &ModelArtifact,
    request: &Request,
    note: Option<&str>,
    problems: &mut Vec<ApprovalProblem>,
) -> Vec<KpiDecision> {
    let mut decisions: Vec<KpiDecision> = Vec::new();
    for written in &request.kpis {
        let decision = match KpiDecision::parse(written) {
            Ok(decision) => decision,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        let kpi = decision.kpi.clone();
        let Some(known) = artifact.kpis.iter().find(|known| known.name == kpi) else {
            let names = artifact.kpis.iter().map(|known| &known.name).filter(|name| in_score(artifact, name));
            let in_score = names.cloned().collect();
            problems.push(ApprovalProblem::UnknownKpi { nearest: nearest(&kpi, &artifact.kpis), in_score, name: kpi });
            continue;
        };
        let verdict = known.verdict.verdict;
        let overrides = matches!(verdict, Verdict::Validated | Verdict::SegmentDependent);
        if decisions.iter().any(|other| other.kpi == kpi) {
            problems.push(ApprovalProblem::Twice { kpi });
            continue;
        }
        match decision.decision {
            Decision::Keep if !in_score(artifact, &kpi) => problems.push(not_in_score(artifact, kpi, verdict)),
            Decision::Drop if overrides && decision.reason.is_none() && note.is_none() => {
                problems.push(ApprovalProblem::NoReason { kpi, verdict });
            }
            Decision::Keep | Decision::Drop => {}
        }
        decisions.push(decision);
    }
    if artifact.weights.basis == Basis::Promising {
        let open = |kpi: &&KpiArtifact| {
            in_score(artifact, &kpi.name) && decisions.iter().all(|decision| decision.kpi != kpi.name)
        };
        let missing: Vec<String> = artifact.kpis.iter().filter(open).map(|kpi| kpi.name.clone()).collect();
        if !missing.is_empty() {
            problems.push(ApprovalProblem::NotNamed { missing });
        }
    }
    decisions
}

/// Why a KPI cannot be kept: a person dropped it, or the run left it out.
fn not_in_score(artifact: &ModelArtifact, kpi: String, verdict: Verdict) -> ApprovalProblem {
    let dropped = |record: &&ApprovalRecord| {
        record.decisions.iter().any(|own| own.kpi == kpi && own.decision == Decision::Drop.name())
    };
    match artifact.approvals.iter().rev().find(dropped) {
        Some(ApprovalRecord { by, on, .. }) => ApprovalProblem::Dropped { by: by.clone(), on: on.clone(), kpi },
        None => ApprovalProblem::NotInScore { kpi, verdict },
    }
}

fn in_score(artifact: &ModelArtifact, name: &str) -> bool {
    artifact.weights.kpis.iter().any(|kpi| kpi.kpi == name && kpi.in_score)
}

/// The KPI whose name is most like what was written, where it is like it at all.
fn nearest(written: &str, kpis: &[KpiArtifact]) -> Option<String> {
    /// Below this similarity two names are different words rather than spellings.
    const LEAST: f64 = 0.5;
    let likeness =
        |kpi: &&KpiArtifact| strsim::normalized_damerau_levenshtein(&written.to_lowercase(), &kpi.name.to_lowercase());
    let best = kpis.iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    best.filter(|kpi| likeness(kpi) >= LEAST).map(|kpi| kpi.name.clone())
}

/// Takes KPIs out of the score, and brings everything that follows from it up to date.
fn drop_kpis(artifact: &mut ModelArtifact, kpis: &[&str], by: &str) -> Result<Vec<Notice>, Vec<ApprovalProblem>> {
    if kpis.is_empty() {
        return Ok(Vec::new());
    }
    let owned = || kpis.iter().map(|kpi| (*kpi).to_owned()).collect();
    let going = |name: &str| kpis.contains(&name);
    let columns: Vec<String> =
        artifact.weights.kpis.iter().filter(|kpi| going(&kpi.kpi)).map(|kpi| kpi.column.clone()).collect();
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    if artifact.weights.recipes.iter().all(|recipe| columns.contains(&recipe.column())) {
        return Err(vec![ApprovalProblem::NothingLeft { kpis: owned() }]);
    }
    let kept = artifact.score.model_covariance.as_ref();
    let Some(dropped) = kept.and_then(|kept| drop_columns(&artifact.weights, kept, &columns)) else {
        return Err(kpis.iter().map(|kpi| ApprovalProblem::NoCovariance { kpi: (*kpi).to_owned() }).collect());
    };
    artifact.weights = dropped.weights;
    artifact.score.model_covariance = Some(dropped.covariance);
    let what = what_changed(kpis, by);
    let weights = &mut artifact.weights;
    for kpi in weights.kpis.iter_mut().filter(|kpi| going(&kpi.kpi)) {
        kpi.in_score = false;
    }
    if weights.kpis.iter().all(|kpi| !kpi.in_score) {
        weights.basis = Basis::Controls;
    }
    weights.notices.push(Label { en: what.en.clone(), ja: what.ja.clone() });
    weights.parity = parity_vectors(weights, Seed(artifact.study.seed));
    for kpi in artifact.kpis.iter_mut().filter(|kpi| going(&kpi.name)) {
        kpi.numbers.in_score = false;
    }
    let mut notices = vec![Notice::new(Severity::Warning, "dropped_by_hand", what).help(words!(
        en: "run the study again without the KPI for weights and figures that are exact",
        ja: "正確な重みと数値が必要な場合は、KPIを外して調査をやり直してください",
    ))];
    let lost = rescore(artifact);
    if lost > 0 {
        let (accounts, are) = (counted(lost, "account"), if lost == 1 { "is" } else { "are" });
        notices.push(
            Notice::new(
                Severity::Warning,
                "scores_left_out",
                words!(
                    en: "{accounts} {are} no longer in scores.csv: the artifact does not keep their inputs",
                    ja: "顧客{lost}件は入力値が保存されていないため、scores.csvから除きました",
                ),
            )
            .help(words!(
                en: "run the study again, or score today's table with `fuellamp score`",
                ja: "調査をやり直すか、最新の表を`fuellamp score`で採点してください",
            )),
        );
    }
    let place = artifact.notices.iter().position(|n| n.severity < Severity::Warning);
    artifact.notices.splice(place.map_or(artifact.notices.len()..artifact.notices.len(), |at| at..at), notices.clone());
    Ok(notices)
}

/// What a person who signs must know beside the notices of the run.
fn remarks(weights: &Weights, until: Option<NaiveDate>) -> Vec<Notice> {
    let mut notices = Vec::new();
    if weights.basis == Basis::Controls {
        notices.push(Notice::new(
            Severity::Warning,
            "controls_signed",
            words!(
                en: "these weights hold customer attributes only: no KPI is in the score",
                ja: "この重みは顧客属性だけで、KPIはスコアに含まれていません",
            ),
        ));
    }
    if until.is_none() {
        notices.push(
            Notice::new(
                Severity::Warning,
                "no_expiry",
                words!(
                    en: "these weights never expire: the data has no dates",
                    ja: "データに日付がないため、この重みには有効期限がありません",
                ),
            )
            .help(words!(
                en: "set the last day of validity: --valid-until DATE",
                ja: "--valid-untilで有効期限を指定してください",
            )),
        );
    }
    notices
}
