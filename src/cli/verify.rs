//! `fuellamp verify`: integrity, expiry and parity vectors of exported weights.

use chrono::NaiveDate;
use fuellamp_score::{Approval, Status, Weights};

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

use super::args::{Global, VerifyArgs};
use super::diagnose::{Diagnostic, Exit};
use super::load::read_text;
use super::output::{complain, say};
use super::score::{expired, refused_file};

pub(super) fn verify(args: &VerifyArgs, global: &Global, today: NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    let lang = global.lang_or_english();
    let mut exit = Exit::Done;
    let mut unreadable: Option<Box<Diagnostic>> = None;
    for path in &args.files {
        let shown = path.display();
        let read =
            read_text(path).and_then(|text| Weights::from_json(&text).map_err(|error| refused_file(path, &error)));
        let weights = match read {
            Ok(weights) => weights,
            Err(problem) => {
                match &mut unreadable {
                    Some(first) => first.problems.extend(problem.problems),
                    None => unreadable = Some(problem),
                }
                continue;
            }
        };
        match weights.verify() {
            Ok(()) => {
                let n = weights.parity.len();
                let line = words!(
                    en: "{shown}: {n} parity vectors reproduced",
                    ja: "{shown}: 検証用の{n}行がすべて一致しました",
                );
                say(global, line.get(lang));
                say(global, standing(&weights, &shown.to_string()).get(lang));
            }
            Err(failure) => {
                exit = Exit::Failed;
                let Words { en, ja } = failure.what();
                complain(words!(en: "{shown}: {en}", ja: "{shown}: {ja}").get(lang));
            }
        }
        if expired(&weights, today) {
            exit = Exit::Failed;
            let day = weights.valid_until.clone().unwrap_or_default();
            complain(words!(en: "{shown}: expired on {day}", ja: "{shown}: {day}に期限切れ").get(lang));
        }
    }
    unreadable.map_or(Ok(exit), Err)
}

/// Signed by whom, and until when it holds.
fn standing(weights: &Weights, shown: &str) -> Words {
    let until = weights.valid_until.as_deref();
    let (en, ja) = until.map_or_else(
        || ("no last day of validity".to_owned(), "有効期限なし".to_owned()),
        |day| (format!("valid until {day}"), format!("有効期限{day}")),
    );
    match (weights.status, &weights.approval) {
        (Status::Draft, _) => words!(
            en: "{shown}: draft, nobody has signed it; {en}",
            ja: "{shown}: draft（未承認）、{ja}",
        ),
        (Status::Approved, Some(Approval { by, on, .. })) => words!(
            en: "{shown}: signed by {by} on {on}; {en}",
            ja: "{shown}: {by}が{on}に承認、{ja}",
        ),
        (Status::Approved, None) => words!(
            en: "{shown}: approved, without a name; {en}",
            ja: "{shown}: 承認済み（承認者の記載なし）、{ja}",
        ),
    }
}
