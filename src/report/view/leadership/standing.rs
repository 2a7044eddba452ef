//! How far the score can be trusted, and where the accounts stand now.

use super::super::{label, lamp, model};
use super::BandNow;
use crate::artifact::{GainRecord, ModelArtifact};
use crate::report::format::{count, fixed, percent, shorten};
use crate::report::names::say;
use crate::words::Lang;

/// How far the score can be trusted, in plain words.
pub(super) fn trust(artifact: &ModelArtifact, lang: Lang) -> Vec<String> {
    let validation = &artifact.validation;
    let mut sentences = Vec::new();
    match validation.auc.filter(|auc| auc.auc.is_finite()) {
        Some(auc) => {
            let right = fixed(auc.auc * 100.0, 0);
            sentences.push(match lang {
                Lang::En => format!(
                    "Of 100 pairs of one leaving and one staying customer, the score ranks {right} correctly (chance: 50)."
                ),
                Lang::Ja => format!(
                    "離れた顧客と残った顧客の組100組のうち、スコアは{right}組を正しく順位づけます（偶然なら50組）。"
                ),
            });
        }
        None => sentences.push(
            say(
                lang,
                "Too few customers left to check how well the score ranks.",
                "離反が少なく、スコアの順位づけの精度は確かめられていません。",
            )
            .to_owned(),
        ),
    }
    if let Some(top) =
        validation.curve.iter().filter(|b| b.predicted.is_finite()).max_by(|a, b| a.predicted.total_cmp(&b.predicted))
    {
        let (said, left) = (percent(top.predicted), percent(top.observed));
        sentences.push(match lang {
            Lang::En => format!("In the group it rated most at risk, it expected {said} to leave; {left} did."),
            Lang::Ja => format!("最も危険とした群では、離反の予測{said}に対し、実際は{left}でした。"),
        });
    }
    if let Some(gain) = caught(artifact) {
        let (rows, left) = (percent(gain.share), percent(gain.recall.value));
        sentences.push(match lang {
            Lang::En => {
                format!("Among rows it had not learned from, the riskiest {rows} held {left} of those who left.")
            }
            Lang::Ja => format!("学習に使っていない行では、リスクの高い{rows}に、離反の{left}が含まれていました。"),
        });
    }
    sentences.extend(lamp::in_short(artifact, lang));
    sentences
}

/// What the riskiest rows hold of those who left, in the largest share up to a fifth of them that was measured on predictions
/// held out of the fit.
fn caught(artifact: &ModelArtifact) -> Option<&GainRecord> {
    let gains = &artifact.validation.detail.as_ref()?.gains;
    let measured = gains.iter().filter(|gain| gain.share < 0.2 + 1e-9 && gain.recall.value.is_finite());
    measured.max_by(|a, b| a.share.total_cmp(&b.share))
}

/// Active accounts by band, and those whose contract runs on.
pub(super) fn bands(artifact: &ModelArtifact, lang: Lang) -> Vec<BandNow> {
    let (locked, open): (Vec<_>, Vec<_>) = artifact.score.accounts.iter().partition(|a| a.is_locked());
    let locked_revenue: f64 = locked.iter().filter_map(|a| a.weight).sum();
    let total: f64 = artifact.score.revenue_by_band.iter().map(|(_, revenue)| revenue).sum::<f64>() + locked_revenue;
    let revenue = |revenue: f64| {
        let part = if total > 0.0 { percent(revenue / total) } else { percent(0.0) };
        match lang {
            Lang::En => format!("revenue {} ({part})", fixed(revenue, 0)),
            Lang::Ja => format!("売上 {}（{part}）", fixed(revenue, 0)),
        }
    };
    let by_band = &artifact.score.revenue_by_band;
    let known = artifact.weights.bands.iter().take(4);
    let mut shown: Vec<BandNow> = known
        .map(|band| {
            let n = open.iter().filter(|a| a.band == band.name).count();
            let own = by_band.iter().find(|(name, _)| *name == band.name);
            BandNow {
                class: match band.name.as_str() {
                    "red" => "red",
                    "yellow" => "yellow",
                    "green" => "green",
                    _ => "other",
                },
                label: shorten(&model::band_name(artifact, &band.name, lang), 16),
                n: count(n),
                revenue: own.map(|(_, own)| revenue(*own)),
                action: shorten(label(&band.action, lang), 36),
            }
        })
        .collect();
    if !locked.is_empty() {
        let red = artifact.weights.bands.first().map_or("", |band| &band.name);
        let at_risk = count(locked.iter().filter(|a| a.band == red).count());
        shown.push(BandNow {
            class: "other",
            label: say(lang, "contract runs on", "契約期間中").to_owned(),
            n: count(locked.len()),
            revenue: (!by_band.is_empty()).then(|| revenue(locked_revenue)),
            action: match lang {
                Lang::En => format!("{at_risk} would be red, could they leave"),
                Lang::Ja => format!("離反できる期なら赤：{at_risk}件"),
            },
        });
    }
    shown
}
