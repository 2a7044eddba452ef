//! A column name taken apart, and how well it fits a pattern.

use super::words_of_columns::{CUSTOMERS, ID_ENDINGS, PERSONS};

/// A column name taken apart: `MonthlyCharges`, `monthly_charges` and `Monthly Charges` become the same.
pub(super) struct NameWords {
    tokens: Vec<String>,
    joined: String,
}

impl NameWords {
    pub(super) fn of(name: &str) -> Self {
        let chars: Vec<char> = name.chars().map(half_width).collect();
        let mut tokens = Vec::new();
        let mut token = String::new();
        for (at, &c) in chars.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|i| chars.get(i)).copied().unwrap_or(' ');
            let after = chars.get(at + 1).copied().unwrap_or(' ');
            let hump = c.is_uppercase() && (before.is_lowercase() || (before.is_uppercase() && after.is_lowercase()));
            if !c.is_alphanumeric() || hump || (c.is_ascii() != before.is_ascii()) {
                tokens.push(std::mem::take(&mut token));
            }
            if c.is_alphanumeric() || (!c.is_ascii() && !c.is_whitespace() && !c.is_control()) {
                token.extend(c.to_lowercase());
            }
        }
        tokens.push(token);
        tokens.retain(|token| !token.is_empty());
        Self { joined: tokens.concat(), tokens }
    }

    /// How well the name fits the best of some patterns; 0 = not at all.
    pub(super) fn fit(&self, patterns: &[&str]) -> u32 {
        patterns.iter().map(|pattern| self.fit_one(pattern)).max().unwrap_or(0)
    }

    fn fit_one(&self, pattern: &str) -> u32 {
        if let Some(whole) = pattern.strip_prefix('=') {
            return if self.joined == whole { 3 } else { 0 };
        }
        if let Some(part) = pattern.strip_prefix('*') {
            return u32::from(self.joined.contains(part));
        }
        let wanted: Vec<&str> = pattern.split(' ').collect();
        let found = self.tokens.windows(wanted.len()).any(|tokens| tokens.iter().zip(&wanted).all(|(a, b)| a == b));
        if found { 2 } else { 0 }
    }

    /// How likely it names who the row is about; 0 = not at all.
    pub(super) fn names_account(&self) -> u32 {
        let subject = self.joined.strip_suffix_any(ID_ENDINGS);
        match subject {
            Some(subject) if CUSTOMERS.contains(&subject) => 6,
            Some(subject) if PERSONS.contains(&subject) => 5,
            Some("" | "row" | "record" | "u" | "g" | "uu") => 4,
            // Japanese writes the ending without a blank before it.
            Some(subject) if !subject.is_ascii() => 3,
            Some(_) if self.tokens.last().is_some_and(|last| ID_ENDINGS.contains(&last.as_str())) => 3,
            _ if CUSTOMERS.contains(&self.joined.as_str()) => 2,
            _ if PERSONS.contains(&self.joined.as_str()) => 1,
            _ => 0,
        }
    }

    /// Whether it ends as identifiers of anything do: `GSID`, `ref_no`.
    pub(super) fn is_id(&self) -> bool {
        self.joined.strip_suffix_any(ID_ENDINGS).is_some()
    }

    /// Whether it is a word for a customer, or ends with one: `account`, `顧客`, `SFDC Account`, `Associated Company ID`. That
    /// is as often the name of something else, so the values have to agree.
    pub(super) fn is_bare_customer(&self) -> bool {
        let is_customer = |word: &str| CUSTOMERS.contains(&word);
        // `Associated Company ID`, `Parent Account ID`: some customer, and not always the row's.
        let of_id = match &self.tokens[..] {
            [_, .., word, id] => is_customer(word) && ID_ENDINGS.contains(&id.as_str()),
            _ => false,
        };
        is_customer(&self.joined) || self.tokens.last().is_some_and(|last| is_customer(last)) || of_id
    }

    /// The words, in order.
    pub(super) fn tokens(&self) -> &[String] {
        &self.tokens
    }
}

trait StripAny {
    fn strip_suffix_any(&self, endings: &[&str]) -> Option<&str>;
}

impl StripAny for String {
    fn strip_suffix_any(&self, endings: &[&str]) -> Option<&str> {
        endings.iter().find_map(|ending| self.strip_suffix(ending))
    }
}

/// Full-width letters and digits as Japanese keyboards write them.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_however_they_are_written() {
        for name in ["MonthlyCharges", "monthly_charges", "Monthly  Charges", "ＭｏｎｔｈｌｙＣｈａｒｇｅｓ"]
        {
            assert_eq!(NameWords::of(name).tokens(), ["monthly", "charges"], "{name}");
        }
        assert_eq!(NameWords::of("MRRAmount").tokens(), ["mrr", "amount"]);
        assert_eq!(NameWords::of("顧客ID").tokens(), ["顧客", "id"]);
        assert!(NameWords::of("\u{0} -!").tokens().is_empty());
    }

    #[test]
    fn identifiers_are_known_by_their_name() {
        for name in ["customerID", "CLIENTNUM", "account_id", "顧客ID", "顧客番号", "会員コード", "顧客ＩＤ"]
        {
            assert_eq!(NameWords::of(name).names_account(), 6, "{name}");
        }
        assert_eq!(NameWords::of("EmployeeNumber").names_account(), 5);
        assert_eq!(NameWords::of("id").names_account(), 4);
        assert_eq!(NameWords::of("ticket_id").names_account(), 3);
        for name in ["account_length", "paid", "churn", "casino", "月額"] {
            assert_eq!(NameWords::of(name).names_account(), 0, "{name}");
        }
    }

    #[test]
    fn bare_words_for_customers_are_known_apart_from_identifiers() {
        for name in ["account", "Account", "客先 顧客", "client", "company", "顧客", "SFDC Account"] {
            assert!(NameWords::of(name).is_bare_customer() && NameWords::of(name).names_account() < 3, "{name}");
        }
        for name in ["Associated Company ID", "sfdc_account_id", "関連 顧客 ID"] {
            assert!(NameWords::of(name).is_bare_customer() && NameWords::of(name).names_account() == 3, "{name}");
        }
        for name in ["account_owner", "accounts_seen", "顧客満足度", "company size"] {
            assert!(!NameWords::of(name).is_bare_customer(), "{name}");
        }
    }

    #[test]
    fn words_count_more_than_parts() {
        assert_eq!(NameWords::of("Churn").fit(&["churn", "*churn"]), 2);
        assert_eq!(NameWords::of("ischurn").fit(&["churn", "*churn"]), 1);
        assert_eq!(NameWords::of("months_on_book").fit(&["on months"]), 0);
    }
}
