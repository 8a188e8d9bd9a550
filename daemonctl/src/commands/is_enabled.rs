//! `daemonctl is-enabled`: whether services start at boot.

use std::process::ExitCode;

use super::is_active::{Asked, Question, ask};
use crate::context::Context;
use crate::failure::{Failure, exit};

const AFTER_HELP: &str = "\
Prints for each service a word: enabled, disabled, static, masked …, as systemctl(1) has them; not-found
for what there is not. OpenRC and SysV services are enabled in runlevels: `daemonctl show -p enabled_in`
says in which.

Examples:
  daemonctl is-enabled nginx
  daemonctl is-enabled --quiet nginx || daemonctl enable nginx

Exit status: 0 at least one is enabled, enabled-runtime, static, alias, indirect or generated, 1 none is,
2 wrong usage, 4 there is no such service.";

/// What counts as enabled to systemctl(1).
const ENABLED: [&str; 6] =
    ["enabled", "enabled-runtime", "static", "alias", "indirect", "generated"];

/// Options of `is-enabled`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,
}

/// Asks it.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let question = Question {
        name: "is-enabled",
        // Made at run time, without a file that could be enabled.
        word: |view| view.enablement.clone().unwrap_or_else(|| "transient".to_owned()),
        holds: |view| view.enablement.as_deref().is_some_and(|word| ENABLED.contains(&word)),
        word_of_none: "not-found",
        no: exit::FAILED,
        is_of_files: true,
    };
    ask(context, &question, &args.asked)
}
