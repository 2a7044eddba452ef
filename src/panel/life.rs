//! From the contracts of an account to its life: when it began, when it left, and what came after.

/// A contract, days since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contract {
    /// First day.
    pub start: i32,
    /// Last active day; absent = open-ended.
    pub end: Option<i32>,
    /// Day of the recorded notice.
    pub notice: Option<i32>,
}

/// How contracts are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knowledge {
    /// Last day of knowledge: what ends or is given notice of later has not happened.
    pub to: i32,
    /// A contract that starts within so many days after an end renews it.
    pub renewal_tolerance: i32,
}

/// Why the account left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Departure {
    /// By a recorded notice; the contract may run on.
    Notice {
        /// Day of the notice.
        on: i32,
    },
    /// A contract ended and nothing followed; when the decision fell is not known.
    End {
        /// Last active day.
        on: i32,
    },
}

impl Departure {
    /// Day of the event.
    #[must_use]
    pub fn day(self) -> i32 {
        match self {
            Self::Notice { on } | Self::End { on } => on,
        }
    }
}

/// The first spell of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// First day as a customer.
    pub start: i32,
    /// How it left; absent = still a customer at the end of knowledge.
    pub departure: Option<Departure>,
    /// Contracts that begin after it had left: an account that comes back starts no second spell.
    pub returns: usize,
    /// It has no contract at all, and counts as a customer to the end of knowledge.
    pub without_contract: bool,
    /// Last day of the spell's contracts as far as is known; `i32::MAX` where one is open-ended.
    pub last_day: i32,
    /// The recorded end of the contract that ends last; absent where it was left open, or only a notice tells.
    pub end: Option<i32>,
}

/// The life of an account that began on `start` (absent = with its first contract); `None` where nothing says when it began.
///
/// A spell goes on as long as the next contract starts no later than `renewal_tolerance` days after the latest end so far:
/// contracts may overlap, and the account leaves with the last. Its event is the notice of the contract that ends last (the
/// latest, where several end on that day), else that end; a notice after the end says no more than the end. An end after
/// the end of knowledge is no event, a notice before it is one.
#[must_use]
pub fn life(start: Option<i32>, contracts: &[Contract], knowledge: Knowledge) -> Option<Life> {
    let mut sorted = contracts.to_vec();
    sorted.sort_unstable_by_key(|contract| (contract.start, last_day(contract), contract.notice));
    let Some(first) = sorted.first() else {
        let alone =
            |start| Life { start, departure: None, returns: 0, without_contract: true, last_day: i32::MAX, end: None };
        return start.map(alone);
    };
    let start = start.unwrap_or(first.start);
    let mut end = last_day(first);
    let mut in_spell = 1;
    for contract in &sorted[1..] {
        if i64::from(contract.start) > i64::from(end) + i64::from(knowledge.renewal_tolerance) {
            break;
        }
        end = end.max(last_day(contract));
        in_spell += 1;
    }
    let (spell, later) = sorted.split_at(in_spell);
    let leaving = || spell.iter().filter(|contract| last_day(contract) == end);
    let given = leaving().filter_map(|contract| contract.notice).max();
    let departure = match given {
        Some(on) if on <= knowledge.to && on <= end => Some(Departure::Notice { on }),
        _ => (end <= knowledge.to).then_some(Departure::End { on: end }),
    };
    Some(Life {
        start,
        departure,
        returns: if departure.is_some() { later.len() } else { 0 },
        without_contract: false,
        last_day: end,
        end: leaving().filter_map(|contract| contract.end).max(),
    })
}

/// Last day of a contract. One that was given notice of and has no end is over with the notice, as far as is known.
fn last_day(contract: &Contract) -> i32 {
    contract.end.or(contract.notice).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWLEDGE: Knowledge = Knowledge { to: 1000, renewal_tolerance: 31 };

    fn contract(start: i32, end: Option<i32>, notice: Option<i32>) -> Contract {
        Contract { start, end, notice }
    }

    fn departure(contracts: &[Contract]) -> Option<Departure> {
        life(None, contracts, KNOWLEDGE).unwrap().departure
    }

    #[test]
    fn an_end_is_an_event_unless_a_contract_starts_within_the_tolerance() {
        let first = contract(0, Some(100), None);
        assert_eq!(departure(&[first]), Some(Departure::End { on: 100 }));
        assert_eq!(departure(&[first, contract(131, None, None)]), None);
        let back = life(None, &[contract(132, None, None), first], KNOWLEDGE).unwrap();
        assert_eq!((back.departure, back.returns, back.start), (Some(Departure::End { on: 100 }), 1, 0));
    }

    #[test]
    fn a_notice_is_the_event_and_a_notice_followed_by_a_renewal_is_none() {
        let given = contract(0, Some(365), Some(300));
        assert_eq!(departure(&[given]), Some(Departure::Notice { on: 300 }));
        assert_eq!(departure(&[given, contract(366, None, None)]), None);
        // The contract runs on past the end of knowledge, the notice does not.
        assert_eq!(departure(&[contract(0, Some(1200), Some(990))]), Some(Departure::Notice { on: 990 }));
        assert_eq!(departure(&[contract(0, Some(1200), Some(1001))]), None);
        // Given notice of, without an end.
        assert_eq!(departure(&[contract(0, None, Some(50))]), Some(Departure::Notice { on: 50 }));
        // Recorded only after the end.
        assert_eq!(departure(&[contract(0, Some(100), Some(120))]), Some(Departure::End { on: 100 }));
    }

    #[test]
    fn of_several_contracts_at_once_the_account_leaves_with_the_last() {
        let long = contract(0, Some(500), None);
        assert_eq!(departure(&[long, contract(10, Some(200), Some(150))]), Some(Departure::End { on: 500 }));
        // Inside another one, then a gap that only the longer bridges.
        assert_eq!(departure(&[long, contract(10, Some(20), None), contract(520, None, None)]), None);
        let both = [contract(0, Some(90), Some(40)), contract(5, Some(90), Some(60))];
        assert_eq!(departure(&both), Some(Departure::Notice { on: 60 }));
    }

    #[test]
    fn ends_after_the_end_of_knowledge_and_accounts_without_contract_are_customers_still() {
        assert_eq!(departure(&[contract(0, Some(1001), None)]), None);
        assert_eq!(departure(&[contract(0, Some(1000), None)]), Some(Departure::End { on: 1000 }));
        let none = life(Some(7), &[], KNOWLEDGE).unwrap();
        assert_eq!((none.start, none.departure, none.without_contract), (7, None, true));
        assert_eq!(life(None, &[], KNOWLEDGE), None);
        assert_eq!(life(Some(-5), &[contract(3, None, None)], KNOWLEDGE).unwrap().start, -5);
        assert_eq!(departure(&[contract(i32::MIN, Some(i32::MAX), None), contract(i32::MAX, None, None)]), None);
    }
}
