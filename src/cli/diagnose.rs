//! Errors and notices as they are printed.

use serde::Serialize;

use crate::notice::{Explain, Notice, Severity, render};
use crate::words::{Lang, Words};

use super::args::Global;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, and something that is demanded did not hold.
    Failed,
}

/// Why something could not be done.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// First line and, for several problems at once, one entry each.
    pub problems: Vec<Problem>,
    /// Language in which it is printed.
    pub lang: Option<Lang>,
}

/// One problem.
#[derive(Debug, Clone)]
pub struct Problem {
    what: Words,
    place: Option<Words>,
    help: Option<Words>,
}

impl Diagnostic {
    /// What is wrong, in English, one problem per line.
    #[must_use]
    pub fn english(&self) -> String {
        self.problems.iter().map(|problem| problem.what.en.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// One problem.
    #[must_use]
    pub fn new(what: Words, place: Option<Words>, help: Option<Words>) -> Box<Self> {
        Box::new(Self { problems: vec![Problem { what, place, help }], lang: None })
    }

    /// Several at once.
    #[must_use]
    pub fn joined(several: Vec<Self>) -> Box<Self> {
        Box::new(Self { problems: several.into_iter().flat_map(|one| one.problems).collect(), lang: None })
    }

    /// Several problems at once.
    #[must_use]
    pub fn all<'a>(errors: impl Iterator<Item = &'a dyn Explain>) -> Box<Self> {
        let problem = |e: &dyn Explain| Problem { what: e.what(), place: e.place(), help: e.help() };
        Box::new(Self { problems: errors.map(problem).collect(), lang: None })
    }

    /// Prints in this language where the command line does not ask for another.
    #[must_use]
    pub fn in_language(mut self: Box<Self>, lang: Lang) -> Box<Self> {
        self.lang = Some(lang);
        self
    }

    /// Says another next step, for every problem.
    #[must_use]
    pub fn helped(mut self: Box<Self>, help: &Words) -> Box<Self> {
        for problem in &mut self.problems {
            problem.help = Some(help.clone());
        }
        self
    }

    /// Says where, for every problem that does not.
    pub fn at(&mut self, place: &Words) {
        for problem in &mut self.problems {
            problem.place.get_or_insert_with(|| place.clone());
        }
    }

    /// Text for standard error.
    #[must_use]
    pub fn text(&self, global: &Global) -> String {
        let lang = global.lang_or(self.lang.unwrap_or(Lang::En));
        let lines = self.problems.iter().map(|p| {
            if global.json {
                json_line("error", "error", &p.what, p.place.as_ref(), p.help.as_ref(), lang)
            } else {
                render(kind_word("error", lang), &p.what, p.place.as_ref(), p.help.as_ref(), lang)
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl<E: Explain> From<E> for Box<Diagnostic> {
    fn from(error: E) -> Self {
        match error.parts() {
            Some(parts) => Diagnostic::all(parts.into_iter()),
            None => Diagnostic::new(error.what(), error.place(), error.help()),
        }
    }
}

fn kind_word(kind: &'static str, lang: Lang) -> &'static str {
    match (kind, lang) {
        ("error", Lang::Ja) => "エラー",
        ("warning", Lang::Ja) => "警告",
        ("unsafe", Lang::Ja) => "結論は不確か",
        (_, Lang::Ja) => "お知らせ",
        ("unsafe", Lang::En) => "unsafe",
        ("info", Lang::En) => "notice",
        (other, Lang::En) => other,
    }
}

/// Prints notices to standard error, worst first; when quiet only those that make conclusions unsafe.
pub(super) fn print_notices(notices: &[Notice], lang: Lang, global: &Global) {
    let mut sorted: Vec<&Notice> = notices.iter().filter(|n| !global.quiet || n.severity == Severity::Unsafe).collect();
    sorted.sort_by_key(|n| std::cmp::Reverse(n.severity));
    for notice in sorted {
        let kind = match notice.severity {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Unsafe => "unsafe",
        };
        let line = if global.json {
            json_line(kind, &notice.code, &notice.what, notice.place.as_ref(), notice.help.as_ref(), lang)
        } else {
            render(kind_word(kind, lang), &notice.what, notice.place.as_ref(), notice.help.as_ref(), lang)
        };
        super::output::complain(&line);
    }
}

fn json_line(kind: &str, code: &str, what: &Words, place: Option<&Words>, help: Option<&Words>, lang: Lang) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        kind: &'a str,
        code: &'a str,
        what: &'a str,
        #[serde(rename = "where")]
        place: Option<&'a str>,
        help: Option<&'a str>,
    }
    let line =
        Line { kind, code, what: what.get(lang), place: place.map(|p| p.get(lang)), help: help.map(|h| h.get(lang)) };
    serde_json::to_string(&line).unwrap_or_default()
}
