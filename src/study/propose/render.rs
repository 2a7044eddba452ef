//! Writes the proposal down: a study file with a comment on every line that a beginner would wonder about.

use crate::words;
use crate::words::{Lang, Words};

use super::fates::{Fates, KpiGuess, clean};
use super::guess::{Frame, is_year_month};
use super::name_words::NameWords;
use super::page::Page;
use super::sketch::{ColumnSketch, SketchKind, shown};
use super::words_of_columns::LEFT;
use super::{LAMP, Proposal, lamp_hint, list};

/// More candidates are written as comments.
pub(super) const MAX_KPIS: usize = 25;
/// KPIs that enter the score.
const BUDGET: usize = 7;

/// What each role is, for the comment behind it; in the order of the file.
const ROLES: [(&str, &str, &str); 15] = [
    ("segment", "attributes that may explain both: customers are compared within", "比較の条件を揃えるための属性"),
    ("billing", "how the customer pays", "支払い・料金プラン"),
    ("price", "price per period", "1期あたりの価格"),
    ("tenure", "how long the customer has been one", "契約してからの期間"),
    ("term", "kind of contract", "契約の種類・長さ"),
    ("renewal_in", "periods until the contract can end", "契約を終了できるまでの期数"),
    ("notice", "formal notice of leaving: rows after it are not used", "正式な解約通知。以後の行は使いません"),
    ("notice_periods", "periods of notice that the contract asks for", "契約で定めた予告期間"),
    ("disclosed_risk", "the customer hinted at leaving", "顧客が解約を示唆した記録"),
    ("reasons", "recorded beforehand, and says why somebody would leave", "事前に記録された離反の理由"),
    ("owner", "who looks after the customer", "担当者"),
    ("weight", "revenue, for figures weighted by value", "売上。金額で重み付けした数値に使います"),
    ("controls", "always in the model, never a KPI", "KPI ではなく、常にモデルに入れる列"),
    ("phase", "lifecycle phase", "ライフサイクルの段階"),
    ("incumbent", "the score in use today, to be beaten", "現在使っているスコア。比較の基準です"),
];

pub(super) fn render(columns: &[ColumnSketch], frame: &Frame, fates: &Fates, path: &str, lang: Lang) -> Proposal {
    let mut page = Page::new(lang);
    page.comment(&words!(
        en: "A first draft, guessed from the names and values of one table. Read every line and correct it.",
        ja: "1つの表の列名と値から推測した下書きです。すべての行を確認し、直してください。",
    ));
    page.key("schema", "1", words!(en: "version of this file format", ja: "このファイル形式の版"));
    page.line("");
    head(&mut page, columns, frame, path);
    source(&mut page, columns, frame, path);
    roles(&mut page, columns, fates);
    kpis(&mut page, columns, fates);
    limits(&mut page);
    left_out(&mut page, columns, fates);
    Proposal { toml: page.text, summary: summary(columns, frame, fates) }
}

/// A text as TOML writes it.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn is_churn(columns: &[ColumnSketch], frame: &Frame) -> bool {
    let column = &columns[frame.outcome];
    NameWords::of(&column.name).fit(LEFT) > 0 || column.levels.iter().any(|level| NameWords::of(level).fit(LEFT) > 0)
}

fn head(page: &mut Page, columns: &[ColumnSketch], frame: &Frame, path: &str) {
    let file = path.rsplit(['/', '\\']).next().unwrap_or(path);
    let stem = file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("study");
    page.line("[study]");
    page.key("name", &quoted(&clean(stem)), words!(en: "short name, for example 2026Q3", ja: "短い名前。例：2026Q3"));
    page.comment(&words!(
        en: "Replace this sentence: how the score will be used decides which errors are expensive.",
        ja: "次の文は書き換えてください。スコアの使い道によって、避けるべき誤りが変わります。",
    ));
    let purpose = words!(
        en: "find the customers to talk to before they decide to leave",
        ja: "離反を決める前に連絡すべき顧客を見つける",
    );
    page.line(&format!("purpose = {}", quoted(purpose.get(page.lang))));
    page.key(
        "language",
        &quoted(page.lang.code()),
        words!(en: "language of reports: ja or en", ja: "レポートの言語：ja または en"),
    );
    page.key("seed", "1", words!(en: "the same seed gives the same result", ja: "同じ値なら同じ結果になります"));
    page.line("");
    page.line("[kgi]");
    let event = match (is_churn(columns, frame), page.lang) {
        (true, Lang::En) => "churn".to_owned(),
        (true, Lang::Ja) => "離反".to_owned(),
        (false, _) => clean(&columns[frame.outcome].name),
    };
    page.key("outcome", &quoted(&event), words!(en: "what reports call the event", ja: "レポートでの呼び名"));
    if frame.period.is_some() {
        page.key("horizon", "1", words!(en: "periods within which leaving counts", ja: "何期以内の離反を数えるか"));
        page.key("gap", "0", words!(en: "whole periods that the team needs to act", ja: "対応に必要な期数"));
    }
    page.line("");
}

fn source(page: &mut Page, columns: &[ColumnSketch], frame: &Frame, path: &str) {
    let outcome = &columns[frame.outcome];
    page.line(&match (frame.period, page.lang) {
        (Some(_), Lang::En) => "[panel]   # one row per customer and period".to_owned(),
        (Some(_), Lang::Ja) => "[panel]   # 顧客と期ごとに1行".to_owned(),
        (None, Lang::En) => "[snapshot]   # one row per customer, no time".to_owned(),
        (None, Lang::Ja) => "[snapshot]   # 顧客ごとに1行、時間の列なし".to_owned(),
    });
    page.key("path", &quoted(path), words!(en: "relative to this file", ja: "このファイルからの相対パス"));
    match frame.account {
        Some(at) => {
            page.key("account", &quoted(&columns[at].name), words!(en: "who the customer is", ja: "顧客を区別する列"))
        }
        None => page.comment(&words!(
            en: "no `account`: no column identifies the customer, so every row is a customer of its own",
            ja: "`account` なし：顧客を区別する列がないため、1行を1顧客として扱います",
        )),
    }
    if let Some(at) = frame.period {
        let column = &columns[at];
        page.key("period", &quoted(&column.name), words!(en: "integer index or date", ja: "整数の通し番号または日付"));
        if let Some(note) = period_note(column) {
            page.comment(&note);
        }
    }
    page.key(
        "outcome",
        &quoted(&outcome.name),
        match frame.period {
            Some(_) => words!(en: "who left, in the period in which it happened", ja: "離反した期に該当を示す列"),
            None => words!(en: "who left", ja: "離反したかどうかの列"),
        },
    );
    let positive = outcome.levels.get(frame.positive).map(String::as_str).unwrap_or_default();
    if frame.say_positive {
        page.key("positive", &quoted(positive), words!(en: "the value that means left", ja: "離反を意味する値"));
    }
    for note in outcome_notes(outcome, frame) {
        page.comment(&note);
    }
    page.line("");
}

fn period_note(column: &ColumnSketch) -> Option<Words> {
    is_year_month(column).then(|| {
        words!(
            en: "CHECK: write the months as dates, for example 2026-03-31; text cannot be put in order safely",
            ja: "要確認：年月は 2026-03-31 のような日付にしてください。文字列のままでは読み込めません",
        )
    })
}

fn outcome_notes(outcome: &ColumnSketch, frame: &Frame) -> Vec<Words> {
    let mut notes = Vec::new();
    let positive = shown(outcome.levels.get(frame.positive).map(String::as_str).unwrap_or_default());
    if outcome.n_distinct() > 2 {
        let others = outcome.levels.iter().enumerate().filter(|(at, _)| *at != frame.positive);
        let others = list(&others.map(|(_, level)| shown(level)).collect::<Vec<_>>());
        notes.push(words!(
            en: "CHECK: {others} count as not having left; remove the rows whose end is not known yet",
            ja: "要確認：{others} はすべて「離反していない」と扱います。結果がまだ決まっていない行は除いてください",
        ));
    }
    if frame.positive_is_a_guess {
        notes.push(words!(
            en: "CHECK: nothing says that `{positive}` means left; it may be the other value",
            ja: "要確認：「{positive}」が離反を意味するかは推測です。逆かもしれません",
        ));
    }
    if frame.outcome_is_a_guess {
        notes.push(words!(
            en: "CHECK: only its name and its two values make this column the outcome",
            ja: "要確認：列名と値の種類だけから、結果の列と推測しました",
        ));
    }
    let n = outcome.n_missing();
    if n > 0 {
        notes.push(words!(
            en: "CHECK: {n} rows have no outcome; fill it in or remove them",
            ja: "要確認：結果が空欄の行が{n}行あります。補うか、除いてください",
        ));
    }
    notes
}

fn roles(page: &mut Page, columns: &[ColumnSketch], fates: &Fates) {
    if fates.roles.is_empty() {
        return;
    }
    page.comment(&words!(
        en: "What columns mean beside being KPIs. Remove what is not so.",
        ja: "KPI 以外の列の意味です。違うものは消してください。",
    ));
    page.line("[roles]");
    for (role, en, ja) in ROLES {
        let Some((_, members)) = fates.roles.iter().find(|(key, _)| *key == role) else { continue };
        let names: Vec<String> = members.iter().map(|&at| quoted(&columns[at].name)).collect();
        let value = match role {
            "segment" | "reasons" | "controls" => format!("[{}]", names.join(", ")),
            _ => names.join(", "),
        };
        page.key(role, &value, Words { en: en.to_owned(), ja: ja.to_owned() });
    }
    page.line("");
}

fn kpis(page: &mut Page, columns: &[ColumnSketch], fates: &Fates) {
    page.comment(&words!(
        en: "Candidates, one [[kpi]] each. Keep those that were known before the customer left, and add `reason = \"...\"`.",
        ja: "KPI の候補です。離反より前に分かっていたものだけを残し、`reason = \"...\"` で候補とした理由を書いてください。",
    ));
    page.comment(&words!(
        en: "kind: action (ours to decide), behaviour, perception, outcome (what the customer gains), friction (what goes wrong)",
        ja: "kind：action（自社が決める）、behaviour（顧客の行動）、perception（顧客の評価）、outcome（顧客の成果）、friction（不具合・不満）",
    ));
    page.comment(&words!(
        en: "hoped: the direction that people believe is good, more or less",
        ja: "hoped：良いと考える方向。more（多いほど良い）または less（少ないほど良い）",
    ));
    for kpi in fates.kpis.iter().take(MAX_KPIS) {
        page.line("[[kpi]]");
        for line in kpi_lines(columns, kpi) {
            page.line(&line);
        }
        if kpi.programme.is_some() {
            page.comment(&words!(
                en: "assignment = \"random\" if a lot was drawn",
                ja: "抽選で割り当てた場合は assignment = \"random\"",
            ));
        }
        page.line("");
    }
    if fates.kpis.len() > MAX_KPIS {
        page.comment(&words!(
            en: "More candidates. Remove the `#` of those that somebody believes in.",
            ja: "ほかの候補です。根拠のあるものだけ行頭の `#` を外してください。",
        ));
        for kpi in fates.kpis.iter().skip(MAX_KPIS) {
            // A value over several lines cannot stand in a comment.
            let lines = kpi_lines(columns, kpi);
            let block = lines.iter().fold("# [[kpi]]".to_owned(), |block, line| format!("{block}\n# {line}"));
            page.line(&if lines.iter().any(|line| line.contains('\n')) {
                format!("# {}", shown(&kpi.name))
            } else {
                block
            });
        }
        page.line("");
    }
}

fn kpi_lines(columns: &[ColumnSketch], kpi: &KpiGuess) -> Vec<String> {
    let column = &columns[kpi.column].name;
    let mut lines = vec![format!("name = {}", quoted(&kpi.name))];
    if *column != kpi.name {
        lines.push(format!("column = {}", quoted(column)));
    }
    lines.push(format!("kind = \"{}\"", kpi.kind));
    lines.push(format!("hoped = \"{}\"", kpi.hoped));
    if let Some(at) = kpi.programme {
        lines.push(format!("programme = {{ column = {}, assignment = \"chosen\" }}", quoted(&columns[at].name)));
    }
    lines
}

fn limits(page: &mut Page) {
    page.line("[budget]");
    page.key(
        "max_kpis",
        &BUDGET.to_string(),
        words!(en: "at most so many enter the score", ja: "スコアに入れる KPI の上限"),
    );
    page.line("");
    page.comment(&words!(
        en: "Say how many customers the team can act on per period, and remove both `#`.",
        ja: "1期に対応できる顧客数を書き、次の2行の `#` を外してください。",
    ));
    page.line("# [capacity]");
    page.line("# accounts_per_period = 40");
    page.line("");
    page.comment(&lamp_hint());
    page.line(LAMP);
}

fn left_out(page: &mut Page, columns: &[ColumnSketch], fates: &Fates) {
    if fates.left_out.is_empty() {
        return;
    }
    page.line("");
    for (at, why) in &fates.left_out {
        let name = columns[*at].shown_name();
        let line = match page.lang {
            Lang::En => format!("# left out: `{name}`: {}", why.en),
            Lang::Ja => format!("# left out（除外）：「{name}」：{}", why.ja),
        };
        page.line(&line);
    }
}

fn summary(columns: &[ColumnSketch], frame: &Frame, fates: &Fates) -> Vec<Words> {
    let mut lines = Vec::new();
    let outcome = &columns[frame.outcome];
    let (n_rows, n_columns) = (outcome.n_rows(), columns.len());
    lines.push(match frame.period {
        Some(at) => {
            let period = columns[at].shown_name();
            words!(
                en: "{n_rows} rows, {n_columns} columns: a panel, one row per customer and `{period}`",
                ja: "{n_rows}行、{n_columns}列：パネル（顧客と「{period}」ごとに1行）",
            )
        }
        None => words!(
            en: "{n_rows} rows, {n_columns} columns: a snapshot, one row per customer",
            ja: "{n_rows}行、{n_columns}列：スナップショット（顧客ごとに1行）",
        ),
    });
    if let Some(at) = frame.account {
        let (name, n) = (columns[at].shown_name(), columns[at].n_distinct());
        lines.push(words!(en: "account: `{name}`, {n} different", ja: "顧客の列：「{name}」、{n}件"));
    }
    let (name, n_left) = (outcome.shown_name(), frame.left.iter().filter(|left| **left).count());
    let value = shown(outcome.levels.get(frame.positive).map(String::as_str).unwrap_or_default());
    lines.push(words!(
        en: "outcome: `{name}`, `{value}` means left: {n_left} of {n_rows} rows",
        ja: "結果の列：「{name}」、「{value}」が離反：{n_rows}行中{n_left}行",
    ));
    let roles: Vec<String> = fates
        .roles
        .iter()
        .map(|(role, members)| {
            let names: Vec<String> = members.iter().map(|&at| columns[at].shown_name()).collect();
            format!("{role} = {}", names.join(" + "))
        })
        .collect();
    if !roles.is_empty() {
        let roles = roles.join(", ");
        lines.push(words!(en: "roles: {roles}", ja: "役割：{roles}"));
    }
    let (n, shown_kpis) = (fates.kpis.len(), fates.kpis.len().min(MAX_KPIS));
    lines.push(words!(
        en: "KPI candidates: {n}, of them switched on: {shown_kpis}; columns left out: {}, each with its reason in the file",
        ja: "KPI 候補 {n}件（うち有効 {shown_kpis}件）、除いた列 {}件。理由はファイルに書いてあります",
        fates.left_out.len()
    ));
    lines.push(words!(
        en: "check by hand: the purpose, the kind and hoped direction of each KPI, and whether each was known before the customer left",
        ja: "確認してください：目的（purpose）、各 KPI の kind と hoped、離反より前に分かっていた値かどうか",
    ));
    lines.extend(doubts(columns, frame));
    lines
}

fn doubts(columns: &[ColumnSketch], frame: &Frame) -> Vec<Words> {
    let outcome = &columns[frame.outcome];
    let mut lines = Vec::new();
    if frame.account.is_none() {
        lines.push(words!(
            en: "CHECK: no column identifies the customer; every row is taken for a customer of its own",
            ja: "要確認：顧客を区別する列がありません。1行を1顧客として扱います",
        ));
    }
    let repeats = frame.repeats;
    if frame.period.is_none() && repeats > 0 {
        lines.push(words!(
            en: "CHECK: {repeats} rows repeat a customer, and no column makes customer and period unique; a snapshot has one row per customer",
            ja: "要確認：同じ顧客の行が{repeats}行あり、顧客との組で一意になる期の列がありません。スナップショットは顧客ごとに1行です",
        ));
    }
    let clashes = frame.clashes;
    if clashes > 0 {
        lines.push(words!(
            en: "CHECK: it would be a panel, but {clashes} rows share customer and period with another row",
            ja: "要確認：パネルと思われますが、顧客と期が重なる行が{clashes}行あります",
        ));
    }
    lines.extend(frame.period.and_then(|at| period_note(&columns[at])));
    if let Some(account) = frame.account.filter(|_| frame.period.is_some()) {
        let mut events = vec![0_usize; columns[account].n_distinct()];
        for (&code, _) in columns[account].codes.iter().zip(&frame.left).filter(|(_, left)| **left) {
            if let Some(n) = events.get_mut(code as usize) {
                *n += 1;
            }
        }
        let n = events.iter().filter(|n| **n > 1).count();
        if n > 0 {
            lines.push(words!(
                en: "CHECK: {n} customers left in more than one period; only the first counts, and rows after it are not used",
                ja: "要確認：複数の期で離反となっている顧客が{n}件あります。最初の期だけを数え、以後の行は使いません",
            ));
        }
    }
    lines.extend(outcome_notes(outcome, frame));
    // A date in a table without periods could be the one that makes a better study.
    if frame.period.is_none() && columns.iter().any(|column| column.kind == SketchKind::Date) {
        lines.push(words!(
            en: "the table has dates: one row per customer and period ([panel]) would say more than a snapshot",
            ja: "日付の列があります。顧客と期ごとに1行のパネル（[panel]）にすると、より多くのことが分かります",
        ));
    }
    lines
}
