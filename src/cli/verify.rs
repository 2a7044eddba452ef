//! `fuellamp verify`: parity vectors and expiry of exported weights, and whether they are what the record of their run holds.

use chrono::NaiveDate;
use fuellamp_score::{Approval, Status, Weights};

use crate::notice::Explain;
use crate::words;
use crate::words::Words;

use super::args::{Global, VerifyArgs};
use super::beside::{Compared, compare};
use super::diagnose::{Diagnostic, Exit, print_notices};
use super::output::{complain, say};
use super::score::{expired, read_weights, refused_file};

pub(super) fn verify(args: &VerifyArgs, global: &Global, today: NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    let lang = global.lang_or_english();
    let mut exit = Exit::Done;
    let mut unreadable: Option<Box<Diagnostic>> = None;
    for path in &args.files {
        let shown = path.display();
        let read = read_weights(path).and_then(|text| match Weights::from_json(&text) {
            Ok(weights) => Ok((text, weights)),
            Err(error) => Err(refused_file(path, &error)),
        });
        let (text, weights) = match read {
            Ok(read) => read,
            Err(problem) => {
                match &mut unreadable {
                    Some(first) => first.problems.extend(problem.problems),
                    None => unreadable = Some(problem),
                }
                continue;
            }
        };
        let mut failed = |problem: &Diagnostic| {
            exit = Exit::Failed;
            complain(&problem.text(global));
        };
        match weights.verify() {
            Ok(()) => {
                let n = weights.parity.len();
                let line = words!(
                    en: "{shown}: {n} parity vectors reproduced",
                    ja: "{shown}：検証用の{n}行がすべて一致しました",
                );
                say(global, line.get(lang));
                say(global, standing(&weights, &shown.to_string()).get(lang));
            }
            Err(failure) => {
                let Words { en, ja } = failure.what();
                failed(&Diagnostic::new(words!(en: "{shown}: {en}", ja: "{shown}：{ja}"), None, failure.help()));
            }
        }
        match compare(path, &text, &weights) {
            Compared::Said(line) => say(global, line.get(lang)),
            Compared::Unread(notice) => print_notices(&[notice], lang, global),
            Compared::Failed(problem) => failed(&problem),
        }
        if expired(&weights, today) {
            let day = weights.valid_until.clone().unwrap_or_default();
            let what = words!(en: "{shown}: expired on {day}", ja: "{shown}：{day}に期限切れ");
            let help = words!(en: "run the study on newer data", ja: "新しいデータで調査をやり直してください");
            failed(&Diagnostic::new(what, None, Some(help)));
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
            ja: "{shown}：draft（未承認）、{ja}",
        ),
        (Status::Approved, Some(Approval { by, on, .. })) => words!(
            en: "{shown}: signed by {by} on {on}; {en}",
            ja: "{shown}：{by}が{on}に承認、{ja}",
        ),
        (Status::Approved, None) => words!(
            en: "{shown}: approved, without a name; {en}",
            ja: "{shown}：承認済み（承認者の記載なし）、{ja}",
        ),
    }
}
