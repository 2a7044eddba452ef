//! A line that says what is going on, on a terminal, for anything that takes over a second.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::pipeline::RESAMPLES;
use crate::words::Lang;

use super::args::Global;

/// Names of the stages for people.
const STAGES: &[(&str, &str, &str)] = &[
    ("panel", "building the panel", "パネルを作成しています"),
    ("columns", "examining the columns", "列を調べています"),
    ("evidence", "testing every KPI for every trap", "すべてのKPIを検定しています"),
    ("verdicts", "applying the rules", "判定しています"),
    ("full model", "fitting the full model twice", "全体モデルを二通りの解法で推定しています"),
    ("score", "fitting the score", "スコアを推定しています"),
    ("backtest", "making the score again at an earlier day", "過去の時点でスコアを作り直しています"),
    ("validation", "scoring accounts that the fit has not seen", "学習に使っていない顧客で検証しています"),
    ("optimism", "drawing the accounts 200 times", "顧客を200回抽出し直して確かめています"),
    ("record", "writing", "書き出しています"),
];

/// A spinner; silent when quiet and when standard error is no terminal.
pub(super) struct Progress {
    bar: ProgressBar,
    lang: Lang,
}

impl Progress {
    pub(super) fn new(global: &Global, lang: Lang) -> Self {
        let bar = if global.quiet || global.json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Self { bar, lang }
    }

    /// Says which stage begins.
    pub(super) fn step(&self, stage: &str) {
        if let Some(done) = stage.strip_prefix("redraw ") {
            self.bar.set_message(match self.lang {
                Lang::En => format!("drawing the accounts again and testing everything anew: {done} of {RESAMPLES}"),
                Lang::Ja => format!("顧客を抽出し直し、すべて検定し直しています：{done} / {RESAMPLES}"),
            });
            return;
        }
        let words = STAGES.iter().find(|(code, _, _)| *code == stage);
        let text = match (words, self.lang) {
            (Some((_, _, ja)), Lang::Ja) => (*ja).to_owned(),
            (Some((_, en, _)), Lang::En) => (*en).to_owned(),
            (None, _) => stage.to_owned(),
        };
        self.bar.set_message(text);
    }
}

impl Progress {
    /// Says how far the reading of a table is.
    pub(super) fn table(&self, name: &str, share: f64) {
        let percent = (100.0 * share).round();
        let text = match self.lang {
            Lang::En => format!("reading {name}: {percent} %"),
            Lang::Ja => format!("{name}を読み込んでいます：{percent} %"),
        };
        self.bar.set_message(text);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
