//! `daemonctl` sees, drives and explains the daemons of any Linux machine.
//!
//! A thin program: [`cli`] defines the command line, `commands/` holds one file for each
//! subcommand, [`context`] what they share, [`what`] finds the processes that WHAT names. What
//! they show is judged in the `process` room and drawn in the `present` room.

#![forbid(unsafe_code)]

mod cli;
mod columns;
mod commands;
mod context;
mod explain;
mod expression;
mod failure;
mod findings;
mod gather;
mod holders;
mod install;
mod json;
mod logs;
mod managers;
mod names;
mod options;
mod overview;
mod owners;
mod progress;
mod rates;
mod receiver;
mod resolve;
mod service_view;
mod services;
mod snapshot;
mod sockets_json;
mod surroundings;
mod targets;
mod time;
mod unit_graph;
mod unit_names;
mod unit_tree;
mod users;
mod watch;
mod what;
mod zones;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let mut args = std::env::args_os();
    if let Some(tool) = args.next().as_deref().and_then(names::called_as) {
        return (tool.run)(&args.collect::<Vec<_>>());
    }
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return failure::usage(&error),
    };
    match commands::run(cli) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}
