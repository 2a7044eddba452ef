//! The text of a first study file from raw tables.

use chrono::NaiveDate;

use crate::words;
use crate::words::Lang;

use super::super::fates::{SINGLE, is_category};
use super::super::page::Page;
use super::super::render::{MAX_KPIS, quoted};
use super::super::sketch::{ColumnSketch, SketchKind};
use super::super::words_of_columns as names;
use super::super::{LAMP, lamp_hint};
use super::Sorted;
use super::kpis::{self, Candidate};
use super::rhythm::{Rhythm, holds_months};
use super::serials::serial_of;

pub(super) struct Draft {
    pub(super) page: Page,
}

impl Draft {
    pub(super) fn head(&mut self, accounts: &Sorted<'_>, contracts: &Sorted<'_>, logs: &[&Sorted<'_>]) {
        self.page.comment(&words!(
            en: "A first draft, guessed from the names and values of several tables. Read every line and correct it.",
            ja: "複数の表の列名と値から推測した下書きです。すべての行を確認し、直してください。",
        ));
        self.page.line("schema = 1\n\n[study]");
        self.page.line("name = \"first study\"");
        let purpose = words!(
            en: "find the customers to talk to before they decide to leave",
            ja: "離反を決める前に連絡すべき顧客を見つける",
        );
        let (purpose, lang) = (quoted(purpose.get(self.page.lang)), quoted(self.page.lang.code()));
        self.page.line(&format!("purpose = {purpose}\nlanguage = {lang}\nseed = 1\n"));
        let event = if self.page.lang == Lang::En { "churn" } else { "離反" };
        self.page.line(&format!("[kgi]\noutcome = \"{event}\"\nhorizon = 1\ngap = 0\n"));
        self.page.line("[tables]");
        self.page.line("period = \"1mo\"");
        self.page.comment(&words!(
            en: "Knowledge ends with `to`: nobody who leaves later counts as having left. Windows reach back before `from`.",
            ja: "`to`より後の離反は数えません。集計の窓は`from`より前にも遡ります。",
        ));
        let (from, to) = span(contracts, logs);
        self.page.line(&format!("from = {from}\nto = {to}"));
        if logs.iter().any(|log| log.rhythm() != Rhythm::Days) {
            self.page.comment(&words!(
                en: "CHECK: if the last month was not over when the tables were exported, let `to` end a month earlier",
                ja: "要確認：出力した時点で最後の月が終わっていなかった場合は、`to` を1か月前の末日にしてください",
            ));
        }
        let key = |key: &str, table: &Sorted<'_>, at: Option<usize>| {
            at.map_or_else(String::new, |at| format!(", {key} = {}", quoted(&table.column(at).name)))
        };
        let own = |table: &Sorted<'_>| {
            let (path, account) = (quoted(&table.table.path), quoted(&table.column(table.account).name));
            format!("path = {path}, account = {account}")
        };
        let start = accounts.start();
        let formats = self.serials(accounts).map_or_else(String::new, |formats| format!(", {formats}"));
        self.page.line(&format!("accounts = {{ {}{}{formats} }}", own(accounts), key("start", accounts, start)));
        let (start, end, notice) = (contracts.start(), contracts.end(), contracts.date(names::NOTICE_DAY));
        let notice = notice.filter(|notice| Some(*notice) != end && Some(*notice) != start);
        if let (Some(end), Some(plan)) = (end, contracts.date(names::END))
            && end != plan
            && Some(plan) != start
        {
            let (end, plan) = (contracts.column(end).shown_name(), contracts.column(plan).shown_name());
            self.page.comment(&words!(
                en: "CHECK: `{plan}` is filled for customers who stay, too, so it is taken for a planned end; `{end}` says who left, and when",
                ja: "要確認：「{plan}」は継続中の顧客にも入っているため、予定の終了日とみなします。離反した日には「{end}」を使います",
            ));
        }
        let formats = self.serials(contracts).map_or_else(String::new, |formats| format!(", {formats}"));
        self.page.line(&format!(
            "contracts = {{ {}{}{}{}{formats} }}",
            own(contracts),
            key("start", contracts, start),
            key("end", contracts, end),
            key("notice", contracts, notice)
        ));
        for log in logs {
            let recorded = log.date(names::RECORDED);
            let (happened, rhythm) = (log.happened(), log.rhythm());
            self.page.line("\n[[tables.events]]");
            let (name, path) = (quoted(&log.name), quoted(&log.table.path));
            let (account, at) = (quoted(&log.column(log.account).name), quoted(&log.column(happened).name));
            self.page.line(&format!("name = {name}\npath = {path}\naccount = {account}\nat = {at}"));
            if log.months.contains(&happened) {
                self.page.comment(&words!(
                    en: "months: what a row says counts from the last day of its month on, when the month was complete. A window of 12w holds exactly three of them",
                    ja: "年月の列：行の値は、その月が終わる末日から有効とします。窓 12w にはちょうど3か月分が入ります",
                ));
            } else if rhythm == Rhythm::MonthStarts {
                self.page.comment(&words!(
                    en: "CHECK: every date is the first of a month. If a row sums up its month, it was not known on that day: with periods shorter than a month write the months as 2024-03",
                    ja: "要確認：日付がすべて月初です。行がその月全体の集計なら、月初の時点では分かっていません。1か月より短い期間で分析する場合は、年月を 2024-03 の形で書いてください",
                ));
            }
            if let Some(formats) = self.serials(log) {
                self.page.line(&formats);
            }
            if let Some(recorded) = recorded {
                let column = quoted(&log.column(recorded).name);
                self.page.line(&format!("recorded_at = {column}"));
            } else {
                self.page.comment(&words!(
                    en: "recorded_at = \"...\"   when it became known, if that can be later than when it happened",
                    ja: "recorded_at = \"...\"   発生より遅れて記録されることがあれば、記録された日の列",
                ));
            }
        }
        self.page.line("");
    }

    /// The `date_format` of a table whose dates are serial numbers of a spreadsheet, after a comment with what was seen.
    fn serials(&mut self, table: &Sorted<'_>) -> Option<String> {
        let columns: Vec<&ColumnSketch> = table.table.columns.iter().filter(|column| column.serial).collect();
        let day = columns.first()?.levels.first()?;
        let (path, serial) = (&table.table.path, serial_of(day)?);
        let shown = columns.iter().map(|column| column.shown_name()).collect::<Vec<_>>().join(", ");
        self.page.comment(&words!(
            en: "dates of {path} ({shown}) are numbers of a spreadsheet, for example {serial}, which is {day}",
            ja: "{path} の日付（{shown}）は表計算ソフトのシリアル値です（例：{serial} は {day}）",
        ));
        let entries = columns.iter().map(|column| format!("{} = \"excel\"", key_of(&column.name))).collect::<Vec<_>>();
        Some(format!("date_format = {{ {} }}", entries.join(", ")))
    }

    pub(super) fn roles(&mut self, accounts: &Sorted<'_>, contracts: &Sorted<'_>, logs: &[&Sorted<'_>]) {
        let mut single: Vec<(&str, String)> = Vec::new();
        let (mut segment, mut controls, mut reasons) = (Vec::new(), Vec::new(), Vec::new());
        let (mut unused, mut of_leaving, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        let mut of_months = Vec::new();
        // The start of the contract gives the tenure, and its end the renewal.
        let roles = SINGLE.iter().filter(|(role, ..)| !["renewal_in", "notice", "tenure"].contains(role));
        let same_table = std::ptr::eq(accounts.table, contracts.table);
        let tables = [accounts, contracts].into_iter().skip(usize::from(same_table)).chain(logs.iter().copied());
        let shared = |name: &str| {
            tables.clone().filter(|table| table.table.columns.iter().any(|column| column.name == name)).count() > 1
        };
        for (part, table) in [("accounts", accounts), ("contracts", contracts)] {
            if part == "contracts" && same_table {
                continue;
            }
            for (at, words) in table.words.iter().enumerate() {
                let column = table.column(at);
                if at == table.account || column.kind == SketchKind::Empty {
                    continue;
                }
                let written =
                    if shared(&column.name) { format!("{part}.{}", column.name) } else { column.name.clone() };
                // A date says itself from when on it holds.
                if column.kind == SketchKind::Date {
                    if words.fit(names::RISK) > 0 && !single.iter().any(|(taken, _)| *taken == "disclosed_risk") {
                        single.push(("disclosed_risk", written));
                    } else if words.fit(names::REASONS) > 0 {
                        reasons.push(written);
                    }
                    continue;
                }
                if holds_months(column, words) {
                    of_months.push(written);
                    continue;
                }
                if column.looks_like_dates() {
                    unread.push(written);
                    continue;
                }
                if words.fit(names::LEFT) > 0 {
                    of_leaving.push(written);
                    continue;
                }
                let fitting = roles.clone().filter(|(_, p, fits)| words.fit(p) > 0 && fits(column));
                match fitting.max_by_key(|(_, p, _)| words.fit(p)) {
                    Some((role, ..)) if !single.iter().any(|(taken, _)| taken == role) => single.push((role, written)),
                    None if column.kind == SketchKind::Text
                        && words.fit(names::ATTRIBUTE) > 0
                        && (2..=50).contains(&column.n_distinct()) =>
                    {
                        segment.push(written);
                    }
                    None if is_category(column)
                        && (words.fit(names::BOUGHT_FOR) > 0 || words.fit(names::CONTROLS) > 0) =>
                    {
                        controls.push(written);
                    }
                    _ if !column.is_unique() && words.names_account() == 0 => {
                        unused.push(written);
                    }
                    _ => {}
                }
            }
        }
        if !single.iter().any(|(taken, _)| *taken == "disclosed_risk")
            && let Some((log, at)) = logs.iter().find_map(|log| Some((log, kpis::hint(log)?)))
        {
            let name = &log.column(at).name;
            single.push(("disclosed_risk", if shared(name) { format!("{}.{name}", log.name) } else { name.clone() }));
        }
        self.page.comment(&words!(
            en: "What columns of accounts, contracts and events mean beside being KPIs. Write table.column where two tables share a name.",
            ja: "KPI以外の列の意味。複数の表に同じ列名がある場合は「表.列」と書きます。",
        ));
        self.page.line("[roles]");
        let list = |columns: &[String]| columns.iter().map(|column| quoted(column)).collect::<Vec<_>>().join(", ");
        if !segment.is_empty() {
            let columns = list(&segment);
            self.page.line(&format!("segment = [{columns}]"));
        }
        for (role, column) in single {
            self.page.line(&format!("{role} = {}", quoted(&column)));
        }
        if !controls.is_empty() {
            let columns = list(&controls);
            self.page.line(&format!("controls = [{columns}]"));
        }
        if !reasons.is_empty() {
            let columns = list(&reasons);
            self.page.line(&format!("reasons = [{columns}]"));
        }
        if !unused.is_empty() {
            let columns = list(&unused);
            self.page.comment(&words!(
                en: "not used yet: {columns}. Of these, what was known of a customer from the start (why it bought, its size) belongs into `controls = [...]`, what was written later does not",
                ja: "まだ使っていない列：{columns}。このうち、最初から分かっていたこと（購入の目的、規模など）は `controls = [...]` に書き、後から書き込まれるものは書かないでください",
            ));
        }
        if !unread.is_empty() {
            let columns = list(&unread);
            self.page.comment(&words!(
                en: "left out, because they look like dates and cannot be read: {columns}. Say how they are written with `date_format` inside the braces of their table, for example `date_format = \"DD/MM/YYYY\"`",
                ja: "日付のようですが読み取れないため、使いません：{columns}。表の波括弧の中に `date_format = \"DD/MM/YYYY\"` のように書き方を指定してください",
            ));
        }
        if !of_months.is_empty() {
            let columns = list(&of_months);
            self.page.comment(&words!(
                en: "left out, because a month names no day of an account or contract: {columns}",
                ja: "年月だけで日が分からないため、使いません：{columns}",
            ));
        }
        if !of_leaving.is_empty() {
            let columns = list(&of_leaving);
            self.page.comment(&words!(
                en: "left out, because the names speak of leaving: {columns}",
                ja: "離反に関する列名のため、使いません：{columns}",
            ));
        }
        self.page.line("");
    }

    /// Candidates of every log; those beyond a page are comments. Returns how many are in use.
    pub(super) fn kpis(&mut self, logs: &[&Sorted<'_>]) -> usize {
        let mut all: Vec<(Option<usize>, Candidate)> = Vec::new();
        for (turn, candidate) in logs.iter().flat_map(|log| kpis::candidates(log)) {
            if !all.iter().any(|(_, known)| known.name == candidate.name) {
                all.push((turn, candidate));
            }
        }
        let mut order: Vec<usize> = (0..all.len()).filter(|&at| all[at].0.is_some()).collect();
        order.sort_by_key(|&at| (all[at].0, at));
        let in_use = &order[..order.len().min(MAX_KPIS)];
        let (used, rest): (Vec<usize>, Vec<usize>) = (0..all.len()).partition(|at| in_use.contains(at));
        for at in &used {
            self.page.line(&all[*at].1.toml());
        }
        if !rest.is_empty() {
            self.page.comment(&words!(
                en: "More candidates. Remove the `#` of those that somebody believes in. Kinds of rows (`where`) belong in place of the count of all, not beside it.",
                ja: "ほかの候補です。根拠のあるものだけ行頭の `#` を外してください。種類ごとの集計（`where`）は、全体の件数と並べず、置き換えて使ってください。",
            ));
            for at in rest {
                let text: Vec<String> = all[at].1.toml().trim_end().lines().map(|line| format!("# {line}")).collect();
                self.page.line(&format!("{}\n", text.join("\n")));
            }
        }
        used.len()
    }

    pub(super) fn limits(&mut self) {
        self.page.comment(&words!(en: "how many KPIs people can look after", ja: "管理できるKPIの数"));
        self.page.line("[budget]\nmax_kpis = 7");
        self.page.comment(&words!(
            en: "how many accounts the team can act on in a period: decides where the lamp turns red",
            ja: "1期に対応できる顧客の数（ランプが赤になる境目を決めます）",
        ));
        self.page.line("# [capacity]\n# accounts_per_period = 40");
        self.page.comment(&lamp_hint());
        self.page.line(LAMP);
    }
}

/// A text as a key of TOML.
fn key_of(text: &str) -> String {
    let is_bare = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if is_bare { text.to_owned() } else { quoted(text) }
}

/// First and last day of the study: from the first whole month with contracts and events to the last.
fn span(contracts: &Sorted<'_>, logs: &[&Sorted<'_>]) -> (NaiveDate, NaiveDate) {
    use chrono::{Datelike, Months};
    let starts = contracts.start().and_then(|at| contracts.days(at));
    let events: Vec<(NaiveDate, NaiveDate)> = logs.iter().filter_map(|log| log.days(log.happened())).collect();
    let from = events.iter().map(|(first, _)| *first).max().or(starts.map(|(first, _)| first)).unwrap_or_default();
    let to = events.iter().map(|(_, last)| *last).max().or(starts.map(|(_, last)| last)).unwrap_or_default();
    let month = |day: NaiveDate| day.with_day(1).unwrap_or(day);
    let from = if from.day() == 1 { from } else { month(from).checked_add_months(Months::new(1)).unwrap_or(from) };
    let next = month(to).checked_add_months(Months::new(1)).unwrap_or(to);
    // The last month counts when the log reaches its last days.
    let ended = next.pred_opt().is_some_and(|end| (end - to).num_days() <= 2);
    let to = if ended { next.pred_opt() } else { month(to).pred_opt() }.unwrap_or(to);
    if from < to { (from, to) } else { (starts.map_or(from, |(first, _)| month(first)), to) }
}
