//! The study files of the simulated company, complete and commented.

use std::fmt::Write;

use super::catalogue::Kpi;
use super::settings::CompanySettings;
use super::wording::{Declaration, declaration};
use crate::words;
use crate::words::{Lang, Words};

/// Which table the study reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Panel,
    Snapshot,
}

/// The study of the panel.
pub(crate) fn panel_study(settings: &CompanySettings, lang: Lang, path: &str) -> String {
    study(settings, lang, path, Form::Panel)
}

/// The study of the snapshot.
pub(crate) fn snapshot_study(settings: &CompanySettings, lang: Lang, path: &str) -> String {
    study(settings, lang, path, Form::Snapshot)
}

/// A TOML string: in quotes, with what TOML forbids escaped.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            control if control.is_control() => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(control)));
            }
            plain => quoted.push(plain),
        }
    }
    quoted.push('"');
    quoted
}

fn in_both(text: &Words) -> String {
    format!("{{ ja = {}, en = {} }}", quoted(&text.ja), quoted(&text.en))
}

fn study(settings: &CompanySettings, lang: Lang, path: &str, form: Form) -> String {
    let mut text = String::new();
    let mut say = |words: Words| {
        text.push_str("# ");
        text.push_str(words.get(lang));
        text.push('\n');
    };
    say(words!(
        en: "Study of a simulated company, Kumo Ledger K.K.: accounting software for businesses.",
        ja: "模擬企業「クモレジャー株式会社」（法人向け会計ソフト）の調査です。",
    ));
    say(words!(
        en: "Several of its KPIs only look as if they predicted churn; the truth is known and written beside the table.",
        ja: "離反を予測するように見えるだけのKPIがいくつも含まれています。正解は表の隣のファイルにあります。",
    ));
    text.push_str(&question(settings, lang, form));
    text.push_str(&table(lang, path, form));
    text.push_str(&roles(lang, form));
    for kpi in Kpi::ALL {
        text.push_str(&kpi_section(&declaration(kpi), kpi.name(), lang));
    }
    text.push_str(&limits(lang));
    text
}

fn comment(lang: Lang, words: &Words) -> String {
    format!("# {}\n", words.get(lang))
}

fn question(settings: &CompanySettings, lang: Lang, form: Form) -> String {
    let purpose = words!(
        en: "find the accounts to call before they decide to leave",
        ja: "解約を決める前に連絡すべき顧客を見つける",
    );
    let name = if form == Form::Panel { "2026Q3" } else { "2026Q3-snapshot" };
    format!(
        "schema = 1\n\n[study]\nname = {}\npurpose = {}\nlanguage = {}\nseed = {}\n\n{}[kgi]\noutcome = \"churn\"\nhorizon = 1\ngap = 0\n\n",
        quoted(name),
        quoted(purpose.get(lang)),
        quoted(lang.code()),
        // TOML integers end where signed 64-bit numbers do.
        settings.seed & u64::MAX >> 1,
        comment(
            lang,
            &words!(
                en: "The KGI is formal notice to leave. Horizon and gap count periods of the table.",
                ja: "KGIは正式な解約通知です。horizonとgapは表の期を単位に数えます。",
            )
        ),
    )
}

fn table(lang: Lang, path: &str, form: Form) -> String {
    match form {
        Form::Panel => format!(
            "{}[panel]\npath = {}\naccount = \"account_id\"\nperiod = \"month\"\noutcome = \"churn\"\n\n",
            comment(
                lang,
                &words!(
                    en: "One row per account and month, dated with the month's last day; the last row of an account that left is the month of its notice.",
                    ja: "顧客×月の表です。日付は月末日で、解約した顧客の最終行は解約通知のあった月です。",
                )
            ),
            quoted(path),
        ),
        Form::Snapshot => format!(
            "{}[snapshot]\npath = {}\naccount = \"account_id\"\noutcome = \"churned\"\n\n",
            comment(
                lang,
                &words!(
                    en: "One row per account whose contract could be left in the quarter after the snapshot, and whether notice was given in it.",
                    ja: "基準日の次の四半期に契約を終了できた顧客につき1行で、その間に解約通知があったかを示します。",
                )
            ),
            quoted(path),
        ),
    }
}

/// What the columns mean beside being KPIs.
fn roles(lang: Lang, form: Form) -> String {
    let mut text = String::from("[roles]\n");
    let over_time = form == Form::Panel;
    let roles: [(&str, &str, bool, Words); 13] = [
        (
            "segment",
            "[\"segment\"]",
            true,
            words!(en: "size of the customer; compared within", ja: "顧客規模。層の中で比較します"),
        ),
        ("billing", "\"plan\"", true, words!(en: "flat, metered or seat", ja: "定額・従量・席数")),
        ("price", "\"monthly_price\"", true, words!(en: "list price, yen", ja: "定価（円）")),
        ("tenure", "\"tenure\"", true, words!(en: "months since the start", ja: "開始からの月数")),
        (
            "notice",
            "\"notice_given\"",
            over_time,
            words!(en: "formal notice, recorded in its month", ja: "正式な解約通知。その月に記録"),
        ),
        (
            "renewal_in",
            "\"months_to_term_end\"",
            over_time,
            words!(en: "0 = notice can be given in this month", ja: "0の月に解約通知を出せます"),
        ),
        ("term", "\"term\"", true, words!(en: "annual or monthly", ja: "年契約・月契約")),
        (
            "disclosed_risk",
            "\"risk_hint\"",
            true,
            words!(en: "the customer hinted at leaving; not every hint is written down", ja: "解約をほのめかした記録。すべてが記録されるとは限りません"),
        ),
        (
            "reasons",
            "[\"champion_left\", \"purpose_special\"]",
            true,
            words!(en: "sponsor left within six months; bought for the audit-trail feature", ja: "推進者が6か月以内に退職。監査証跡機能を目的に購入"),
        ),
        ("owner", "\"csm\"", true, words!(en: "who looks after the account", ja: "担当者")),
        ("weight", "\"mrr\"", true, words!(en: "billed in the month, yen", ja: "当月の請求額（円）")),
        ("controls", "[\"onboarding\"]", true, words!(en: "first three months", ja: "最初の3か月")),
        (
            "incumbent",
            "\"current_score\"",
            true,
            words!(en: "the hand-made score in use today, high = healthy", ja: "現在使っている手作りスコア。高いほど健全"),
        ),
    ];
    for (role, columns, _, meaning) in roles.iter().filter(|(_, _, shown, _)| *shown) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{role} = {columns}  # {}", meaning.get(lang));
    }
    text.push('\n');
    text
}

fn kpi_section(declaration: &Declaration, name: &str, lang: Lang) -> String {
    let Declaration { label, kind, stage, hoped, reason, cost, action } = declaration;
    format!(
        "[[kpi]]\nname = {}\nlabel = {}\nkind = {}\nstage = {}\nhoped = {}\nreason = {}\ncost = {cost}\naction = {{ name = {}, owner = {}, playbook = {} }}\n\n",
        quoted(name),
        in_both(label),
        quoted(kind),
        quoted(stage),
        quoted(hoped),
        quoted(reason.get(lang)),
        quoted(action.name.get(lang)),
        quoted(action.owner.get(lang)),
        quoted(action.playbook),
    )
}

fn limits(lang: Lang) -> String {
    format!(
        "{}[budget]\nmax_kpis = 7\n\n{}[capacity]\naccounts_per_period = 40\n",
        comment(
            lang,
            &words!(
                en: "At most so many KPIs enter the score: a dashboard, not a cockpit.",
                ja: "スコアに入れるKPIの上限です。計器は少ないほど読めます。",
            )
        ),
        comment(
            lang,
            &words!(en: "Accounts that the team can act on in a month.", ja: "チームが1か月に対応できる顧客数です。")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> toml::Table {
        text.parse().unwrap()
    }

    #[test]
    fn both_studies_are_toml_in_both_languages_and_declare_every_kpi() {
        let settings = CompanySettings::default();
        for lang in [Lang::En, Lang::Ja] {
            for text in [panel_study(&settings, lang, "a.csv"), snapshot_study(&settings, lang, "a.csv")] {
                let study = parsed(&text);
                let kpis = study["kpi"].as_array().unwrap();
                let names: Vec<&str> = kpis.iter().map(|kpi| kpi["name"].as_str().unwrap()).collect();
                assert_eq!(names, Kpi::ALL.map(Kpi::name));
                assert_eq!(study["study"]["language"].as_str(), Some(lang.code()));
                assert_eq!(study["study"]["seed"].as_integer(), Some(20_261_001));
                for kpi in kpis {
                    assert!(!kpi["label"]["ja"].as_str().unwrap().is_ascii());
                    assert!(kpi["label"]["en"].as_str().unwrap().is_ascii());
                }
            }
        }
    }

    #[test]
    fn a_path_is_read_back_whatever_it_holds() {
        let path = "C:\\data\\\"new\"\t表.csv\u{7f}";
        let study = parsed(&panel_study(&CompanySettings::default(), Lang::En, path));
        assert_eq!(study["panel"]["path"].as_str(), Some(path));
    }

    #[test]
    fn a_seed_beyond_signed_integers_still_gives_a_valid_study() {
        let settings = CompanySettings { seed: u64::MAX, ..CompanySettings::default() };
        assert_eq!(parsed(&panel_study(&settings, Lang::Ja, "a"))["study"]["seed"].as_integer(), Some(i64::MAX));
    }
}
