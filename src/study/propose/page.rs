//! A study file while it is written.

use crate::words::{Lang, Words};

/// Lines of a study file, with comments in one language.
pub(super) struct Page {
    pub(super) text: String,
    pub(super) lang: Lang,
}

impl Page {
    pub(super) fn new(lang: Lang) -> Self {
        Self { text: String::new(), lang }
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    pub(super) fn comment(&mut self, words: &Words) {
        let line = format!("# {}", words.get(self.lang));
        self.line(&line);
    }

    /// `key = value   # comment`.
    pub(super) fn key(&mut self, key: &str, value: &str, comment: Words) {
        let line = format!("{:<32} # {}", format!("{key} = {value}"), comment.get(self.lang));
        self.line(&line);
    }
}
