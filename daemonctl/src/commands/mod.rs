//! One module for each subcommand: its options (`Args`) and its `run`.

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::context::Context;
use crate::failure::Failure;

pub mod calendar;
pub mod cat;
pub mod deps;
pub mod directives;
pub mod disable;
pub mod enable;
pub mod escape;
pub mod explain;
pub mod files;
pub mod generate;
pub mod kill;
pub mod maps;
pub mod mask;
pub mod overview;
pub mod plan;
pub mod ports;
pub mod preset;
pub mod ps;
pub mod signals;
pub mod timespan;
pub mod tree;
pub mod unmask;
pub mod verify;

/// Runs what the command line asks for.
///
/// # Errors
/// Whatever the command could not do, with the exit status for it.
pub fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let context = Context::new(cli.common);
    if cli.command.is_some() {
        cli.overview.must_be_absent()?;
    }
    match cli.command {
        None => overview::run(&context, &cli.overview),
        Some(Command::Ps(args)) => ps::run(&context, &args),
        Some(Command::Tree(args)) => tree::run(&context, &args),
        Some(Command::Explain(args)) => explain::run(&context, &args),
        Some(Command::Files(args)) => files::run(&context, &args),
        Some(Command::Ports(args)) => ports::run(&context, &args),
        Some(Command::Maps(args)) => maps::run(&context, &args),
        Some(Command::Signals(args)) => signals::run(&context, &args),
        Some(Command::Kill(args)) => kill::run(&context, &args),
        Some(Command::Verify(args)) => verify::run(&context, &args),
        Some(Command::Cat(args)) => cat::run(&context, &args),
        Some(Command::Deps(args)) => deps::run(&context, &args),
        Some(Command::Plan(args)) => plan::run(&context, &args),
        Some(Command::Enable(args)) => enable::run(&context, &args),
        Some(Command::Disable(args)) => disable::run(&context, &args),
        Some(Command::Mask(args)) => mask::run(&context, &args),
        Some(Command::Unmask(args)) => unmask::run(&context, &args),
        Some(Command::Preset(args)) => preset::run(&context, &args),
        Some(Command::Directives(args)) => directives::run(&context, &args),
        Some(Command::Calendar(args)) => calendar::run(&context, &args),
        Some(Command::Timespan(args)) => timespan::run(&context, &args),
        Some(Command::Escape(args)) => escape::run(&context, &args),
        Some(Command::Completions(args)) => generate::completions(&args),
        Some(Command::Man(args)) => generate::man(&args),
    }
}
