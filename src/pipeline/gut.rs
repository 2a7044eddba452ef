//! Ratings by people beside the data, for every KPI that the study marks `gut_feeling`.

use crate::artifact::{
    GutAccount, GutAdded, GutAgreement, GutCell, GutDifference, GutGroup, GutPast, GutRecord, GutShare,
};
use crate::health::{ScoreInput, TrainingRows, fit_score_model};
use crate::stats::wald::WaldTerm;
use crate::study::{Hoped, KpiSpec, Study};
use crate::validation::gut::{
    Added, Agreement, DISAGREE, Past, Share, added_value, agreement, latest, lean, past, say_added, say_past,
};
use crate::verdict::Verdict;
use crate::words;
use crate::words::Words;

use super::judge::Judged;
use super::{PipelineError, Prepared};

/// Contradictions kept of the past, and of active accounts.
const MAX_PAST: usize = 50;
const MAX_CURRENT: usize = 100;

/// What the ratings are compared on.
pub(super) struct Rated<'a> {
    pub(super) study: &'a Study,
    pub(super) ready: &'a Prepared,
    pub(super) judged: &'a Judged,
    /// Attributes and every KPI that is no leak.
    pub(super) everything: &'a [&'a ScoreInput],
    /// KPIs in study order.
    pub(super) kpi_inputs: &'a [ScoreInput],
    /// Panel rows of the accounts that are customers now.
    pub(super) active: &'a [usize],
}

/// Predicts every row of the sample by models that saw no row of its account.
pub(super) type HeldOut<'a> = &'a dyn Fn(&[&ScoreInput]) -> Option<Vec<f64>>;

/// One record per rating, in study order; empty where the study marks none.
pub(super) fn gut_feeling(rated: &Rated<'_>, held_out: HeldOut<'_>) -> Result<Vec<GutRecord>, PipelineError> {
    let ratings: Vec<usize> = (0..rated.study.kpis.len()).filter(|&k| rated.study.kpis[k].gut_feeling).collect();
    if ratings.is_empty() {
        return Ok(Vec::new());
    }
    let is_rating = |input: &ScoreInput| ratings.iter().any(|&k| rated.study.kpis[k].column() == input.column);
    let data: Vec<&ScoreInput> = rated.everything.iter().copied().filter(|input| !is_rating(input)).collect();
    let without = held_out(&data);
    let now = current_eta(rated, &data);
    ratings.into_iter().map(|k| record(rated, k, &data, without.as_deref(), now.as_deref(), held_out)).collect()
}

/// Log-odds of the active accounts without any rating.
fn current_eta(rated: &Rated<'_>, data: &[&ScoreInput]) -> Option<Vec<f64>> {
    let sample = &rated.ready.sample;
    let rows = TrainingRows {
        as_of: &rated.ready.as_of,
        y: &sample.y,
        cluster: &sample.cluster,
        n_clusters: sample.n_clusters,
    };
    fit_score_model(data, &rows).ok()?.predict(data, rated.active)
}

fn record(
    rated: &Rated<'_>,
    k: usize,
    data: &[&ScoreInput],
    without: Option<&[f64]>,
    now: Option<&[f64]>,
    held_out: HeldOut<'_>,
) -> Result<GutRecord, PipelineError> {
    let (ready, kpi) = (rated.ready, &rated.study.kpis[k]);
    let (panel, sample) = (&ready.panel, &ready.sample);
    let numeric = matches!(panel.kind(kpi.column())?, "number" | "boolean");
    let rating = if numeric { panel.numbers(kpi.column())? } else { vec![f64::NAN; panel.n_rows()] };
    let safety = |row: usize| sign(kpi) * rating[row];
    let known: Vec<f64> = ready.as_of.iter().map(|&row| safety(row)).collect();
    let mut made = GutRecord {
        kpi: kpi.name.clone(),
        label: kpi.label.clone(),
        hoped: if kpi.hoped == Hoped::More { "more" } else { "less" }.to_owned(),
        n_rows: sample.n_rows(),
        n_rated: known.iter().filter(|x| x.is_finite()).count(),
        summary: Words::default(),
        added: None,
        agreement: None,
        past: None,
        n_current: 0,
        current: Vec::new(),
    };
    if let Some(why) = not_compared(numeric, rated.judged.verdicts[k].verdict) {
        made.summary = why;
        return Ok(made);
    }
    let account = |row: usize, left: Option<bool>, eta: f64, apart: f64| {
        let period = panel.periods().label(panel.period()[row]);
        let gut_safe = apart > 0.0;
        GutAccount {
            account: panel.accounts()[panel.account()[row] as usize].clone(),
            as_of: (!period.is_empty()).then(|| period.to_owned()),
            rating: rating[row],
            probability: fuellamp_score::probability(eta),
            gut_says: if gut_safe { "safe" } else { "risky" }.to_owned(),
            apart,
            left,
            right: left.map(|left| if left == gut_safe { "data" } else { "gut" }.to_owned()),
        }
    };
    if let Some(eta) = now {
        let safety: Vec<f64> = rated.active.iter().map(|&row| safety(row)).collect();
        let apart = lean(&safety, eta);
        let found = (0..apart.len()).filter(|&i| apart[i].abs() >= DISAGREE);
        made.current = found.map(|i| account(rated.active[i], None, eta[i], apart[i])).collect();
        made.n_current = made.current.len();
        largest_first(&mut made.current, MAX_CURRENT);
    }
    let Some(without) = without else {
        made.summary = words!(
            en: "Not compared: too few accounts left to hold any back.",
            ja: "離反した顧客が少なく、検証用に取り分けられないため、比較していません。",
        );
        return Ok(made);
    };
    let with: Vec<&ScoreInput> = data.iter().copied().chain([&rated.kpi_inputs[k]]).collect();
    let added = held_out(&with).and_then(|with| added_value(without, &with, &sample.y, &sample.cluster));
    made.summary = added.as_ref().map_or_else(
        || words!(en: "Not compared: the model with the rating cannot be fitted.", ja: "評価を加えたモデルを推定できないため、比較していません。"),
        say_added,
    );
    made.added = added.map(added_record);
    made.agreement = agreement(&known, without, &sample.y).map(|found| agreement_record(&found, sign(kpi)));
    let last = latest(&sample.cluster);
    let pick = |values: &[f64]| -> Vec<f64> { last.iter().map(|&i| values[i]).collect() };
    let (eta, y) = (pick(without), pick(&sample.y));
    let apart = lean(&pick(&known), &eta);
    let found = past(&apart, &y);
    if made.agreement.is_some() {
        let found_rows = (0..apart.len()).filter(|&i| apart[i].abs() >= DISAGREE);
        let mut largest: Vec<GutAccount> =
            found_rows.map(|i| account(ready.as_of[last[i]], Some(y[i] > 0.5), eta[i], apart[i])).collect();
        largest_first(&mut largest, MAX_PAST);
        made.past = Some(past_record(&found, largest));
    }
    Ok(made)
}

fn sign(kpi: &KpiSpec) -> f64 {
    if kpi.hoped == Hoped::More { 1.0 } else { -1.0 }
}

fn not_compared(numeric: bool, verdict: Verdict) -> Option<Words> {
    if !numeric {
        return Some(words!(
            en: "Not compared: the rating is no number. Give its levels numbers in their order, for example 1 to 5.",
            ja: "評価が数値でないため、比較していません。段階を順に数値（例：1〜5）で記録してください。",
        ));
    }
    (verdict == Verdict::KgiDerived).then(|| {
        words!(
            en: "Not compared: the rating follows from the outcome, or was given once it was known.",
            ja: "評価が結果そのものか、結果が分かった後のものと考えられるため、比較していません。",
        )
    })
}

fn largest_first(accounts: &mut Vec<GutAccount>, most: usize) {
    accounts.sort_by(|a, b| b.apart.abs().total_cmp(&a.apart.abs()).then_with(|| a.account.cmp(&b.account)));
    accounts.truncate(most);
}

fn added_record(added: Added) -> GutAdded {
    let difference = |term: WaldTerm| GutDifference {
        estimate: term.estimate,
        std_error: term.std_error,
        ci_low: term.ci_low,
        ci_high: term.ci_high,
    };
    GutAdded {
        auc_without: added.auc_without,
        auc_with: added.auc_with,
        auc: difference(added.auc),
        log_loss_without: added.log_loss_without,
        log_loss_with: added.log_loss_with,
        log_loss: difference(added.log_loss),
    }
}

/// `sign` turns safety back into the rating.
fn agreement_record(found: &Agreement, sign: f64) -> GutAgreement {
    let group = |group: &crate::validation::gut::RatingGroup| GutGroup {
        low: (sign * group.low).min(sign * group.high),
        high: (sign * group.low).max(sign * group.high),
        cells: group
            .cells
            .iter()
            .map(|cell| GutCell {
                n_rows: cell.n_rows,
                n_events: cell.n_events,
                observed: (cell.n_rows > 0).then(|| cell.n_events as f64 / cell.n_rows as f64),
            })
            .collect(),
    };
    GutAgreement { by_level: found.by_level, groups: found.groups.iter().map(group).collect(), kappa: found.kappa }
}

fn past_record(found: &Past, largest: Vec<GutAccount>) -> GutPast {
    let share = |share: Share| GutShare { n: share.n, of: share.of, ci_low: share.low, ci_high: share.high };
    GutPast {
        n_accounts: found.n_accounts,
        n_events: found.n_events,
        apart: DISAGREE,
        data_riskier: share(found.data_riskier),
        gut_riskier: share(found.gut_riskier),
        gut_right: share(found.gut_right),
        data_right: share(found.data_right),
        summary: say_past(found),
        largest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::artifact::ModelArtifact;
    use crate::ingest::{ReadOptions, read_table};
    use crate::pipeline::{Data, run};
    use crate::study::parse_study;
    use crate::traps::{Dossier, TestId};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::StandardNormal;
    use std::fmt::Write as _;

    const ACCOUNTS: usize = 600;
    const PERIODS: usize = 14;

    /// Leaving follows `use` and a lasting hidden part; `knows` rates the hidden part in five levels, `copies` repeats
    /// `use`, `guesses` is drawn. Every tenth rating is missing. More is riskier.
    fn table() -> String {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        let mut text = String::from("account,period,left,use,knows,copies,guesses,mood\n");
        for account in 0..ACCOUNTS {
            let hidden: f64 = rng.sample(StandardNormal);
            let usual: f64 = rng.sample(StandardNormal);
            let mut before: Option<f64> = None;
            for period in 0..PERIODS {
                let [draw, noise, guess]: [f64; 3] =
                    [rng.sample(StandardNormal), rng.sample(StandardNormal), rng.sample(StandardNormal)];
                let used = 0.8 * usual + 0.6 * draw;
                let knows = (3.0 + 1.2 * hidden + 0.5 * noise).round().clamp(1.0, 5.0);
                let hazard = before.map_or(0.0, |used| 1.0 / (1.0 + (3.6 + 0.6 * used - 1.3 * hidden).exp()));
                let left = rng.random::<f64>() < hazard;
                let knows = if rng.random::<f64>() < 0.1 { String::new() } else { knows.to_string() };
                let mood = if hidden > 0.0 { "bad" } else { "good" };
                let left_flag = u8::from(left);
                let copies = -used;
                let _ = writeln!(text, "A{account:03},{period},{left_flag},{used},{knows},{copies},{guess},{mood}");
                if left {
                    break;
                }
                before = Some(used);
            }
        }
        text
    }

    fn judged(ratings: &[&str]) -> ModelArtifact {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("panel.csv");
        std::fs::write(&path, table()).unwrap();
        let mut study = String::from(
            "schema = 1\n[study]\nname = \"gut\"\npurpose = \"gut\"\n[kgi]\noutcome = \"churn\"\n[panel]\npath = \"panel.csv\"\n\
             account = \"account\"\nperiod = \"period\"\noutcome = \"left\"\n[[kpi]]\nname = \"use\"\n\
             kind = \"behaviour\"\nhoped = \"more\"\n",
        );
        for rating in ratings {
            let _ = write!(
                study,
                "[[kpi]]\nname = \"{rating}\"\nkind = \"perception\"\nhoped = \"less\"\ngut_feeling = true\n"
            );
        }
        let study = parse_study(&study, "study.toml").unwrap_or_else(|problems| panic!("{problems:?}")).value;
        let table = read_table(&path, &ReadOptions { text_columns: &["account"], ..ReadOptions::default() }).unwrap();
        run(&study, Data::Table(Box::new(table)), crate::pipeline::Request::default(), &|_| (), &|_, _| ()).unwrap()
    }

    #[test]
    fn a_rating_that_knows_more_gains_and_wins_the_contradictions_the_others_do_not() {
        let artifact = judged(&["knows", "guesses"]);
        let [knows, guesses] = &artifact.gut_feeling[..] else { panic!("{}", artifact.gut_feeling.len()) };
        let added = knows.added.as_ref().unwrap();
        assert!(added.auc.ci_low > 0.02 && added.log_loss.ci_high < 0.0, "{added:?}");
        assert!(knows.summary.en.starts_with("The rating knows something"), "{}", knows.summary.en);
        assert!((0.85..0.95).contains(&(knows.n_rated as f64 / knows.n_rows as f64)));
        let agreement = knows.agreement.as_ref().unwrap();
        assert!(agreement.by_level);
        let levels: Vec<f64> = agreement.groups.iter().map(|g| g.low).collect();
        assert_eq!(levels, [5.0, 4.0, 3.0, 2.0, 1.0], "less is hoped for, so 5 is the riskiest");
        let rows: usize = agreement.groups.iter().flat_map(|g| &g.cells).map(|c| c.n_rows).sum();
        assert_eq!(rows, knows.n_rated);
        let past = knows.past.as_ref().unwrap();
        let share = |side: &GutShare| side.n as f64 / side.of as f64;
        assert!(share(&past.gut_riskier) > share(&past.data_riskier) + 0.2, "{past:?}");
        assert_eq!(past.gut_right.n + past.data_right.n, past.gut_right.of);
        for account in &past.largest {
            let (safe, left) = (account.gut_says == "safe", account.left.unwrap());
            assert_eq!(account.right.as_deref(), Some(if safe == left { "data" } else { "gut" }), "{account:?}");
            assert!(safe == (account.apart > 0.0) && account.apart.abs() >= past.apart);
        }
        assert!(knows.n_current > 0 && knows.current.iter().all(|a| a.left.is_none() && a.right.is_none()));
        let added = guesses.added.as_ref().unwrap();
        assert!(added.auc.ci_low < 0.0 && added.auc.ci_high < 0.02, "{added:?}");
        let past = guesses.past.as_ref().unwrap();
        assert!(share(&past.data_riskier) > share(&past.gut_riskier) + 0.1, "{past:?}");
    }

    #[test]
    fn a_copy_of_a_kpi_gains_nothing_and_words_are_asked_for_as_numbers() {
        let artifact = judged(&["copies", "mood"]);
        let added = artifact.gut_feeling[0].added.as_ref().unwrap();
        assert!(added.auc.estimate.abs() < 1e-9 && added.log_loss.estimate.abs() < 1e-9, "{added:?}");
        assert!(artifact.gut_feeling[0].summary.en.starts_with("The rating adds nothing"));
        let mood = &artifact.gut_feeling[1];
        assert!(mood.summary.en.starts_with("Not compared: the rating is no number"));
        assert!(mood.added.is_none() && mood.current.is_empty());
        // It never changes within an account: last period's risk has nothing to move, and no test is 0 / 0.
        let mood = artifact.kpis.iter().find(|kpi| kpi.name == "mood").unwrap();
        assert!(Dossier(&mood.evidence).get(TestId::Lead).is_none());
        let text = artifact.to_json().unwrap();
        assert_eq!(ModelArtifact::from_json(&text).unwrap(), artifact);
        assert!(judged(&[]).gut_feeling.is_empty());
        assert!(!judged(&[]).to_json().unwrap().contains("gut_feeling"), "nothing is written where nothing is asked");
    }
}
