//! `fuellamp demo`: a simulated company with planted traps, then the whole study on it.

use chrono::NaiveDate;

use crate::pipeline::Resampling;
use crate::synth::{CompanySettings, simulate};
use crate::verdict::Verdict;
use crate::words;
use crate::words::Lang;

use super::args::{DemoArgs, Global};
use super::demo_folder::{STUDY, files_of, spare_others};
use super::diagnose::{Diagnostic, Exit};
use super::inputs::Inputs;
use super::load::{load_data, load_study};
use super::output::{OutputFolder, say};
use super::run::{execute, files, leave};
use super::tables::aligned;

pub(super) fn demo(args: &DemoArgs, global: &Global, today: NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    let lang = global.lang_or_english();
    let in_language = |error: Box<Diagnostic>| error.in_language(lang);
    let company = simulate(&CompanySettings { seed: args.seed, ..CompanySettings::default() });
    spare_others(&args.out, &company).map_err(in_language)?;
    let folder = OutputFolder::open(&args.out, Inputs::default(), &[]).map_err(in_language)?;
    for (name, bytes) in files_of(&company, lang) {
        folder.write(name, &bytes).map_err(in_language)?;
    }
    let path = folder.join(STUDY);
    let loaded = load_study(&path).map_err(in_language)?;
    let data = load_data(&path, &loaded.study).map_err(in_language)?;
    let artifact = execute(loaded, data, (global, lang), (Resampling::FirstOrder, None)).map_err(in_language)?;
    leave(&artifact, &folder, lang).map_err(in_language)?;

    let head = match lang {
        Lang::En => ["KPI", "verdict", "", "planted truth"],
        Lang::Ja => ["KPI", "判定", "", "仕込んだ真実"],
    };
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut right = 0;
    for kpi in &artifact.kpis {
        let truth = company.truth.kpi(&kpi.name);
        let named = kpi.verdict.verdict.name();
        let ok = truth.is_some_and(|t| t.ok.iter().any(|ok| *ok == named));
        right += usize::from(ok);
        let mark = match (ok, kpi.verdict.verdict) {
            (true, _) => "✓",
            (false, Verdict::CannotTell | Verdict::Promising) => "·",
            (false, _) => "✗",
        };
        rows.push(vec![
            kpi.label.get(lang).to_owned(),
            kpi.verdict.verdict.label().get(lang).to_owned(),
            mark.to_owned(),
            truth.map_or_else(String::new, |t| t.explanation.get(lang).to_owned()),
        ]);
    }
    say(global, &aligned(&rows));
    let n = artifact.kpis.len();
    let (events, accounts) = (artifact.data.n_events, artifact.data.n_accounts);
    let line = words!(
        en: "{accounts} simulated accounts, {events} decisions to leave; {right} of {n} verdicts name the planted truth (✗ wrong, · left open)\n",
        ja: "模擬顧客{accounts}件、離反{events}件。{n}件の判定のうち{right}件が仕込んだ真実と一致しました（✗ 誤り、· 保留）\n",
    );
    say(global, line.get(lang));
    say(global, &files(&artifact, &folder, lang, today));
    let study = path.display().to_string();
    let again = words!(
        en: "change {study} or panel.csv and run again: fuellamp run {study} --out DIR",
        ja: "{study}やpanel.csvを変えて再実行できます：fuellamp run {study} --out DIR",
    );
    say(global, again.get(lang));
    Ok(Exit::Done)
}
