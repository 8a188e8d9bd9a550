//! One module for each subcommand: its options (`Args`) and its `run`.

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::context::Context;
use crate::failure::Failure;

pub mod generate;
pub mod ps;

/// Runs what the command line asks for.
///
/// # Errors
/// Whatever the command could not do, with the exit status for it.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let context = Context::new(cli.common);
    match cli.command {
        None => Ok(ExitCode::SUCCESS),
        Some(Command::Ps(args)) => ps::run(&context, &args),
        Some(Command::Completions(args)) => generate::completions(&args),
        Some(Command::Man(args)) => generate::man(&args),
    }
}
