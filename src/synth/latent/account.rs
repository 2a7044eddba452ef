//! Accounts: who they are, how they are bound, and in which months each could decide to leave.

use super::luck::Luck;
use super::world::{BEFORE, PLANS, World};

/// A month in which an account could decide to leave, and what would follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Review {
    /// Month of the decision; it knows what was true until the month before.
    pub(super) month: i32,
    /// Month of the formal notice.
    pub(super) notice: i32,
    /// Last active month.
    pub(super) end: i32,
    /// On a long term, where few months have to do for all decisions.
    pub(super) long: bool,
}

/// One account.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) index: usize,
    /// Month of the start, below 0 for those who were there before.
    pub(super) start: i32,
    pub(super) segment: usize,
    pub(super) plan: usize,
    pub(super) owner: usize,
    pub(super) special: bool,
    /// Month from which an account that did not buy for the special feature uses it all the same.
    pub(super) adopts: Option<i32>,
    pub(super) fit: f64,
    /// Standardised log of the price.
    pub(super) log_price: f64,
    pub(super) price: f64,
    /// Hit by the outage.
    pub(super) hit: bool,
    /// Months of the term; 1 = monthly.
    pub(super) term: i32,
    pub(super) notice_months: i32,
    pub(super) reviews: Vec<Review>,
}

impl Account {
    fn draw(world: &World, index: usize) -> Self {
        let luck = &mut Luck::of(world.seed, "account", index);
        let months = world.months;
        let start = if luck.chance(world.veterans) { luck.whole(-48, 0) } else { luck.whole(1, months - 4) };
        let shares: Vec<f64> = world.segments.iter().map(|(share, _)| *share).collect();
        let (segment, plan) = (luck.weighted(&shares), luck.weighted(&world.plans));
        let special = luck.chance(world.hidden.special.1);
        let adopts = luck.chance(0.25).then(|| start.max(0) + luck.whole(2, months));
        let log_price = luck.normal();
        let (share, long) = world.terms.long;
        let term = if luck.chance(share) { long } else { 1 };
        let notice_months = luck.choose(&world.terms.notice.iter().map(|&n| (n, 1.0)).collect::<Vec<_>>());
        // Nobody is bound by a notice that is longer than the term.
        let notice_months = if term > 1 { notice_months.min(term - 1) } else { notice_months };
        let mut account = Self {
            index,
            start,
            segment,
            plan,
            owner: luck.whole(0, world.owners.len() as i32 - 1) as usize,
            special,
            adopts: adopts.filter(|_| !special),
            fit: luck.normal(),
            log_price,
            price: (600.0 * (0.8 * log_price + 0.3 * segment as f64).exp()).round(),
            hit: luck.chance(0.4),
            term,
            notice_months,
            reviews: Vec::new(),
        };
        account.reviews = account.reviews(world);
        account
    }

    /// First month that is simulated.
    pub(super) fn first(&self) -> i32 {
        self.start.max(-BEFORE)
    }

    /// Name of its plan.
    pub(super) fn plan_name(&self) -> &'static str {
        PLANS[self.plan]
    }

    /// Months until the term ends that runs in this month; 0 = it can be left in this month.
    pub(super) fn renewal_in(&self, month: i32) -> i32 {
        self.term - 1 - (month - self.start).rem_euclid(self.term)
    }

    /// Months in which the account could decide, in order; those whose notice would precede the panel are left out.
    ///
    /// ```text
    /// monthly     notice = decision + covert,            end = notice + notice months
    /// long term   end = end of the term, notice = end - notice months,
    ///             decision in the `window` months up to notice - covert
    /// ```
    fn reviews(&self, world: &World) -> Vec<Review> {
        let luck = &mut Luck::of(world.seed, "reviews", self.index);
        let mut covert = || luck.weighted(&world.terms.covert) as i32;
        let first = self.first() + 1;
        let mut reviews = Vec::new();
        if self.term == 1 {
            for month in first..world.months {
                let notice = month + covert();
                reviews.push(Review { month, notice, end: notice + self.notice_months, long: false });
            }
        } else {
            let mut end = self.start + self.term - 1;
            while end < world.months + self.term {
                let notice = end - self.notice_months;
                let last = notice - covert();
                let months = (last - world.terms.window + 1).max(first)..=last;
                reviews.extend(months.map(|month| Review { month, notice, end, long: true }));
                end += self.term;
            }
        }
        // Secrecy may reach into the term before, where the matter was already thought about.
        let mut latest = i32::MIN;
        reviews.retain(|review| {
            let fresh = review.month > latest;
            latest = latest.max(review.month);
            fresh && review.notice >= self.start.max(0) && review.month < world.months
        });
        reviews
    }
}

/// All accounts.
pub(super) fn accounts(world: &World) -> Vec<Account> {
    (0..world.n_accounts).map(|index| Account::draw(world, index)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Family;
    use super::*;

    #[test]
    fn decisions_come_before_notices_and_notices_before_the_end_of_a_term() {
        for seed in 0..12 {
            let world = World::draw(Family::Medium, seed);
            for account in accounts(&world).iter().take(60) {
                for review in &account.reviews {
                    assert!(account.start < review.month && review.month <= review.notice);
                    assert_eq!(review.end, review.notice + account.notice_months);
                    assert!(account.term == 1 || account.renewal_in(review.end) == 0);
                    assert!(review.notice >= 0 && review.month < world.months);
                }
                assert!(account.reviews.windows(2).all(|pair| pair[0].month < pair[1].month));
            }
        }
    }
}
