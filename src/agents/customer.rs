//! The customers: what each of them is like on the day it signs.

use super::calendar::Calendar;
use super::dice::Dice;
use super::world::{Billing, World};

/// Length of a contract's term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Term {
    Monthly,
    Quarterly,
    Annual,
}

impl Term {
    /// Months of the term.
    pub(super) fn months(self) -> i32 {
        match self {
            Self::Monthly => 1,
            Self::Quarterly => 3,
            Self::Annual => 12,
        }
    }

    /// A term that is reviewed less often gathers more doubts for each review, in log-odds.
    pub(super) fn per_review(self) -> f64 {
        match self {
            Self::Monthly => 0.0,
            Self::Quarterly => 0.9,
            Self::Annual => 1.9,
        }
    }
}

/// A customer.
#[derive(Debug, Clone)]
pub(super) struct Customer {
    pub(super) index: usize,
    pub(super) segment: usize,
    pub(super) billing: Billing,
    /// Log-odds that come with the plan.
    pub(super) plan_churn: f64,
    pub(super) term: Term,
    pub(super) notice_months: i32,
    /// First day as a customer; before day 0 for those who are older than the simulation.
    pub(super) start: i32,
    /// People with access.
    pub(super) users: usize,
    /// Price per month when it signed.
    pub(super) price: f64,
    /// Onboarding path, 0 to 2.
    pub(super) onboarding: usize,
    /// The manager in charge at first.
    pub(super) owner: usize,
    /// Bought for the special feature.
    pub(super) special: bool,
    /// Takes the special feature up on this day although it did not buy for it.
    pub(super) adopts: Option<i32>,
    /// Standard normal: how well the product fits.
    pub(super) fit: f64,
}

/// One moment at which the decision maker weighs staying against leaving, and what would follow from leaving.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Review {
    /// Day of the decision.
    pub(super) day: i32,
    /// Day on which notice would be given.
    pub(super) notice: i32,
    /// Last active day after that notice.
    pub(super) end: i32,
}

/// All customers that ever sign.
pub(super) fn customers(world: &World) -> Vec<Customer> {
    let dice = &mut Dice::of(world.seed, "shares", 0);
    let (old_share, price_spread) = (dice.between(0.5, 0.75), dice.between(0.4, 0.9));
    (0..world.n_accounts).map(|index| customer(world, index, old_share, price_spread)).collect()
}

fn customer(world: &World, index: usize, old_share: f64, price_spread: f64) -> Customer {
    let dice = &mut Dice::of(world.seed, "customer", index);
    let calendar = &world.calendar;
    let start = if dice.chance(old_share) {
        -(dice.between(30.0, 1100.0) as i32)
    } else {
        dice.between(0.0, f64::from(calendar.to() - 75)) as i32
    };
    let segment = dice.weighted(&world.segments.iter().map(|segment| segment.share).collect::<Vec<_>>());
    let plan = dice.weighted(&world.plans.iter().map(|plan| plan.1).collect::<Vec<_>>());
    let (billing, _, plan_churn) = world.plans.get(plan).copied().unwrap_or((Billing::Flat, 1.0, 0.0));
    let users = (2.0 + 6.0 * (0.8 * dice.bell()).exp()).round() as usize;
    let term = [Term::Monthly, Term::Quarterly, Term::Annual][dice.weighted(&world.terms)];
    let months = dice.weighted(&world.notice_months.iter().map(|(_, share)| *share).collect::<Vec<_>>());
    let asked = world.notice_months.get(months).map_or(0, |(months, _)| *months);
    let special = dice.chance(world.purpose_share);
    let adopts = dice.chance(world.adopters) && !special;
    Customer {
        index,
        segment,
        billing,
        plan_churn,
        term,
        // No quarter begins after its own notice.
        notice_months: asked.min(if term == Term::Quarterly { 1 } else { 3 }),
        start,
        users,
        price: (40.0 * users as f64 * (price_spread * dice.bell()).exp()).round().max(50.0),
        onboarding: dice.weighted(&[0.5, 0.3, 0.2]),
        owner: dice.whole(0, world.owners.len() - 1),
        special,
        adopts: adopts.then(|| dice.between(0.0, f64::from(calendar.to())) as i32),
        fit: dice.bell(),
    }
}

impl Customer {
    /// Days on which a term ends, from the first one after day 0 to well past the end of knowledge.
    pub(super) fn term_ends(&self, calendar: &Calendar) -> Vec<i32> {
        let months = self.term.months();
        let end = |n: i32| calendar.add_months(self.start, n * months) - 1;
        (1..600).map(end).skip_while(|&end| end < 0).take_while(|&end| end < calendar.to() + 500).collect()
    }

    /// Every review of the decision maker, in order.
    ///
    /// Monthly contracts are reviewed once a month and left at the end of a month; fixed terms once a term, in time for a
    /// notice in the month in which it falls due. A decision is kept for the covert time before notice is given.
    pub(super) fn reviews(&self, world: &World) -> Vec<Review> {
        let dice = &mut Dice::of(world.seed, "reviews", self.index);
        let calendar = &world.calendar;
        let covert = |dice: &mut Dice| (30.4 * world.covert_months * dice.between(0.4, 1.6)).round() as i32;
        let mut reviews = Vec::new();
        if self.term == Term::Monthly {
            let (first, last) = (calendar.month_of(self.start.max(0)), calendar.month_of(calendar.to()));
            for month in first..=last {
                let length = f64::from(calendar.first_day(month + 1) - calendar.first_day(month));
                let day = calendar.first_day(month) + (dice.unit() * length) as i32;
                let notice = day + covert(dice);
                let end = calendar.last_day(calendar.month_of(notice) + self.notice_months);
                reviews.push(Review { day, notice, end });
            }
        } else {
            for end in self.term_ends(calendar) {
                let due = calendar.add_months(end, -self.notice_months);
                let month = calendar.month_of(due);
                // A few give notice well before it is due.
                let month = if dice.chance(0.08) { month - 1 } else { month };
                let (first, last) = (calendar.first_day(month), calendar.last_day(month).min(due));
                let notice = first + (dice.unit() * f64::from(last - first + 1)) as i32;
                reviews.push(Review { day: notice - covert(dice), notice, end });
            }
        }
        // The first weeks are too early for anybody, and who left before the panel begins is of no interest.
        let first = calendar.from();
        reviews.retain(|review| {
            review.day >= self.start.max(0) + 20 && review.notice <= review.end && review.end >= first
        });
        reviews
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::Family;

    #[test]
    fn reviews_are_in_order_and_end_with_the_term() {
        for seed in 0..6 {
            let world = World::draw(Family::Medium, seed);
            for customer in customers(&world).iter().take(60) {
                let reviews = customer.reviews(&world);
                assert!(reviews.windows(2).all(|pair| pair[0].notice <= pair[1].notice + 200));
                assert!(reviews.iter().all(|r| r.day <= r.notice && r.notice <= r.end && r.day >= customer.start));
                if customer.term != Term::Monthly {
                    let ends = customer.term_ends(&world.calendar);
                    assert!(reviews.iter().all(|r| ends.contains(&r.end)));
                }
            }
        }
    }
}
