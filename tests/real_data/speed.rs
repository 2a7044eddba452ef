//! How long the runs take.

#[cfg(unix)]
mod unix {
    use std::process::Command;

    use crate::program::{STUDIES, data_is_here, study};

    /// Runs of which the quickest counts: the same program takes up to a quarter more processor time where its neighbours
    /// share caches and clock.
    const RUNS: usize = 3;

    /// Processor time of all threads, which other work on the machine changes less than what the clock on the wall says.
    fn processor_seconds(arguments: &[&str]) -> f64 {
        let script = "\"$@\" >/dev/null 2>&1 || exit 3; times";
        let output = Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_fuellamp")])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        // Two lines of user and system time: of the shell, and of what it ran.
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.lines().nth(1).unwrap().split_whitespace().map(seconds).sum()
    }

    /// `1m2.5s`
    fn seconds(stamp: &str) -> f64 {
        let (minutes, rest) = stamp.split_once('m').unwrap();
        minutes.parse::<f64>().unwrap() * 60.0 + rest.trim_end_matches('s').parse::<f64>().unwrap()
    }

    #[test]
    #[expect(clippy::print_stderr, reason = "the measured times are the result")]
    fn every_run_is_as_fast_as_promised() {
        if !data_is_here() {
            return;
        }
        for (name, limit) in STUDIES {
            let folder = tempfile::tempdir().unwrap();
            let out = folder.path().to_str().unwrap();
            let mut took = f64::INFINITY;
            for _ in 0..RUNS {
                took = took.min(processor_seconds(&["run", study(name).to_str().unwrap(), "--out", out, "--quiet"]));
                eprintln!("{name}: {took:.2} s of processor time");
                if took < limit {
                    break;
                }
            }
            assert!(took < limit, "{name} took {took:.2} s, more than {limit} s");
        }
    }
}
