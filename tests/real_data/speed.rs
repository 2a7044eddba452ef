//! How long the runs take, beside a fit of linfa-logistic in the same minute.

#[cfg(unix)]
mod unix {
    use std::process::Command;
    use std::time::Duration;

    use cpu_time::ThreadTime;
    use linfa::DatasetBase;
    use linfa::prelude::Fit;
    use linfa_logistic::LogisticRegression;
    use ndarray::{Array1, Array2};

    use crate::program::{STUDIES, data_is_here, study};

    /// Rows and columns of the table that the peer fits, and how often it does: 0.6 to 0.75 s.
    const PEER: (usize, usize, usize) = (30_000, 10, 4);

    /// Processor time of all threads of one run, which other work on the machine changes less than what the clock on the
    /// wall says.
    fn processor_time(arguments: &[&str]) -> Duration {
        let script = "\"$@\" >/dev/null 2>&1 || exit 3; times";
        let output = Command::new("sh")
            .args(["-c", script, "sh", env!("CARGO_BIN_EXE_fuellamp")])
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        // Two lines of user and system time: of the shell, and of what it ran.
        let printed = String::from_utf8(output.stdout).unwrap();
        printed.lines().nth(1).unwrap().split_whitespace().map(stamp).sum()
    }

    /// `1m2.5s`
    fn stamp(text: &str) -> Duration {
        let (minutes, rest) = text.split_once('m').unwrap();
        Duration::from_secs_f64(
            minutes.parse::<f64>().unwrap() * 60.0 + rest.trim_end_matches('s').parse::<f64>().unwrap(),
        )
    }

    /// Processor time that linfa-logistic takes for `PEER`: a table of the size of the largest study.
    fn peer() -> Duration {
        let (n, p, times) = PEER;
        // Fractional parts of multiples of the golden ratio: even, cheap, the same everywhere.
        let value = |i: usize, j: usize| (0.618_033_988_749_895 * (i * (2 * j + 1)) as f64).fract() - 0.5;
        let records = Array2::from_shape_fn((n, p), |(i, j)| value(i, j));
        let targets: Array1<usize> =
            (0..n).map(|i| usize::from(value(i, p) > 0.3 - 0.4 * value(i, 1) + 0.2 * value(i, 2))).collect();
        let table = DatasetBase::new(records, targets);
        let begin = ThreadTime::now();
        for _ in 0..times {
            LogisticRegression::default().alpha(1.0).max_iterations(200).gradient_tolerance(1e-6).fit(&table).unwrap();
        }
        begin.elapsed()
    }

    /// Processor time of one run in fits of the peer before and after it.
    fn fits_of_the_peer(name: &str) -> f64 {
        let folder = tempfile::tempdir().unwrap();
        let (path, out) = (study(name), folder.path());
        let before = peer();
        let run = processor_time(&["run", path.to_str().unwrap(), "--out", out.to_str().unwrap(), "--quiet"]);
        let fit = (before + peer()) / 2;
        let ratio = run.div_duration_f64(fit);
        note(name, ratio, run, fit);
        ratio
    }

    #[expect(clippy::print_stderr, reason = "the measured times are the result")]
    fn note(name: &str, ratio: f64, run: Duration, fit: Duration) {
        eprintln!(
            "{name}: {:.2} s, {ratio:.1} times the {:.2} s of linfa-logistic",
            run.as_secs_f64(),
            fit.as_secs_f64()
        );
    }

    #[test]
    fn every_run_is_as_fast_as_promised() {
        if !data_is_here() {
            return;
        }
        for (name, limit) in STUDIES {
            let mut ratio = fits_of_the_peer(name);
            if ratio >= limit {
                // The middle one of three: the ratio moves by a twentieth from run to run.
                let mut three = [ratio, fits_of_the_peer(name), fits_of_the_peer(name)];
                three.sort_by(f64::total_cmp);
                ratio = three[1];
            }
            assert!(ratio < limit, "{name} took {ratio:.1} times as long as linfa-logistic, more than {limit}");
        }
    }
}
