//! `fuellamp verify`: integrity, expiry and parity vectors of exported weights.

use chrono::NaiveDate;
use fuellamp_score::{Approval, Status, Weights};

use crate::words;
use crate::words::Words;

use super::args::{Global, VerifyArgs};
use super::diagnose::{Diagnostic, Exit};
use super::load::read_text;
use super::output::{complain, say};
use super::score::expired;

pub(super) fn verify(args: &VerifyArgs, global: &Global, today: NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    let lang = global.lang_or_english();
    let mut exit = Exit::Done;
    for path in &args.files {
        let text = read_text(path)?;
        let shown = path.display();
        let weights = match Weights::from_json(&text) {
            Ok(weights) => weights,
            Err(error) => {
                let what = words!(en: "`{shown}`: {error}", ja: "`{shown}`: {error}");
                return Err(Diagnostic::new(what, None, None));
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
                complain(words!(en: "{shown}: {failure}", ja: "{shown}: 一致しません（{failure}）").get(lang));
            }
        }
        if expired(&weights, today) {
            exit = Exit::Failed;
            let day = weights.valid_until.clone().unwrap_or_default();
            complain(words!(en: "{shown}: expired on {day}", ja: "{shown}: {day}に期限切れ").get(lang));
        }
    }
    Ok(exit)
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
