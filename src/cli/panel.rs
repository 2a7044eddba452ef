//! `fuellamp panel`: the panel, ready for any other tool.

use std::path::Path;

use crate::notice::Severity;
use crate::panel::PanelError;
use crate::pipeline::{dictionary, open};
use crate::words;
use crate::words::counted;

use super::args::{Global, PanelArgs};
use super::diagnose::{Diagnostic, Exit, print_notices};
use super::load::{GENERATOR, inputs_of, load_data, load_study};
use super::output::say;
use super::progress::Progress;
use super::tables::audit_lines;
use super::target::Target;

/// Columns that hold whole numbers.
const WHOLE: [&str; 3] = ["outcome", "tenure", "renewal_in"];

pub(super) fn panel(args: &PanelArgs, global: &Global) -> Result<Exit, Box<Diagnostic>> {
    let loaded = load_study(&args.study)?;
    let lang = global.lang_or(loaded.study.language);
    let in_language = |error: Box<Diagnostic>| error.in_language(lang);
    let ending = args.out.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let as_csv = match ending.as_deref() {
        Some("csv") => true,
        Some("parquet" | "pq") => false,
        _ => return Err(in_language(unknown_ending(&args.out.display().to_string()))),
    };
    let inputs = inputs_of(&args.study, &loaded.study);
    let target = |path: &Path| Target::new(path, &inputs).map_err(|e| in_language(e.into()));
    let out = target(&args.out)?;
    let beside = as_csv.then(|| target(&args.out.with_extension("dictionary.json"))).transpose()?;
    let data = load_data(&args.study, &loaded.study).map_err(in_language)?;
    let progress = Progress::new(global, lang);
    let opened =
        open(&loaded.study, data, &|table, share| progress.table(table, share)).map_err(|e| in_language(e.into()))?;
    let words = dictionary(&opened.panel, &opened.study, &loaded.study, GENERATOR);
    let words = serde_json::to_string_pretty(&words).map_err(|error| {
        in_language(Diagnostic::new(
            words!(en: "the data dictionary cannot be written: {error}", ja: "データ辞書を書き出せません：{error}"),
            None,
            None,
        ))
    })?;
    let explained = |error: PanelError| in_language(error.into());
    out.write_with(|file| {
        let buffered = std::io::BufWriter::new(file);
        if as_csv {
            opened.panel.write_csv(buffered).map_err(explained)
        } else {
            opened.panel.write_parquet(buffered, &WHOLE, &words).map_err(explained)
        }
    })
    .map_err(in_language)?;
    if let Some(beside) = beside {
        beside.write(words.as_bytes()).map_err(|e| in_language(e.into()))?;
    }
    drop(progress);
    let mut notices = loaded.notices;
    notices.extend(opened.notices);
    notices.retain(|notice| notice.severity > Severity::Info);
    notices.sort_by_key(|notice| std::cmp::Reverse(notice.severity));
    print_notices(&notices, lang, global);
    say(global, &audit_lines(&opened.audit, lang));
    let (rows, accounts) = (opened.panel.n_rows(), opened.panel.accounts().len());
    let events = opened.panel.event().iter().filter(|&&event| event).count();
    let shown = args.out.display();
    let [of, rows_en] = [(accounts, "account"), (rows, "row")].map(|(n, noun)| counted(n, noun));
    let done = words!(
        en: "{rows_en} of {of}, {events} with the event: {shown}",
        ja: "顧客{accounts}件の{rows}行（うち離反{events}行）：{shown}",
    );
    say(global, done.get(lang));
    Ok(Exit::Done)
}

fn unknown_ending(shown: &str) -> Box<Diagnostic> {
    Diagnostic::new(
        words!(en: "the format of `{shown}` is not known", ja: "`{shown}`の形式が分かりません"),
        Some(words!(en: "--out", ja: "--out")),
        Some(words!(
            en: "let the name end with .parquet or .csv",
            ja: "拡張子を.parquetか.csvにしてください",
        )),
    )
}
