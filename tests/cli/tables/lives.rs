//! Accounts and contracts that contradict themselves, and who left when.

use super::Tables;

const TWO: &str = "id,signup\na,2025-12-01\nb,2025-12-01\n";

fn study(accounts: &str, contracts: &str) -> Tables {
    Tables::new()
        .file("accounts.csv", accounts)
        .file("contracts.csv", contracts)
        .events("id,at\na,2026-01-05\n")
        .total()
}

/// Rows of one account: the period and whether it left in it.
fn life(study: &Tables, account: &str) -> Vec<String> {
    let rows = study.cells("outcome");
    rows.iter().filter_map(|row| Some(row.strip_prefix(account)?.strip_prefix(' ')?.to_owned())).collect()
}

const STAYS: [&str; 3] = ["2026-01-31 0", "2026-02-28 0", "2026-03-31 0"];

#[test]
fn the_first_row_of_a_repeated_account_counts() {
    let contracts = "id,start,end\na,2026-02-10,\nb,2025-12-01,2026-02-10\n";
    for second in ["a,2026-02-10", "a,2025-12-01"] {
        let study = study(&format!("id,signup\na,2026-02-10\nb,2025-12-01\n{second}\n"), contracts);
        assert_eq!(life(&study, "a"), STAYS[1..]);
        assert_eq!(life(&study, "b"), ["2026-01-31 0", "2026-02-28 1"]);
        study.says(&[
            "  accounts: accounts that the table already has: 1\n",
            "warning: `accounts`: accounts that the table already has: 1 of 3 rows (33 %)\n  where: accounts.csv line 4\n",
        ]);
    }
}

#[test]
fn an_account_leaves_with_the_last_of_its_overlapping_contracts() {
    let contracts = "id,start,end\na,2025-12-01,2026-01-15\na,2026-01-10,2026-02-20\na,2025-12-15,2026-02-01\n\
                     b,2025-12-01,2026-01-31\nb,2026-01-01,\n";
    let study = study(TWO, contracts);
    assert_eq!(life(&study, "a"), ["2026-01-31 0", "2026-02-28 1"]);
    assert_eq!(life(&study, "b"), STAYS);
}

#[test]
fn a_contract_that_ends_before_it_starts_is_left_out() {
    let study = study(TWO, "id,start,end\na,2025-12-01,\nb,2025-12-01,2026-03-10\nb,2026-03-05,2026-02-01\n");
    assert_eq!(life(&study, "b"), ["2026-01-31 0", "2026-02-28 0", "2026-03-31 1"]);
    study.says(&[
        "unsafe: `contracts`: contracts that end before they start: 1 of 3 rows (33 %)\n  where: contracts.csv line 4\n",
    ]);
}

#[test]
fn the_end_of_a_contract_is_its_last_day() {
    let study = study(TWO, "id,start,end\na,2025-12-01,2026-01-31\nb,2025-12-01,2026-02-01\n");
    assert_eq!(life(&study, "a"), ["2026-01-31 1"]);
    assert_eq!(life(&study, "b"), ["2026-01-31 0", "2026-02-28 1"]);
}

#[test]
fn a_notice_counts_unless_a_renewal_follows() {
    let contracts = "id,start,end,notice\na,2025-12-01,2026-02-28,2026-01-20\na,2026-03-01,,\n\
                     b,2025-12-01,2026-03-31,2026-01-20\n";
    let study = study(TWO, contracts).notice();
    assert_eq!(
        study.cells("outcome notice"),
        ["a 2026-01-31 0 1", "a 2026-02-28 0 1", "a 2026-03-31 0 0", "b 2026-01-31 1 1",]
    );
}

#[test]
fn a_return_within_the_tolerance_is_no_departure_and_a_later_one_no_second_life() {
    // 31 and 32 days after 20 January.
    let contracts = "id,start,end\na,2025-12-01,2026-01-20\na,2026-02-20,\nb,2025-12-01,2026-01-20\nb,2026-02-21,\n";
    let study = study(TWO, contracts);
    assert_eq!(life(&study, "a"), STAYS);
    assert_eq!(life(&study, "b"), ["2026-01-31 1"]);
    study.says(&[
        "notice: 1 accounts came back after they had left; their later 1 contracts start no second spell\n  where: contracts.csv\n",
    ]);
    let patient = study.key("renewal_tolerance = \"32d\"");
    assert_eq!(life(&patient, "b"), STAYS);
}

#[test]
fn the_same_contract_twice_changes_nothing() {
    let study =
        study(TWO, "id,start,end\na,2025-12-01,\na,2025-12-01,\nb,2025-12-01,2026-02-28\nb,2025-12-01,2026-02-28\n");
    assert_eq!(life(&study, "a"), STAYS);
    assert_eq!(life(&study, "b"), ["2026-01-31 0", "2026-02-28 1"]);
}

#[test]
fn the_same_date_written_two_ways_is_no_contradiction() {
    let accounts = "id,signup,until,fee\na,2025-12-01,2026/02/10,100\nb,2025-12-01,2026/02/20,90\n";
    let contracts = "id,start,end,until,fee\na,2025-12-01,,2026-02-10,100.0\nb,2025-12-01,,2026-02-20,80\n";
    let study = study(accounts, contracts);
    let told = study.told();
    assert!(!told.contains("`until`"), "{told}");
    assert!(told.contains("`fee` of the account and of the contract differ in 1 of 2 contracts"), "{told}");
}

#[test]
fn who_gave_notice_of_a_contract_that_still_runs_contradicts_nobody() {
    let accounts = "id,signup,churn_date\na,2025-12-01,2026-03-10\nb,2025-12-01,\n";
    let contracts = "id,start,end,notice\na,2025-12-01,2026-05-31,2026-03-10\nb,2025-12-01,,\n";
    let told = study(accounts, contracts).notice().told();
    assert!(!told.contains("open contract"), "{told}");
    let kept = "id,start,end,notice\na,2025-12-01,2026-05-31,\nb,2025-12-01,,\n";
    let told = study(accounts, kept).notice().told();
    assert!(
        told.contains("of 1 accounts that left according to `accounts.churn_date`, 1 still hold an open contract"),
        "{told}"
    );
}
