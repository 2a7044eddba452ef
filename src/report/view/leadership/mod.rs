//! The leadership page: which KPIs to keep, watch and drop, how far the score can be trusted, what to do next.

mod next;
mod standing;

use std::collections::BTreeMap;

use super::{status, window};
use crate::artifact::{KpiArtifact, ModelArtifact};
use crate::notice::Severity;
use crate::report::ReportError;
use crate::report::chart::{self, Forest};
use crate::report::format::{count, shorten, shorten_name, width};
use crate::report::html::mark_svg;
use crate::report::names::{Family, family, family_class, mark, plain_sentence, say};
use crate::words::Lang;

use next::next;
use standing::{bands, trust};

/// KPIs per column where the study sets no smaller budget.
const MOST_KPIS: usize = 7;
/// Rows of the small chart.
const MOST_ROWS: usize = 6;
/// Half-lines of a column, so that the page stays one page with names of any length.
const MOST_HALF_LINES: usize = 50;
/// Half-width columns of a label; longer ones are cut so that the page stays one page.
const LABEL: usize = 40;

/// Half-width columns of the finding that makes conclusions unsafe.
const ALARM_WIDTH: usize = 180;
/// Half-width columns of a line of it.
const ALARM_LINE: usize = 100;
/// Half-lines of its frame, and of each of its lines.
const ALARM_HALF_LINES: (usize, usize) = (3, 2);
/// Half-width columns of study and data beside the status in one line.
const BRAND_LINE: usize = 110;

/// One column.
pub(in crate::report) struct Column {
    pub(in crate::report) class: &'static str,
    pub(in crate::report) title: &'static str,
    pub(in crate::report) lead: &'static str,
    pub(in crate::report) n: String,
    pub(in crate::report) items: Vec<Item>,
    pub(in crate::report) more: Option<String>,
}

/// One KPI in a column.
pub(in crate::report) struct Item {
    pub(in crate::report) mark: &'static str,
    pub(in crate::report) label: String,
    pub(in crate::report) verdict: String,
    pub(in crate::report) sentence: String,
}

impl Item {
    /// Half-lines that it takes in its column, by the width of its texts; one is the space around it.
    fn half_lines(&self) -> usize {
        let sentence = width(&self.verdict) + 2 + width(&self.sentence);
        2 * ((width(&self.label) + 3).div_ceil(35) + sentence.div_ceil(40)) + 1
    }
}

/// Active accounts in a band.
pub(in crate::report) struct BandNow {
    pub(in crate::report) class: &'static str,
    pub(in crate::report) label: String,
    pub(in crate::report) n: String,
    pub(in crate::report) revenue: Option<String>,
    pub(in crate::report) action: String,
}

/// Everything on the leadership page.
pub(in crate::report) struct LeadershipView {
    lang: Lang,
    pub(in crate::report) study: String,
    pub(in crate::report) purpose: String,
    pub(in crate::report) status: String,
    pub(in crate::report) basis: String,
    pub(in crate::report) alarm: Option<String>,
    pub(in crate::report) columns: Vec<Column>,
    pub(in crate::report) trust: Vec<String>,
    pub(in crate::report) bands: Vec<BandNow>,
    pub(in crate::report) next: Vec<String>,
    pub(in crate::report) chart: Option<String>,
    pub(in crate::report) generator: String,
}

impl LeadershipView {
    /// One of two texts of the page itself.
    pub(in crate::report) fn t<'a>(&self, en: &'a str, ja: &'a str) -> &'a str {
        say(self.lang, en, ja)
    }

    /// What stands before the finding that makes conclusions unsafe.
    pub(in crate::report) fn alarm_title(&self) -> &'static str {
        alarm_title(self.lang)
    }

    /// `lang` attribute.
    pub(in crate::report) fn code(&self) -> &'static str {
        self.lang.code()
    }
}

/// Builds the leadership page.
pub(in crate::report) fn leadership(artifact: &ModelArtifact, lang: Lang) -> Result<LeadershipView, ReportError> {
    let labels: BTreeMap<&str, &str> = artifact.kpis.iter().map(|k| (k.name.as_str(), k.label.get(lang))).collect();
    let most = artifact.study.max_kpis.map_or(MOST_KPIS, |n| n.clamp(1, MOST_KPIS));
    let alarm = alarm(artifact, lang);
    let (study, basis, status) =
        (shorten(&artifact.study.name, 36), basis_line(artifact, lang), status_until(artifact, lang));
    // What the head needs beyond its usual lines takes its room from the columns.
    let alarmed = alarm.as_deref().map_or(0, |text| {
        let (frame, line) = ALARM_HALF_LINES;
        frame + line * (width(text) + width(alarm_title(lang))).div_ceil(ALARM_LINE)
    });
    let wrapped = width(&study) + width(&basis) + width(&status) > BRAND_LINE;
    let room = (most, MOST_HALF_LINES - alarmed - if wrapped { 2 } else { 0 });
    let columns = [Family::Keep, Family::Watch, Family::Drop]
        .into_iter()
        .map(|wanted| column(artifact, wanted, room, &labels, lang))
        .collect();
    let shown: Vec<&KpiArtifact> =
        artifact.kpis.iter().filter(|k| k.numbers.odds_ratio.is_some_and(f64::is_finite)).collect();
    let chart = if shown.is_empty() {
        None
    } else {
        Some(chart::forest(&shown, &Forest { max_rows: MOST_ROWS, compact: true }, lang)?.svg)
    };
    Ok(LeadershipView {
        lang,
        study,
        purpose: shorten(&artifact.study.purpose, 120),
        status,
        basis,
        alarm,
        columns,
        trust: trust(artifact, lang),
        bands: bands(artifact, lang),
        next: next(artifact, lang),
        chart,
        generator: artifact.generator.clone(),
    })
}

/// Who signed, and until when the weights hold.
fn status_until(artifact: &ModelArtifact, lang: Lang) -> String {
    // A long name must not push the day out of the line.
    let (status, until) = (status(artifact, lang), artifact.weights.valid_until.as_ref());
    let day = until.map_or_else(String::new, |day| match lang {
        Lang::En => format!("; valid until {day}"),
        Lang::Ja => format!("・有効期限 {day}"),
    });
    shorten(&status, 80 - width(&day)) + &day
}

fn basis_line(artifact: &ModelArtifact, lang: Lang) -> String {
    let (data, window) = (&artifact.data, window(artifact, lang));
    match lang {
        Lang::En => format!("{}, {} accounts, {} left", window, count(data.n_accounts), count(data.n_events)),
        Lang::Ja => format!("{}、顧客数{}、離反数{}", window, count(data.n_accounts), count(data.n_events)),
    }
}

/// What stands before the finding that makes conclusions unsafe.
fn alarm_title(lang: Lang) -> &'static str {
    say(lang, "Conclusions are unsafe:", "結論は不確か：")
}

fn alarm(artifact: &ModelArtifact, lang: Lang) -> Option<String> {
    let mut unsafe_ones = artifact.notices.iter().filter(|n| n.severity == Severity::Unsafe);
    let first = shorten(unsafe_ones.next()?.what.get(lang), ALARM_WIDTH);
    let others = unsafe_ones.count();
    Some(match (lang, others) {
        (_, 0) => first,
        (Lang::En, n) => format!("{first} (and {n} more in the report)"),
        (Lang::Ja, n) => format!("{first}（ほか{n}件はレポートを参照）"),
    })
}

/// The KPIs of one column, as many as `room` has KPIs and lines for.
fn column(
    artifact: &ModelArtifact,
    wanted: Family,
    room: (usize, usize),
    labels: &BTreeMap<&str, &str>,
    lang: Lang,
) -> Column {
    let (title, lead) = match wanted {
        Family::Keep => (say(lang, "Keep", "使う"), say(lang, "watch and act on these", "見て、働きかけるKPI")),
        Family::Watch => (say(lang, "Watch", "見守る"), say(lang, "not settled yet", "まだ決められないKPI")),
        Family::Drop => (say(lang, "Drop", "外す"), say(lang, "do not steer by these", "判断の根拠にしないKPI")),
    };
    let of = |kpi: &KpiArtifact| {
        if dropped_by(artifact, kpi).is_some() { Family::Drop } else { family(kpi.verdict.verdict) }
    };
    let mut kpis: Vec<_> = artifact.kpis.iter().filter(|k| of(k) == wanted).collect();
    kpis.sort_by_key(|k| k.verdict.verdict);
    let mut items = Vec::new();
    let mut lines = 0;
    for kpi in kpis.iter().take(room.0) {
        let other = kpi.verdict.other_kpi.as_deref();
        let other = other.map(|name| shorten_name(labels.get(name).copied().unwrap_or(name), 24));
        let item = Item {
            mark: mark_svg(mark(kpi.verdict.verdict)),
            label: shorten_name(kpi.label.get(lang), LABEL),
            verdict: kpi.verdict.verdict.label().get(lang).to_owned(),
            sentence: match dropped_by(artifact, kpi) {
                Some(by) => match lang {
                    Lang::En => format!("Taken out of the score by {}.", shorten(by, 24)),
                    Lang::Ja => format!("{}の判断でスコアから外しました。", shorten(by, 24)),
                },
                None => plain_sentence(kpi.verdict.verdict, kpi.verdict.direction, other.as_deref(), lang),
            },
        };
        lines += item.half_lines();
        if lines > room.1 {
            break;
        }
        items.push(item);
    }
    let hidden = kpis.len() - items.len();
    let more = (hidden > 0).then(|| match lang {
        Lang::En => format!("and {} more in the report", count(hidden)),
        Lang::Ja => format!("ほか{}件はレポートを参照", count(hidden)),
    });
    Column { class: family_class(wanted), title, lead, n: count(kpis.len()), items, more }
}

/// Who dropped a KPI by hand.
fn dropped_by<'a>(artifact: &'a ModelArtifact, kpi: &KpiArtifact) -> Option<&'a str> {
    let known = artifact.weights.kpis.iter().find(|known| known.kpi == kpi.name)?;
    known.sign_off.as_ref().filter(|sign| sign.decision == "drop").map(|sign| sign.by.as_str())
}
