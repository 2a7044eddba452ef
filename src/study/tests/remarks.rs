//! What a correct file is still told.

use super::*;
use crate::notice::Severity;

#[test]
fn a_clean_study_raises_no_notice() {
    assert_eq!(study(PANEL).1, []);
}

#[test]
fn missing_reasons_and_one_sided_sets_are_said() {
    let text = PANEL.replace("reason = \"they cost time\"\n", "stage = \"use\"\n");
    let (_, notices) = study(&text);
    assert_eq!(notices.len(), 1);
    assert_eq!((notices[0].code.as_str(), notices[0].severity), ("kpi_without_reason", Severity::Info));
    assert_eq!(notices[0].what.en, "1 KPI does not say why it is a candidate: `tickets`");
    let (_, notices) = study(&text.replace("reason = \"everyone tracks it\"", "stage = \"use\""));
    let codes: Vec<&str> = notices.iter().map(|notice| notice.code.as_str()).collect();
    assert_eq!(codes, ["kpi_without_reason", "use_only"]);
}

#[test]
fn columns_used_twice_and_half_labels_are_said() {
    let with = |keys: &str| study(&changed(PANEL, "name = \"tickets\"", &format!("name = \"tickets\"\n{keys}"))).1;
    let shared = with("column = \"logins\"");
    assert!(notice(&shared, "kpis_share_column")[0].what.en.ends_with(": `logins`, `tickets`"));
    assert_eq!(notice(&with("column = \"tenure\""), "kpi_is_role").len(), 1);
    let half = with("label = { en = \"Tickets\" }\naction = { name = \"call\" }");
    let codes: Vec<&str> = half.iter().map(|notice| notice.code.as_str()).collect();
    assert_eq!(codes, ["action_without_owner", "label_in_one_language"]);
}
