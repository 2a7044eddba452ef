//! The `fuellamp` program: parse, dispatch, print the diagnostic, choose the exit code.

use std::process::ExitCode;

use fuellamp::cli::{Exit, complain, dispatch, parse};

fn main() -> ExitCode {
    // Errors are values here; what a library panics with is caught below and must not clutter the diagnostic.
    std::panic::set_hook(Box::new(|_| {}));
    let cli = parse(&std::env::args_os().collect::<Vec<_>>());
    // A task that waits for its parts takes on another one: with hundreds of KPIs such towers grow tall.
    const STACK: usize = 64 << 20;
    // No number means one thread per processor. A second pool cannot be built in this process, so there is no error to report.
    let threads = cli.global.threads.map_or(0, usize::from);
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build_global();
    let today = chrono::DateTime::from_timestamp(unix_seconds(), 0).unwrap_or_default().date_naive();
    match std::panic::catch_unwind(|| dispatch(&cli, today)) {
        Ok(Ok(Exit::Done)) => ExitCode::SUCCESS,
        Ok(Ok(Exit::Failed)) => ExitCode::from(1),
        Ok(Err(diagnostic)) => fail(&diagnostic.text(&cli.global)),
        Err(_) => fail(
            "error: an internal error stopped the program; nothing was written\n  help:  please report it with the command and the study file",
        ),
    }
}

fn fail(text: &str) -> ExitCode {
    complain(text);
    ExitCode::from(2)
}

#[expect(clippy::disallowed_methods, reason = "today's date enters here, as an argument")]
fn unix_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
