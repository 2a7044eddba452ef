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

    fn phases(study: &Study) -> LampPhaseRecord {
        let found: ModelArtifact = run_file(&study.file, Some(0.05)).unwrap();
        found.lamp.unwrap().phases.unwrap()
    }

    #[test]
    fn phases_that_carry_the_same_risk_share_a_limit_and_it_is_said() {
        let found = phases(&study(false));
        assert!(!found.differs && found.p.unwrap() > 0.01, "{found:?}");
        assert_eq!(found.df, Some(1));
        assert!(found.why.en.starts_with("one limit for all phases"), "{}", found.why.en);
        assert!(found.phases.windows(2).all(|pair| (pair[0].red - pair[1].red).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn a_phase_that_became_safer_lights_later() {
        let found = phases(&study(true));
        assert!(found.differs && found.p.unwrap() < 0.01, "{found:?}");
        assert!(found.why.en.starts_with("each phase has its own limit"), "{}", found.why.en);
        let limit = |name: &str| found.phases.iter().find(|phase| phase.phase == name).unwrap().red;
        assert!(limit("p1") > 1.2 * limit("p0"), "{found:?}");
    }
}
