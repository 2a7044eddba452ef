//! What the reader must know about a value: notices that travel with it, and errors that explain themselves.

use serde::{Deserialize, Serialize};

use crate::words::{Lang, Words};

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know; nothing is wrong.
    Info,
    /// The result stands, with a limit the reader must know.
    Warning,
    /// A conclusion from this data is unsafe; said on the first page.
    Unsafe,
}

/// One thing that the reader must know about a result. An error stops; a notice travels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Stable identifier for machines, for example `near_constant`.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is so, with its numbers.
    pub what: Words,
    /// File, line, column, KPI or account it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Words>,
    /// The next step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Words>,
}

impl Notice {
    /// A notice without place and help; add them with [`Notice::at`] and [`Notice::help`].
    #[must_use]
    pub fn new(severity: Severity, code: &str, what: Words) -> Self {
        Self { code: code.to_owned(), severity, what, place: None, help: None }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Words) -> Self {
        self.place = Some(place);
        self
    }

    /// Says what to do next.
    #[must_use]
    pub fn help(mut self, help: Words) -> Self {
        self.help = Some(help);
        self
    }
}

/// A count with its reason, for what was left out on the way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    /// What is counted.
    pub what: Words,
    /// How many.
    pub n: usize,
}

/// A value together with what the reader must know about it.
#[derive(Debug, Clone)]
pub struct Noted<T> {
    /// The value.
    pub value: T,
    /// In the order in which they were found.
    pub notices: Vec<Notice>,
}

/// An error that says what, where and what to do, in both languages.
///
/// `Display` (from `thiserror`) is the English first line.
pub trait Explain: std::error::Error {
    /// The first line in Japanese.
    fn ja(&self) -> String;
    /// File, line, column, term or account.
    fn place(&self) -> Option<Words> {
        None
    }
    /// The next step.
    fn help(&self) -> Option<Words> {
        None
    }
    /// The problems of which it consists, where they are several; each is printed on its own.
    fn parts(&self) -> Option<Vec<&dyn Explain>> {
        None
    }
    /// The first line in both languages.
    fn what(&self) -> Words {
        Words { en: self.to_string(), ja: self.ja() }
    }
}

/// One diagnostic as printed: `error: ...`, `  where: ...`, `  help:  ...`.
#[must_use]
pub fn render(kind: &str, what: &Words, place: Option<&Words>, help: Option<&Words>, lang: Lang) -> String {
    let (colon, at, next) = match lang {
        Lang::En => (": ", "where: ", "help:  "),
        Lang::Ja => ("：", "場所：", "対処："),
    };
    let mut text = format!("{kind}{colon}{}", what.get(lang));
    if let Some(place) = place {
        text.push_str(&format!("\n  {at}{}", place.get(lang)));
    }
    if let Some(help) = help {
        text.push_str(&format!("\n  {next}{}", help.get(lang)));
    }
    text
}
