//! Ratings by people beside the data.

use super::{Fact, Table, fact};
use crate::artifact::{GutAccount, GutAdded, GutAgreement, GutDifference, GutPast, GutRecord, GutShare, ModelArtifact};
use crate::report::format::{NONE, count, fixed, or_dash, percent, plain, signed};
use crate::report::names::say;
use crate::words::Lang;

/// Accounts shown; the record lists more.
const SHOWN_PAST: usize = 10;
const SHOWN_NOW: usize = 15;

/// One rating.
pub(in crate::report) struct GutView {
    /// Name for people.
    pub(in crate::report) label: String,
    /// What it adds to the data.
    pub(in crate::report) summary: String,
    pub(in crate::report) facts: Vec<Fact>,
    pub(in crate::report) agreement: Table,
    /// Who judged better.
    pub(in crate::report) judged: Option<String>,
    pub(in crate::report) past: Table,
    pub(in crate::report) largest: Table,
    pub(in crate::report) now: Table,
}

/// Every rating of the study.
pub(super) fn ratings(artifact: &ModelArtifact, lang: Lang) -> Vec<GutView> {
    artifact.gut_feeling.iter().map(|record| view(record, lang)).collect()
}

fn view(record: &GutRecord, lang: Lang) -> GutView {
    let rated = if record.n_rows > 0 { record.n_rated as f64 / record.n_rows as f64 } else { f64::NAN };
    let mut facts = vec![fact(
        say(lang, "Rows with a rating", "評価のある行"),
        match lang {
            Lang::En => format!("{} of {} ({})", count(record.n_rated), count(record.n_rows), percent(rated)),
            Lang::Ja => format!("{}行中{}行（{}）", count(record.n_rows), count(record.n_rated), percent(rated)),
        },
    )];
    facts.extend(record.added.iter().flat_map(|added| added_facts(added, lang)));
    if let Some(kappa) = record.agreement.as_ref().and_then(|a| a.kappa) {
        facts.push(fact(
            say(lang, "Agreement (weighted kappa; 1 = same order)", "一致度（重み付きκ、1で同じ順序）"),
            fixed(kappa, 2),
        ));
    }
    let past = record.past.as_ref();
    GutView {
        label: record.label.get(lang).to_owned(),
        summary: record.summary.get(lang).to_owned(),
        facts,
        agreement: record.agreement.as_ref().map_or_else(empty, |found| agreement(found, lang)),
        judged: past.map(|past| past.summary.get(lang).to_owned()),
        past: past.map_or_else(empty, |past| totals(past, lang)),
        largest: past.map_or_else(empty, |past| largest(past, lang)),
        now: now(record, lang),
    }
}

fn empty() -> Table {
    Table { caption: String::new(), head: Vec::new(), numeric: Vec::new(), rows: Vec::new() }
}

fn added_facts(added: &GutAdded, lang: Lang) -> [Fact; 2] {
    let change = |d: &GutDifference, decimals: usize| {
        format!("{} [{}, {}]", signed(d.estimate, decimals), signed(d.ci_low, decimals), signed(d.ci_high, decimals))
    };
    let shown = |from: f64, to: f64, by: &GutDifference, decimals: usize| {
        format!("{} → {} ({})", fixed(from, decimals), fixed(to, decimals), change(by, decimals))
    };
    [
        fact(
            say(lang, "AUC: data → data and rating", "AUC：データのみ → 評価を加える"),
            shown(added.auc_without, added.auc_with, &added.auc, 3),
        ),
        fact(
            say(lang, "Log-loss (less is better)", "対数損失（小さいほど良い）"),
            shown(added.log_loss_without, added.log_loss_with, &added.log_loss, 4),
        ),
    ]
}

fn agreement(found: &GutAgreement, lang: Lang) -> Table {
    let last = found.groups.len().saturating_sub(1);
    let column = |j: usize| match j {
        0 => say(lang, "Data: riskiest", "データ：危険").to_owned(),
        j if j == last => say(lang, "Data: safest", "データ：安全").to_owned(),
        j => match lang {
            Lang::En => format!("Data: group {}", j + 1),
            Lang::Ja => format!("データ：第{}群", j + 1),
        },
    };
    let mut head = vec![say(lang, "Rating (riskiest first)", "評価（危険な順）").to_owned()];
    head.extend((0..=last).map(column));
    let rows = found.groups.iter().map(|group| {
        let name = if group.low < group.high {
            match lang {
                Lang::En => format!("{} to {}", plain(group.low), plain(group.high)),
                Lang::Ja => format!("{}〜{}", plain(group.low), plain(group.high)),
            }
        } else {
            plain(group.low)
        };
        let cells = group.cells.iter().map(|cell| match cell.observed {
            Some(observed) => format!("{} ({}/{})", percent(observed), count(cell.n_events), count(cell.n_rows)),
            None => NONE.to_owned(),
        });
        std::iter::once(name).chain(cells).collect()
    });
    Table {
        caption: say(
            lang,
            "Share that left, by rating and by what the data said (events/rows); both in groups of the same sizes",
            "評価とデータの予測ごとの離反率（離反数/行数）。どちらも同じ大きさの群に分けています",
        )
        .to_owned(),
        head,
        numeric: (1..=last + 1).collect(),
        rows: rows.collect(),
    }
}

fn totals(past: &GutPast, lang: Lang) -> Table {
    let share = |share: &GutShare| {
        let of = if share.of > 0 { share.n as f64 / share.of as f64 } else { f64::NAN };
        vec![
            count(share.n),
            count(share.of),
            percent(of),
            if share.of > 0 {
                format!("[{}, {}]", percent(share.ci_low), percent(share.ci_high))
            } else {
                NONE.to_owned()
            },
        ]
    };
    let rows = [
        (say(lang, "Only the data saw risk: left", "データだけが危険とした顧客の離反"), &past.data_riskier),
        (say(lang, "Only the rating saw risk: left", "評価だけが危険とした顧客の離反"), &past.gut_riskier),
        (say(lang, "The data was right", "データが当たった"), &past.data_right),
        (say(lang, "The rating was right", "評価が当たった"), &past.gut_right),
    ];
    Table {
        caption: match lang {
            Lang::En => format!(
                "Contradictions among {} accounts, of which {} left: ranks of risk at least {} of all accounts apart, at each account’s last row whose outcome is known",
                count(past.n_accounts),
                count(past.n_events),
                percent(past.apart)
            ),
            Lang::Ja => format!(
                "{}件（うち離反{}件）のうち、評価とデータが食い違った顧客。危険度の順位が全体の{}以上離れたもので、結果が分かっている最後の行で比べています",
                count(past.n_accounts),
                count(past.n_events),
                percent(past.apart)
            ),
        },
        head: super::head(
            lang,
            &[("What", "内容"), ("Accounts", "顧客数"), ("Of", "全体"), ("Share", "割合"), ("95%", "95%区間")],
        ),
        numeric: vec![1, 2, 3, 4],
        rows: rows.into_iter().map(|(name, of)| std::iter::once(name.to_owned()).chain(share(of)).collect()).collect(),
    }
}

fn largest(past: &GutPast, lang: Lang) -> Table {
    let row = |account: &GutAccount| {
        let mut cells = cells(account, lang);
        cells.push(or_dash(account.left, |left| {
            if left { say(lang, "left", "離反") } else { say(lang, "stayed", "継続") }.to_owned()
        }));
        cells.push(or_dash(account.right.as_deref(), |right| {
            if right == "gut" { say(lang, "rating", "評価") } else { say(lang, "data", "データ") }.to_owned()
        }));
        cells
    };
    let shown = past.largest.len().min(SHOWN_PAST);
    let of = past.data_right.of;
    let mut head = heading(lang);
    head.extend(super::head(lang, &[("Outcome", "結果"), ("Right", "正しかった側")]));
    Table {
        caption: match lang {
            Lang::En => format!("Largest contradictions and who was right ({shown} of {})", count(of)),
            Lang::Ja => format!("大きな食い違いと、正しかった側（{}件中{shown}件）", count(of)),
        },
        head,
        numeric: vec![2, 3],
        rows: past.largest.iter().take(SHOWN_PAST).map(row).collect(),
    }
}

fn now(record: &GutRecord, lang: Lang) -> Table {
    let shown = record.current.len().min(SHOWN_NOW);
    Table {
        caption: match lang {
            Lang::En => {
                format!(
                    "Active accounts to talk about: rating and data contradict each other ({shown} of {})",
                    count(record.n_current)
                )
            }
            Lang::Ja => {
                format!("話し合うべき現在の顧客：評価とデータの食い違い（{}件中{shown}件）", count(record.n_current))
            }
        },
        head: heading(lang),
        numeric: vec![2, 3],
        rows: record.current.iter().take(SHOWN_NOW).map(|account| cells(account, lang)).collect(),
    }
}

fn heading(lang: Lang) -> Vec<String> {
    super::head(
        lang,
        &[
            ("Account", "顧客"),
            ("Period", "期"),
            ("Rating", "評価"),
            ("Probability by data", "データによる離反確率"),
            ("Who says what", "それぞれの見方"),
        ],
    )
}

fn cells(account: &GutAccount, lang: Lang) -> Vec<String> {
    let says = if account.gut_says == "safe" {
        say(lang, "rating safe, data risky", "評価は安全、データは危険")
    } else {
        say(lang, "rating risky, data safe", "評価は危険、データは安全")
    };
    vec![
        account.account.clone(),
        account.as_of.clone().unwrap_or_else(|| NONE.to_owned()),
        plain(account.rating),
        percent(account.probability),
        says.to_owned(),
    ]
}
