//! Companies of agents: the program reads their tables as they were meant, and their truth is what was planted.

#[cfg(test)]
mod agents {
    use std::path::Path;

    use fuellamp::agents::{Company, Family, company};
    use fuellamp::ingest::{Log, ReadOptions, read_table};
    use fuellamp::notice::Severity;
    use fuellamp::panel::RawTables;
    use fuellamp::pipeline::{Data, Opened, open};
    use fuellamp::study::{Source, parse_study};
    use fuellamp::words::Lang;

    /// Writes a company into a folder and opens it as the program does.
    fn opened(company: &Company, folder: &Path) -> Opened {
        for (name, bytes) in company.files(Lang::En) {
            std::fs::write(folder.join(name), bytes).unwrap();
        }
        let text = std::fs::read_to_string(folder.join("study.toml")).unwrap();
        let study = parse_study(&text, "study.toml").unwrap_or_else(|problems| panic!("{problems:?}")).value;
        let Source::Tables(tables) = &study.source else { panic!("no tables") };
        let start = tables.accounts.start.as_deref();
        let text: Vec<&str> = [Some(tables.accounts.account.as_str()), start].into_iter().flatten().collect();
        let accounts = read_table(
            &folder.join(&tables.accounts.path),
            &ReadOptions { text_columns: &text, ..ReadOptions::default() },
        )
        .unwrap();
        let contracts = &tables.contracts;
        let mut text: Vec<&str> = vec![&contracts.account, &contracts.start];
        text.extend(contracts.end.as_deref());
        text.extend(contracts.notice.as_deref());
        let contracts =
            read_table(&folder.join(&contracts.path), &ReadOptions { text_columns: &text, ..ReadOptions::default() })
                .unwrap();
        let logs = tables.events.iter().map(|events| Log::open(&folder.join(&events.path)).unwrap()).collect();
        open(&study, Data::Raw(Box::new(RawTables { accounts, contracts, logs })), &|_, _| ()).unwrap()
    }

    #[test]
    fn decisions_and_rows_in_the_tables_are_those_that_were_simulated() {
        for (family, seed) in [
            (Family::Easy, 1),
            (Family::Easy, 6),
            (Family::Medium, 2),
            (Family::Medium, 4),
            (Family::Hard, 3),
            (Family::Hard, 6),
            (Family::Adversarial, 1),
            (Family::Untraced, 1),
            (Family::Noise, 3),
        ] {
            let company = company(family, seed);
            let folder = tempfile::tempdir().unwrap();
            let opened = opened(&company, folder.path());
            let events = opened.panel.event().iter().filter(|&&event| event).count();
            assert_eq!(
                (opened.panel.n_rows(), events),
                (company.truth.rows, company.truth.events),
                "{} {seed}",
                family.name()
            );
            let contradicted = opened.notices.iter().filter(|notice| notice.severity == Severity::Unsafe).count();
            assert_eq!(contradicted, 0, "{} {seed}: {:?}", family.name(), opened.notices);
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
        for family in Family::ALL {
            let bytes = |seed| company(family, seed).files(Lang::Ja);
            let first = bytes(11);
            assert!(first == bytes(11), "{}", family.name());
            assert!(first != bytes(12), "{}", family.name());
        }
    }

    #[test]
    fn contacts_are_recorded_late_and_some_never() {
        let late = (1..8).map(|seed| {
            let files = company(Family::Hard, seed).files(Lang::En);
            let contacts =
                files.iter().find(|(name, _)| ["contacts.csv", "touchpoints.csv", "接触.csv"].contains(&name.as_str()));
            let Some((_, bytes)) = contacts else { return (0, 0, 0) };
            let mut reader = csv::Reader::from_reader(bytes.as_slice());
            let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            let later = rows.iter().filter(|row| !row[3].is_empty() && row[3] > row[2]).count();
            assert!(rows.iter().all(|row| row[3].is_empty() || row[3] >= row[2]), "recorded before it happened");
            (rows.len(), later, rows.iter().filter(|row| row[3].is_empty()).count())
        });
        let total = late.fold((0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2));
        assert!(total.1 * 20 > total.0 && total.1 * 2 < total.0, "{total:?}");
        assert!(total.2 > 0, "{total:?}");
    }

    #[test]
    fn levers_of_easy_companies_have_their_sign_and_traps_have_no_effect() {
        for seed in 1..9 {
            let company = company(Family::Easy, seed);
            for kpi in &company.truth.kpis {
                let (total, what) = (kpi.do_effect.total, format!("{seed}: {} {}", kpi.mechanism, kpi.name));
                match kpi.mechanism.as_str() {
                    "T11" | "T16" => assert!(total > 0.1, "{what} {total}"),
                    "T3" => {
                        assert!(kpi.do_effect.flat.unwrap() < -0.1, "{what}");
                        assert!(kpi.do_effect.metered.unwrap() > 0.1, "{what}");
                    }
                    "T13" | "T13g" => {
                        let (early, late) = (kpi.do_effect.early.unwrap(), kpi.do_effect.late.unwrap());
                        assert!(early < -0.1 && late.abs() < 0.15, "{what} {early} {late}");
                    }
                    _ if kpi.trap => assert!(total.abs() < 0.05, "{what} {total}"),
                    _ => assert!(total < -0.1, "{what} {total}"),
                }
            }
        }
    }

    #[test]
    fn families_have_their_number_of_decisions_on_average() {
        let limits = [
            (Family::Easy, 450.0, 720.0),
            (Family::Medium, 180.0, 310.0),
            (Family::Hard, 60.0, 100.0),
            (Family::Adversarial, 180.0, 310.0),
            (Family::Untraced, 180.0, 310.0),
            (Family::Noise, 170.0, 310.0),
        ];
        for (family, low, high) in limits {
            let events: Vec<usize> = (20..26).map(|seed| company(family, seed).truth.events).collect();
            let mean = events.iter().sum::<usize>() as f64 / events.len() as f64;
            assert!(low < mean && mean < high, "{}: {events:?}", family.name());
        }
    }

    #[test]
    fn noise_has_nothing_but_noise() {
        let company = company(Family::Noise, 5);
        assert!(company.truth.kpis.iter().all(|kpi| kpi.mechanism == "T7" && kpi.do_effect.total.abs() <= 0.0));
    }
}
