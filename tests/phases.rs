//! Limits of the lamp by lifecycle phase, on whole studies: shared and said so where the phases do not differ, of their own
//! where they do.

#[cfg(test)]
mod phases {
    use std::collections::BTreeMap;
    use std::path::PathBuf;

    use fuellamp::artifact::{LampPhaseRecord, ModelArtifact};
    use fuellamp::cli::run_file;
    use fuellamp::synth::recorded;

    /// Seed of a company of 7,600 rows.
    const SEED: u64 = 133;
    /// KPIs that the studies name.
    const KPIS: usize = 4;

    struct Study {
        _folder: tempfile::TempDir,
        file: PathBuf,
    }

    /// A company whose plan is its phase. `lost`: four in five of the leavers of `p1` in the second half of the calendar are
    /// lost from sight before they leave.
    fn study(lost: bool) -> Study {
        let files: BTreeMap<String, Vec<u8>> = recorded(SEED).files().into_iter().collect();
        let text = |name: &str| String::from_utf8(files[name].clone()).unwrap();
        let panel = text("panel.csv");
        let months: Vec<u32> =
            panel.lines().skip(1).map(|row| row.split(',').nth(1).unwrap().parse().unwrap()).collect();
        let middle = months.iter().max().unwrap() / 2;
        let mut seen = 0;
        let rows = panel.lines().filter(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            let leaves = cells[2] == "1" && cells[4] == "p1" && cells[1].parse::<u32>().unwrap() > middle;
            seen += usize::from(leaves);
            !(lost && leaves && seen % 5 != 0)
        });
        let folder = tempfile::tempdir().unwrap();
        let rows: String = rows.map(|row| format!("{row}\n")).collect();
        std::fs::write(folder.path().join("panel.csv"), rows).unwrap();
        let written = text("study.toml").replace("billing = \"plan\"", "phase = \"plan\"");
        let first: Vec<&str> = written.split("[[kpi]]").take(KPIS + 1).collect();
        let file = folder.path().join("study.toml");
        std::fs::write(&file, first.join("[[kpi]]")).unwrap();
        Study { _folder: folder, file }
    }

    fn run(study: &Study) -> ModelArtifact {
        run_file(&study.file, Some(0.05)).unwrap()
    }

    fn phases(found: &ModelArtifact) -> LampPhaseRecord {
        found.lamp.clone().unwrap().phases.unwrap()
    }

    #[test]
    fn phases_that_carry_the_same_risk_share_a_limit_and_it_is_said() {
        let run = run(&study(false));
        assert_eq!(run.weights.phases, None, "nothing that a service would have to know");
        let found = phases(&run);
        assert!(!found.differs && found.p.unwrap() > 0.01, "{found:?}");
        assert_eq!(found.df, Some(1));
        assert!(found.why.en.starts_with("one limit for all phases"), "{}", found.why.en);
        assert!(found.phases.windows(2).all(|pair| (pair[0].red - pair[1].red).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn a_phase_that_became_safer_lights_later_and_turns_red_later() {
        let run = run(&study(true));
        let found = phases(&run);
        assert!(found.differs && found.p.unwrap() < 0.01, "{found:?}");
        assert!(found.why.en.starts_with("each phase has its own limit"), "{}", found.why.en);
        let limit = |name: &str| found.phases.iter().find(|phase| phase.phase == name).unwrap().red;
        assert!(limit("p1") > 1.2 * limit("p0"), "{found:?}");

        // The weights carry the same limits, and every band follows them.
        let own = run.weights.phases.as_ref().unwrap();
        assert_eq!(own.column, "plan");
        for phase in &own.limits {
            assert!((phase.at_least[0] - limit(&phase.phase)).abs() < 1e-12, "{own:?}");
        }
        let decided = run.weights.parity.iter().filter(|vector| vector.covers == "plan decides the band").count();
        assert!(decided >= 1, "a service that ignores phases fails its self-test");
        run.weights.verify().unwrap();
        let mut blind = run.weights.clone();
        blind.phases = None;
        assert!(blind.verify().is_err());
        let mut red = 0;
        for account in &run.score.accounts {
            let phase = account.inputs["plan"].as_str().unwrap();
            assert_eq!(account.band == "red", account.probability >= limit(phase), "{account:?}");
            red += usize::from(account.band == "red");
        }
        let most = run.lamp.unwrap().backtest.unwrap().capacity.unwrap();
        assert!(red as f64 <= most && red as f64 > 0.8 * most, "{red} of {most}");
    }
}
