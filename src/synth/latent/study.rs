//! The study file of a company.

use std::fmt::Write;

use super::kpi::{Kpi, Picked};
use super::life::Stage;
use super::record::{period, push_column, role_columns};
use crate::words;
use crate::words::Lang;

/// The complete study for the panel beside it.
pub(super) fn study(stage: Stage<'_>, lang: Lang) -> String {
    let world = stage.world;
    let comment = words!(
        en: "Study of a simulated company; what is true about its KPIs is in truth.json.",
        ja: "模擬企業の調査です。KPIの正解はtruth.jsonにあります。",
    );
    let purpose = words!(en: "which KPIs to act on", ja: "どのKPIに働きかけるべきか");
    let mut text = format!(
        "# {}\nschema = 1\n\n[study]\nname = \"{}-{}\"\npurpose = \"{}\"\nlanguage = \"{lang}\"\nseed = {}\n\n[kgi]\n\
         outcome = \"churn\"\nhorizon = 1\n\n[panel]\npath = \"panel.csv\"\naccount = \"account_id\"\n\
         period = \"month\"\noutcome = \"churn\"\n\n",
        comment.get(lang),
        world.family.name(),
        world.asked_seed,
        purpose.get(lang),
        // TOML integers end where signed 64-bit numbers do.
        world.asked_seed & u64::MAX >> 1,
    );
    text.push_str(&roles(stage));
    for kpi in stage.cast {
        text.push_str(&section(stage, kpi, lang));
    }
    text
}

fn roles(stage: Stage<'_>) -> String {
    let mut text = String::from("[roles]\n");
    let mut reasons = Vec::new();
    for column in role_columns(stage) {
        let _ = match column {
            "segment" => writeln!(text, "segment = [\"segment\"]"),
            "plan" => writeln!(text, "billing = \"plan\""),
            "monthly_price" => writeln!(text, "price = \"monthly_price\""),
            "onboarding" => writeln!(text, "controls = [\"onboarding\"]"),
            "notice_months" => writeln!(text, "notice_periods = \"notice_months\""),
            "months_to_term_end" => writeln!(text, "renewal_in = \"months_to_term_end\""),
            "csm" => writeln!(text, "owner = \"csm\""),
            "notice_given" => writeln!(text, "notice = \"notice_given\""),
            "risk_flag" => writeln!(text, "disclosed_risk = \"risk_flag\""),
            "term" | "tenure" => writeln!(text, "{column} = \"{column}\""),
            reason => {
                reasons.push(format!("\"{reason}\""));
                Ok(())
            }
        };
    }
    if !reasons.is_empty() {
        let _ = writeln!(text, "reasons = [{}]", reasons.join(", "));
    }
    text.push('\n');
    text
}

fn section(stage: Stage<'_>, kpi: &Kpi, lang: Lang) -> String {
    let mut text = format!(
        "[[kpi]]\nname = \"{}\"\nlabel = {{ ja = \"{}\", en = \"{}\" }}\nkind = \"{}\"\nhoped = \"{}\"\n",
        kpi.name, kpi.label.ja, kpi.label.en, kpi.kind, kpi.hoped,
    );
    if let Some(month) = kpi.became_target {
        let reason = words!(en: "the team is measured by it", ja: "チームの目標になっている");
        let _ = writeln!(text, "reason = \"{}\"\nbecame_target = {}", reason.get(lang), period(stage, month));
    }
    if let Some(programme) = kpi.programme {
        let assignment = if programme.picked == Picked::ByLot { "random" } else { "chosen" };
        let _ = writeln!(text, "programme = {{ column = \"{}\", assignment = \"{assignment}\" }}", push_column(kpi));
    }
    text.push('\n');
    text
}
