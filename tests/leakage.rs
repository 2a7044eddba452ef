//! The law against leakage, over whole panels from raw tables: what is not known at an as-of date leaves the rows up to it
//! as they are, in every aggregate, missing policy and role.
//!
//! What may legitimately depend on later data, and is therefore not touched here, is by the contract's own definition: an
//! `end` counts as leaving only if no later contract renews it, so later contracts decide whether an earlier row is the
//! last. Dates of notices and of hints, attributes of contracts that have not begun, records of events: all are touched.

#[cfg(test)]
mod leakage {
    use std::collections::BTreeMap;
    use std::fmt::Write as _;
    use std::path::Path;

    use chrono::{Days, NaiveDate};
    use fuellamp::ingest::{Log, ReadOptions, read_table};
    use fuellamp::panel::{RawTables, period_ends};
    use fuellamp::pipeline::{Data, open};
    use fuellamp::study::{Source, Study, parse_study};
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    const AGGREGATES: [&str; 11] =
        ["count", "sum", "mean", "min", "max", "last", "distinct", "distinct_days", "days_since", "trend", "change"];
    const WINDOWS: [&str; 6] = ["30d", "1mo", "90d", "1q", "6w", "1y"];
    const PERIODS: [&str; 3] = ["1mo", "1w", "1q"];
    const ACCOUNTS: usize = 12;

    fn day(n: i64) -> NaiveDate {
        let first = NaiveDate::from_ymd_opt(2023, 6, 1).unwrap();
        if n < 0 { first - Days::new(n.unsigned_abs()) } else { first + Days::new(n.unsigned_abs()) }
    }

    /// A contract: days from the first day of 2023-06.
    #[derive(Debug, Clone)]
    struct Contract {
        account: usize,
        start: i64,
        end: Option<i64>,
        notice: Option<i64>,
        price: u32,
        term: &'static str,
    }

    /// A record of a log: when it happened and when it was recorded.
    #[derive(Debug, Clone)]
    struct Event {
        account: usize,
        at: i64,
        recorded: i64,
        role: &'static str,
        minutes: Option<u32>,
    }

    #[derive(Debug, Clone)]
    struct Company {
        period: usize,
        starts: Vec<i64>,
        risks: Vec<Option<i64>>,
        contracts: Vec<Contract>,
        contacts: Vec<Event>,
        uses: Vec<Event>,
    }

    fn event(late: bool) -> impl Strategy<Value = Event> {
        let role = prop::sample::select(vec!["dm", "user", ""]);
        (0..ACCOUNTS, -60_i64..700, 0_i64..90, 0_u32..3, role, prop::option::weighted(0.85, 0_u32..40)).prop_map(
            move |(account, at, lag, is_late, role, minutes)| {
                let recorded = if late && is_late == 0 { at + lag } else { at };
                Event { account, at, recorded, role, minutes }
            },
        )
    }

    fn contract() -> impl Strategy<Value = Contract> {
        let term = prop::sample::select(vec!["annual", "monthly"]);
        let length = prop::option::weighted(0.6, prop::sample::select(vec![30_i64, 89, 200, 365]));
        (0..ACCOUNTS, -100_i64..400, length, prop::option::weighted(0.3, 5_i64..250), 1_u32..90, term).prop_map(
            |(account, start, length, notice, price, term)| Contract {
                account,
                start,
                end: length.map(|days| start + days),
                notice: notice.map(|days| start + days),
                price,
                term,
            },
        )
    }

    fn company() -> impl Strategy<Value = Company> {
        (
            0..PERIODS.len(),
            prop::collection::vec(-90_i64..250, ACCOUNTS),
            prop::collection::vec(prop::option::weighted(0.4, 0_i64..650), ACCOUNTS),
            prop::collection::vec(contract(), 6..24),
            prop::collection::vec(event(true), 0..160),
            prop::collection::vec(event(false), 0..160),
        )
            .prop_map(|(period, starts, risks, contracts, contacts, uses)| Company {
                period,
                starts,
                risks,
                contracts,
                contacts,
                uses,
            })
    }

    fn study_text(period: &str) -> String {
        let mut text = format!(
            "schema = 1\n[study]\nname = \"law\"\npurpose = \"law\"\n[kgi]\noutcome = \"left\"\n[tables]\nperiod = \"{period}\"\n\
             from = 2023-06-01\nto = 2025-02-28\n\
             accounts = {{ path = \"accounts.csv\", account = \"id\", start = \"start\" }}\n\
             contracts = {{ path = \"contracts.csv\", account = \"id\", start = \"start\", end = \"end\", notice = \"notice\" }}\n\
             [[tables.events]]\nname = \"contacts\"\npath = \"contacts*.csv\"\naccount = \"id\"\nat = \"at\"\nrecorded_at = \"recorded\"\n\
             keep_duplicates = true\n\
             [[tables.events]]\nname = \"uses\"\npath = \"uses*.csv\"\naccount = \"id\"\nat = \"at\"\nkeep_duplicates = true\n\
             [roles]\nprice = \"price\"\nterm = \"term\"\ndisclosed_risk = \"risk\"\nreasons = [\"first\"]\nphase = \"contacts.role\"\n\
             incumbent = \"grade\"\n"
        );
        let policies = ["", "missing = \"unknown\"\n", "missing = { carry = 3 }\n", "missing = \"zero\"\n"];
        for (n, agg) in AGGREGATES.iter().enumerate() {
            for (log, column) in [("contacts", "minutes"), ("uses", "minutes")] {
                let at = 2 * n + usize::from(log == "uses");
                let value = match *agg {
                    "count" | "distinct_days" | "days_since" => String::new(),
                    "change" if log == "uses" => String::new(),
                    _ => format!("value = \"{column}\"\n"),
                };
                let window = if *agg == "last" && log == "uses" {
                    String::new()
                } else {
                    format!("window = \"{}\"\n", WINDOWS[at % 6])
                };
                let policy = policies[at % 4];
                let policy = if *agg == "days_since" && policy.contains("zero") { "" } else { policy };
                let filter = if log == "contacts" && n % 3 == 0 { "where = { role = \"dm\" }\n" } else { "" };
                write!(
                    text,
                    "[[kpi]]\nname = \"{agg}_{log}\"\nkind = \"behaviour\"\nhoped = \"more\"\nreason = \"law\"\nfrom = \"{log}\"\n\
                     agg = \"{agg}\"\n{value}{window}{policy}{filter}"
                )
                .unwrap();
            }
        }
        text
    }

    fn write_log(folder: &Path, name: &str, events: &[Event], recorded: bool) {
        let mut text =
            if recorded { "id,at,recorded,role,minutes,first\n" } else { "id,at,role,minutes,grade\n" }.to_owned();
        for e in events {
            let minutes = e.minutes.map(|m| m.to_string()).unwrap_or_default();
            let (id, at) = (e.account, day(e.at));
            if recorded {
                let first = u8::from(e.minutes.is_some_and(|m| m > 20));
                writeln!(text, "A{id:02},{at},{},{},{minutes},{first}", day(e.recorded), e.role).unwrap();
            } else {
                writeln!(text, "A{id:02},{at},{},{minutes},{}", e.role, e.at.rem_euclid(7)).unwrap();
            }
        }
        std::fs::write(folder.join(name), text).unwrap();
    }

    /// Writes the company and builds its panel: the text of each row by account and last day of the period.
    fn panel(company: &Company, split: bool) -> BTreeMap<(String, NaiveDate), String> {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let date = |n: Option<i64>| n.map(|n| day(n).to_string()).unwrap_or_default();
        let mut accounts = "id,start,risk\n".to_owned();
        for (n, start) in company.starts.iter().enumerate() {
            writeln!(accounts, "A{n:02},{},{}", day(*start), date(company.risks[n])).unwrap();
        }
        std::fs::write(folder.join("accounts.csv"), accounts).unwrap();
        let mut contracts = "id,start,end,notice,price,term\n".to_owned();
        for c in &company.contracts {
            let (id, start) = (c.account, day(c.start));
            writeln!(contracts, "A{id:02},{start},{},{},{},{}", date(c.end), date(c.notice), c.price, c.term).unwrap();
        }
        std::fs::write(folder.join("contracts.csv"), contracts).unwrap();
        if split {
            let (a, b) = company.contacts.split_at(company.contacts.len() / 3);
            write_log(folder, "contacts_1.csv", a, true);
            write_log(folder, "contacts_2.csv", b, true);
        } else {
            write_log(folder, "contacts.csv", &company.contacts, true);
        }
        write_log(folder, "uses.csv", &company.uses, false);
        let text = study_text(PERIODS[company.period]);
        let study = parse_study(&text, "study.toml").unwrap().value;
        let opened = open(&study, Data::Raw(Box::new(raw(folder, &study))), &|_, _| {}).unwrap();
        let mut csv = Vec::new();
        opened.panel.write_csv(&mut csv).unwrap();
        let text = String::from_utf8(csv).unwrap();
        let cells = |line: &str| line.split(',').take(2).map(str::to_owned).collect::<Vec<_>>();
        text.lines()
            .skip(1)
            .map(|line| ((cells(line)[0].clone(), cells(line)[1].parse().unwrap()), line.to_owned()))
            .collect()
    }

    fn raw(folder: &Path, study: &Study) -> RawTables {
        let Source::Tables(tables) = &study.source else { panic!("raw tables") };
        let table = |path: &str, text: &[&str]| {
            read_table(&folder.join(path), &ReadOptions { text_columns: text, ..ReadOptions::default() }).unwrap()
        };
        RawTables {
            accounts: table("accounts.csv", &["id", "start"]),
            contracts: table("contracts.csv", &["id", "start", "end", "notice"]),
            logs: tables.events.iter().map(|events| Log::open(&folder.join(&events.path)).unwrap()).collect(),
        }
    }

    /// The company as somebody else could have seen it, had everything after `known` happened differently.
    fn other_future(company: &Company, other: &Company, known: i64) -> Company {
        let happened = |e: &Event| e.at.max(e.recorded) <= known;
        let events = |own: &[Event], theirs: &[Event]| -> Vec<Event> {
            own.iter().filter(|e| happened(e)).chain(theirs.iter().filter(|e| !happened(e))).cloned().collect()
        };
        let later = |own: Option<i64>, theirs: Option<i64>| match own {
            Some(day) if day <= known => Some(day),
            _ => theirs.filter(|day| *day > known),
        };
        let contracts = company.contracts.iter().zip(other.contracts.iter().cycle()).map(|(own, theirs)| {
            let mut own = own.clone();
            // A notice without an end closes the contract: whether one follows decides what a later contract renews.
            if own.end.is_some() {
                own.notice = later(own.notice, theirs.notice);
            }
            if own.start > known {
                (own.price, own.term) = (theirs.price, theirs.term);
            }
            own
        });
        Company {
            period: company.period,
            starts: company
                .starts
                .iter()
                .zip(&other.starts)
                .map(|(own, theirs)| if *own > known && *theirs > known { *theirs } else { *own })
                .collect(),
            risks: company.risks.iter().zip(&other.risks).map(|(own, theirs)| later(*own, *theirs)).collect(),
            contracts: contracts.collect(),
            contacts: events(&company.contacts, &other.contacts),
            uses: events(&company.uses, &other.uses),
        }
    }

    fn rules() -> ProptestConfig {
        ProptestConfig {
            cases: 60,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(20_261_125),
            ..ProptestConfig::default()
        }
    }

    proptest! {
        #![proptest_config(rules())]

        #[test]
        fn what_is_not_known_at_an_as_of_date_leaves_its_row_as_it_is(own in company(), other in company(), place in 0.05..0.95_f64) {
            let (from, to) = (day(0), NaiveDate::from_ymd_opt(2025, 2, 28).unwrap());
            let source = parse_study(&study_text(PERIODS[own.period]), "study.toml").unwrap().value.source;
            let Source::Tables(tables) = source else { panic!("raw tables") };
            let ends = period_ends(tables.period, from, to);
            let as_of = ends[(place * ends.len() as f64) as usize];
            let known = (as_of - day(0)).num_days();
            let (first, second) = (panel(&own, false), panel(&other_future(&own, &other, known), false));
            let until = |rows: &BTreeMap<(String, NaiveDate), String>| -> BTreeMap<(String, NaiveDate), String> {
                rows.iter().filter(|((_, end), _)| *end <= as_of).map(|(key, row)| (key.clone(), row.clone())).collect()
            };
            let (first, second) = (until(&first), until(&second));
            prop_assert!(!first.is_empty() || second.is_empty());
            for (key, row) in &first {
                prop_assert_eq!(Some(row), second.get(key), "as of {}", as_of);
            }
            prop_assert_eq!(first.len(), second.len());
        }

        #[test]
        fn the_order_of_rows_the_files_of_a_log_and_strangers_make_no_difference(own in company(), turn in 1_usize..50) {
            let mut other = own.clone();
            // Of records at the same moment the last in the file counts, so these keep their order.
            let order = |e: &Event| (e.account * turn) % 7;
            other.contacts.sort_by_key(order);
            other.uses.sort_by_key(order);
            other.uses.extend(own.uses.iter().take(9).map(|e| Event { account: e.account + 50, ..e.clone() }));
            other.contracts.sort_by_key(|c| (c.account * turn) % 7);
            prop_assert_eq!(panel(&own, false), panel(&other, true));
        }
    }
}
