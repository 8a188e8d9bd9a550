//! One module for each subcommand: its options (`Args`) and its `run`.

use std::process::ExitCode;

use crate::cli::{Cli, Command};
use crate::context::Context;
use crate::failure::Failure;

pub mod act;
pub mod audit;
pub mod calendar;
pub mod cat;
pub mod command;
pub mod convert;
pub mod daemon_reload;
pub mod deps;
pub mod detach;
pub mod diagnose;
pub mod directives;
pub mod disable;
pub mod enable;
pub mod escape;
pub mod explain;
pub mod files;
pub mod findings;
pub mod generate;
pub mod install;
pub mod is_active;
pub mod is_enabled;
pub mod is_failed;
pub mod jobs;
pub mod kill;
pub mod links;
pub mod list;
pub mod logs;
pub mod maps;
pub mod mask;
pub mod observed;
pub mod overview;
pub mod plan;
pub mod ports;
pub mod preset;
pub mod ps;
pub mod run;
pub mod show;
pub mod signals;
pub mod status;
pub mod timespan;
pub mod tree;
pub mod uninstall;
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
        Some(Command::List(args)) => list::run(&context, &args),
        Some(Command::Status(args)) => status::run(&context, &args),
        Some(Command::Logs(args)) => logs::run(&context, &args),
        Some(Command::Diagnose(args)) => diagnose::run(&context, &args),
        Some(Command::Audit(args)) => audit::run(&context, &args),
        Some(Command::Show(args)) => show::run(&context, &args),
        Some(Command::IsActive(args)) => is_active::run(&context, &args),
        Some(Command::IsEnabled(args)) => is_enabled::run(&context, &args),
        Some(Command::IsFailed(args)) => is_failed::run(&context, &args),
        Some(Command::Jobs(args)) => jobs::run(&context, &args),
        Some(Command::DaemonReload(args)) => daemon_reload::run(&context, &args),
        Some(Command::Custom(args)) => command::run(&context, &args),
        Some(Command::Detach(args)) => detach::run(&context, &args),
        Some(Command::Run(args)) => run::run(&context, &args),
        Some(Command::Install(args)) => install::run(&context, &args),
        Some(Command::Uninstall(args)) => uninstall::run(&context, &args),
        Some(Command::Convert(args)) => convert::run(&context, &args),
        Some(Command::Links(args)) => links::run(&context, &args),
        Some(Command::Start(args)) => act::run(&context, host::Verb::Start, &args),
        Some(Command::Stop(args)) => act::run(&context, host::Verb::Stop, &args),
        Some(Command::Restart(args)) => act::run(&context, host::Verb::Restart, &args),
        Some(Command::TryRestart(args)) => act::run(&context, host::Verb::TryRestart, &args),
        Some(Command::Reload(args)) => act::run(&context, host::Verb::Reload, &args),
        Some(Command::ReloadOrRestart(args)) => {
            act::run(&context, host::Verb::ReloadOrRestart, &args)
        }
        Some(Command::TryReloadOrRestart(args)) => {
            act::run(&context, host::Verb::TryReloadOrRestart, &args)
        }
        Some(Command::ResetFailed(args)) => act::run(&context, host::Verb::ResetFailed, &args),
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
        Some(Command::Findings(args)) => findings::run(&context, &args),
        Some(Command::Calendar(args)) => calendar::run(&context, &args),
        Some(Command::Timespan(args)) => timespan::run(&context, &args),
        Some(Command::Escape(args)) => escape::run(&context, &args),
        Some(Command::Observed(args)) => observed::run(&context, &args),
        Some(Command::Completions(args)) => generate::completions(&args),
        Some(Command::Man(args)) => generate::man(&args),
    }
}
