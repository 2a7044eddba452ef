//! The command line: one file per subcommand; files are read and written here, everything else is the pipeline's.

mod approve;
pub mod args;
mod beside;
mod check;
mod demo;
mod demo_folder;
mod diagnose;
mod fit;
mod help;
pub mod init;
mod inputs;
mod kept;
mod load;
mod lock;
mod output;
mod panel;
mod progress;
mod refused;
mod run;
mod score;
mod score_inputs;
mod score_remarks;
mod staged;
mod tables;
mod target;
mod verify;

pub use load::{examine_file, run_file, timed_examination};

use args::{Cli, Command};
pub use diagnose::{Diagnostic, Exit};
pub use help::parse;
pub use output::complain;
pub use target::TargetError;

/// Runs one command.
///
/// # Errors
/// A [`Diagnostic`] for what could not be done (exit code 2).
pub fn dispatch(cli: &Cli, today: chrono::NaiveDate) -> Result<Exit, Box<Diagnostic>> {
    match &cli.command {
        Command::Demo(args) => demo::demo(args, &cli.global, today),
        Command::Init(args) => init_command(args, &cli.global),
        Command::Check(args) => check::check(args, &cli.global),
        Command::Panel(args) => panel::panel(args, &cli.global),
        Command::Fit(args) => fit::fit(args, &cli.global),
        Command::Run(args) => run::run(args, &cli.global, today),
        Command::Approve(args) => approve::approve(args, &cli.global, today),
        Command::Score(args) => score::score(args, &cli.global, today),
        Command::Verify(args) => verify::verify(args, &cli.global, today),
    }
}

fn init_command(args: &args::InitArgs, global: &args::Global) -> Result<Exit, Box<Diagnostic>> {
    let lang = global.lang_or_english();
    let written = init::run(&args.tables, &args.out, lang, args.force)?;
    diagnose::print_notices(&written.notices, lang, global);
    for line in &written.summary {
        output::say(global, line.get(lang));
    }
    Ok(Exit::Done)
}
