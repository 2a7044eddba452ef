//! The study file of a company.

use std::fmt::Write;

use super::calendar::Period;
use super::journal::kept;
use super::kpi::{Kpi, Measure};
use super::life::Stage;
use super::mechanism::Mechanism;
use super::names::{self, Names};
use super::stream::Log;
use super::vocabulary::topic_of;
use super::world::RiskRecord;
use crate::words;
use crate::words::{Lang, Words};

/// A TOML string; nothing that a company writes needs more than these escapes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// The complete, commented study.
pub(super) fn study(stage: Stage<'_>, names: &Names, lang: Lang) -> String {
    let mut text = String::new();
    let mut comment = |words: Words| text.push_str(&format!("# {}\n", words.get(lang)));
    comment(words!(
        en: "Study of a simulated company; what is true about its KPIs is in truth.json.",
        ja: "模擬企業の調査です。KPIの正解はtruth.jsonにあります。",
    ));
    text.push_str(&head(stage, lang));
    text.push_str(&tables(stage, names));
    text.push_str(&roles(stage, names));
    for kpi in &stage.cast.kpis {
        text.push_str(&section(stage, names, kpi, lang));
    }
    text.push_str("[budget]\nmax_kpis = 7\n\n[capacity]\naccounts_per_period = 30\n");
    text
}

fn head(stage: Stage<'_>, lang: Lang) -> String {
    let purpose = words!(en: "find the accounts to help before they decide to leave", ja: "解約を決める前に支援すべき顧客を見つける");
    format!(
        "schema = 1\n\n[study]\nname = {}\npurpose = {}\nlanguage = {}\nseed = {}\n\n[kgi]\noutcome = \"churn\"\nhorizon = 1\ngap = 0\n\n",
        quoted(&format!("{}-{}", stage.world.family.name(), stage.world.asked_seed)),
        quoted(purpose.get(lang)),
        quoted(lang.code()),
        // TOML integers end where signed 64-bit numbers do.
        stage.world.asked_seed & u64::MAX >> 1,
    )
}

fn tables(stage: Stage<'_>, names: &Names) -> String {
    let (calendar, records) = (&stage.world.calendar, &stage.world.records);
    let say = |name| quoted(names.say(name));
    let period = match calendar.period {
        Period::Week => "1w",
        Period::Month => "1mo",
        Period::Quarter => "1q",
    };
    let notice = if records.notice { format!(", notice = {}", say(names::NOTICE)) } else { String::new() };
    let mut text = format!(
        "[tables]\nperiod = \"{period}\"\nfrom = {}\nto = {}\naccounts = {{ path = {}, account = {}, start = {} }}\ncontracts = {{ path = {}, account = {}, start = {}, end = {}{notice} }}\n\n",
        calendar.date(calendar.from()),
        calendar.date(calendar.to()),
        quoted(names.accounts_file()),
        say(names::ACCOUNT),
        say(names::SIGNUP),
        quoted(names.contracts_file()),
        say(names::ACCOUNT),
        say(names::START),
        say(names::END),
    );
    let mut log = |name: &str, path: &str, late: bool| {
        let recorded = if late { format!("recorded_at = {}\n", say(names::RECORDED)) } else { String::new() };
        let _ = write!(
            text,
            "[[tables.events]]\nname = {}\npath = {}\naccount = {}\nat = {}\n{recorded}\n",
            quoted(name),
            quoted(path),
            say(names::ACCOUNT),
            say(names::DATE),
        );
    };
    for kept in kept(stage) {
        let (name, path) = names.log(kept);
        log(name, &path, kept == Log::Contacts);
    }
    if records.risk == RiskRecord::Log {
        let (name, path) = names.risk_log();
        log(name, path, false);
    }
    text
}

fn roles(stage: Stage<'_>, names: &Names) -> String {
    let records = &stage.world.records;
    let say = |name| quoted(names.say(name));
    let mut text = format!(
        "[roles]\nsegment = [{}]\nbilling = {}\nprice = {}\nterm = {}\nnotice_periods = {}\nowner = {}\ncontrols = [{}]\n",
        say(names::SEGMENT),
        say(names::PLAN),
        say(names::PRICE),
        say(names::TERM),
        say(names::NOTICE_PERIODS),
        say(names::OWNER),
        say(names::ONBOARDING),
    );
    match records.risk {
        RiskRecord::Nowhere => {}
        RiskRecord::Date => text.push_str(&format!("disclosed_risk = {}\n", say(names::RISK))),
        RiskRecord::Log => text.push_str(&format!("disclosed_risk = {}\n", say(names::RISK_FLAG))),
    }
    let reasons = [(records.champion, names::CHAMPION), (records.purpose, names::PURPOSE)];
    let reasons: Vec<String> = reasons.iter().filter(|(there, _)| *there).map(|(_, name)| say(*name)).collect();
    if !reasons.is_empty() {
        text.push_str(&format!("reasons = [{}]\n", reasons.join(", ")));
    }
    text.push('\n');
    text
}

fn section(stage: Stage<'_>, names: &Names, kpi: &Kpi, lang: Lang) -> String {
    let stream = &stage.cast.streams[kpi.stream];
    let reason = if kpi.mechanism == Mechanism::T13g {
        words!(en: "the team is measured by it", ja: "チームの目標になっている")
    } else {
        words!(en: "in the weekly report", ja: "週次報告にある")
    };
    let action = words!(en: "call the customer", ja: "顧客に連絡する");
    let mut text = format!(
        "[[kpi]]\nname = {}\nlabel = {{ ja = {}, en = {} }}\nkind = {}\nstage = {}\nhoped = {}\nreason = {}\nfrom = {}\nagg = {}\nwindow = {}\n",
        quoted(&kpi.name),
        quoted(&kpi.label.ja),
        quoted(&kpi.label.en),
        quoted(kpi.kind),
        quoted(kpi.stage),
        quoted(kpi.hoped),
        quoted(reason.get(lang)),
        quoted(names.log(stream.log).0),
        quoted(kpi.measure.agg()),
        quoted(kpi.window.text),
    );
    let value = match kpi.measure {
        Measure::Sum | Measure::Mean | Measure::Last => names.amount_column(stream.log).map(|(name, _)| name),
        Measure::People => Some(names.say(names::USER)),
        Measure::Count | Measure::DistinctDays => None,
    };
    if let Some(value) = value {
        let _ = writeln!(text, "value = {}", quoted(value));
    }
    let topic = topic_of(stream.log, stream.topic).value(names.lang());
    let mut conditions = vec![format!("{} = {}", quoted(names.topic_column(stream.log)), quoted(topic))];
    if stream.log == Log::Contacts {
        conditions.push(format!("{} = {}", quoted(names.say(names::BEGUN_BY)), quoted(names.side(stream))));
    }
    let _ = writeln!(text, "where = {{ {} }}", conditions.join(", "));
    if stream.survey.is_some_and(|survey| survey.every_weeks > 8) {
        text.push_str("missing = { carry = 3 }\n");
    }
    if let Some(day) = kpi.became_target {
        let _ = writeln!(text, "became_target = {}", stage.world.calendar.date(day));
    }
    let _ = writeln!(text, "action = {{ name = {} }}\n", quoted(action.get(lang)));
    text
}
