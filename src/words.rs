//! Words a user reads: always in Japanese and English, chosen when they are shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Language of everything a user reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// `en` or `ja`, as written in a study file and in the `lang` attribute of a page.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Ja => "ja",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One sentence or label in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// English text.
    pub en: String,
    /// Japanese text.
    pub ja: String,
}

impl Words {
    /// The same text in both languages: names, identifiers, numbers.
    #[must_use]
    pub fn same(text: impl Into<String>) -> Self {
        let en = text.into();
        Self { ja: en.clone(), en }
    }

    /// This text with another after it.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        self.en += &more.en;
        self.ja += &more.ja;
        self
    }

    /// The text in the language asked for.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Ja => &self.ja,
        }
    }
}

/// A count with its English noun.
///
/// ```
/// use fuellamp::words::counted;
/// assert_eq!((counted(1, "row"), counted(2, "row")), ("1 row".to_owned(), "2 rows".to_owned()));
/// ```
#[must_use]
pub fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// Builds [`Words`] from two format strings that capture the same variables.
///
/// ```
/// use fuellamp::words;
/// let n = 3;
/// let w = words!(en: "{n} rows", ja: "{n}行");
/// assert_eq!((w.en.as_str(), w.ja.as_str()), ("3 rows", "3行"));
/// ```
#[macro_export]
macro_rules! words {
    (en: $en:literal, ja: $ja:literal $(,)?) => {
        $crate::words::Words { en: format!($en), ja: format!($ja) }
    };
    (en: $en:literal, ja: $ja:literal, $($args:tt)+) => {
        $crate::words::Words { en: format!($en, $($args)+), ja: format!($ja, $($args)+) }
    };
}
