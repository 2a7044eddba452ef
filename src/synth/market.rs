//! The accounts: who buys, on which plan and contract, and when they can leave.

use super::rng::{chance, class, normal, stream, uniform};
use super::settings::{BURN_IN, CompanySettings};

/// Size class of the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Segment {
    Enterprise,
    Mid,
    Small,
}

impl Segment {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Mid => "mid",
            Self::Small => "small",
        }
    }

    /// Steps above the smallest customers, for volumes that grow with size.
    pub(crate) fn size(self) -> f64 {
        match self {
            Self::Enterprise => 2.0,
            Self::Mid => 1.0,
            Self::Small => 0.0,
        }
    }
}

/// How the customer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plan {
    Flat,
    Metered,
    Seat,
}

impl Plan {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Flat => "flat",
            Self::Metered => "metered",
            Self::Seat => "seat",
        }
    }
}

/// Months of a new contract in which nobody can leave, on any term.
pub(crate) const MINIMUM_STAY: usize = 3;
/// Months counted as onboarding.
pub(crate) const ONBOARDING: usize = 3;

/// The people who look after the accounts.
const MANAGERS: [&str; 8] = [
    "Sato Misaki",
    "Tanaka Ren",
    "Suzuki Aoi",
    "Takahashi Yuto",
    "Kobayashi Mei",
    "Emma Clarke",
    "Daniel Okafor",
    "Priya Nair",
];

/// What does not change about an account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) index: u64,
    pub(crate) segment: Segment,
    pub(crate) plan: Plan,
    pub(crate) annual: bool,
    /// First observed month, counted from the start of the burn-in.
    pub(crate) entry: usize,
    /// Months since the start in the first observed month.
    pub(crate) tenure_at_entry: usize,
    pub(crate) monthly_price: f64,
    pub(crate) manager: &'static str,
    /// Hidden quality of the manager, on the log-odds scale of leaving.
    pub(crate) manager_effect: f64,
    /// Bought for the special feature; recorded at the sale.
    pub(crate) purpose_special: bool,
    /// Hidden fit between product and customer, standard normal.
    pub(crate) fit: f64,
}

impl Account {
    pub(crate) fn id(&self) -> String {
        format!("A-{:05}", self.index + 1)
    }

    /// Months since the start, 0 in the first month.
    pub(crate) fn tenure(&self, month: usize) -> usize {
        (month + self.tenure_at_entry).saturating_sub(self.entry)
    }

    /// Months until the contract can be left, 0 when notice can be given in this month.
    ///
    /// Annual contracts can be left in the last month of each year, monthly ones at any time after the minimum stay.
    pub(crate) fn months_to_term_end(&self, month: usize) -> usize {
        let tenure = self.tenure(month);
        if self.annual { 11 - tenure % 12 } else { MINIMUM_STAY.saturating_sub(tenure) }
    }

    pub(crate) fn in_onboarding(&self, month: usize) -> bool {
        self.tenure(month) < ONBOARDING
    }
}

/// Draws one account.
pub(crate) fn account(settings: &CompanySettings, index: u64) -> Account {
    let mut rng = stream(settings.seed, "account", index);
    let segment = match class(&mut rng, &[0.2, 0.35, 0.45]) {
        0 => Segment::Enterprise,
        1 => Segment::Mid,
        _ => Segment::Small,
    };
    let plan = match class(&mut rng, &[0.45, 0.37, 0.18]) {
        0 => Plan::Flat,
        1 => Plan::Metered,
        _ => Plan::Seat,
    };
    let annual = chance(&mut rng, 0.34 + 0.13 * segment.size());
    let already_there = chance(&mut rng, 0.55);
    let position = uniform(&mut rng);
    // Truncation towards zero is meant: a position in [0, 1) becomes a month index.
    let place = |n: usize| (position * n as f64) as usize;
    let (entry, tenure_at_entry) =
        if already_there { (0, place(36)) } else { (place(settings.n_months.saturating_sub(4)), 0) };
    let price = (10.5 + 1.2 * segment.size() + 0.35 * normal(&mut rng)).exp();
    let manager_index = place_of(&mut rng);
    let purpose_special = chance(&mut rng, 0.3);
    let fit = 0.95 * normal(&mut rng) + if purpose_special { 0.3 } else { -0.13 };
    Account {
        index,
        segment,
        plan,
        annual,
        entry: entry + BURN_IN,
        tenure_at_entry,
        monthly_price: (price / 1000.0).round() * 1000.0,
        manager: MANAGERS.get(manager_index).copied().unwrap_or("Sato Misaki"),
        manager_effect: 0.12 * normal(&mut stream(settings.seed, "manager", manager_index as u64)),
        purpose_special,
        fit,
    }
}

fn place_of(rng: &mut rand_chacha::ChaCha8Rng) -> usize {
    (uniform(rng) * MANAGERS.len() as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contracts_can_be_left_when_their_term_says_so() {
        let settings = CompanySettings::default();
        let drawn = account(&settings, 5);
        let annual = Account { annual: true, entry: 2, tenure_at_entry: 0, ..drawn.clone() };
        assert_eq!([2, 12, 13, 14, 25].map(|m| annual.months_to_term_end(m)), [11, 1, 0, 11, 0]);
        let monthly = Account { annual: false, entry: 2, tenure_at_entry: 0, ..drawn };
        assert_eq!([2, 3, 4, 5, 6].map(|m| monthly.months_to_term_end(m)), [3, 2, 1, 0, 0]);
        assert_eq!(monthly.id(), "A-00006");
    }
}
