//! `fuellamp check`: what the study and its data allow, without a fit of the outcome.

use crate::pipeline::{prepare, readiness, refused_columns};
use crate::report::sample_size;
use crate::words;
use crate::words::counted;

use super::args::{CheckArgs, Global};
use super::diagnose::{Diagnostic, Exit, print_notices};
use super::load::{load_data, load_study};
use super::output::say;
use super::progress::Progress;
use super::tables::{aligned, audit_lines};

pub(super) fn check(args: &CheckArgs, global: &Global) -> Result<Exit, Box<Diagnostic>> {
    let loaded = load_study(&args.study)?;
    let lang = global.lang_or(loaded.study.language);
    let in_language = |error: Box<Diagnostic>| error.in_language(lang);
    let data = load_data(&args.study, &loaded.study).map_err(in_language)?;
    refused_columns(&loaded.study, &data).map_err(|e| in_language(e.into()))?;
    let progress = Progress::new(global, lang);
    let ready = prepare(&loaded.study, data, None, &|table, share| progress.table(table, share))
        .map_err(|e| in_language(e.into()))?;
    drop(progress);
    let found = readiness(&ready.study, &ready).map_err(|e| in_language(e.into()))?;
    let mut notices = loaded.notices;
    notices.extend(ready.notices.iter().cloned());
    notices.extend(found.notices);
    print_notices(&notices, lang, global);
    let (rows, accounts) = (ready.panel.n_rows(), ready.panel.accounts().len());
    let (at_risk, events) = (ready.sample.n_rows(), ready.sample.n_events());
    let [of, rows_en, risk, left] = [(accounts, "account"), (rows, "row"), (at_risk, "row"), (events, "decision")]
        .map(|(n, noun)| counted(n, noun));
    let head = words!(
        en: "{rows_en} of {of}; {risk} at risk, {left} to leave",
        ja: "{accounts}件の顧客の{rows}行。対象{at_risk}行、離反{events}件",
    );
    say(global, head.get(lang));
    for count in &ready.left_out {
        say(global, &format!("  {}: {}", count.what.get(lang), count.n));
    }
    if !ready.audit.is_empty() {
        say(global, &format!("\n{}", audit_lines(&ready.audit, lang)));
    }
    let mut table = vec![found.header.iter().map(|w| w.get(lang).to_owned()).collect::<Vec<_>>()];
    table.extend(found.rows.iter().map(|row| row.iter().map(|w| w.get(lang).to_owned()).collect()));
    say(global, &format!("\n{}", aligned(&table)));
    if let Some(per_kpi) = found.events_per_kpi {
        let per_kpi = words!(
            en: "{per_kpi:.0} decisions to leave per KPI; below 10 the full model shrinks every slope",
            ja: "KPI1つあたりの離反は{per_kpi:.0}件です。10件未満では、全体モデルの傾きが縮められます",
        );
        say(global, per_kpi.get(lang));
    }
    if let Some(size) = &found.sample_size {
        say(global, &format!("\n{}", sample_size(size, lang)));
    }
    if !found.to_record.is_empty() {
        let head = words!(en: "To test more, record:", ja: "次のことを記録すると、検定できることが増えます：");
        say(global, &format!("\n{}", head.get(lang)));
        found.to_record.iter().for_each(|item| say(global, &format!("  - {}", item.get(lang))));
    }
    Ok(Exit::Done)
}
