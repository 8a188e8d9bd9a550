//! `daemonctl is-failed`: whether services failed.

use std::process::ExitCode;

use super::is_active::{Asked, Question, ask};
use crate::context::Context;
use crate::failure::{Failure, exit};

const AFTER_HELP: &str = "\
Prints for each service the word that is-active prints. A service whose process is gone although it
should run (OpenRC's crashed, a SysV service whose pid file names no process) counts as failed.

Examples:
  daemonctl is-failed nginx
  daemonctl is-failed --quiet '*' && daemonctl status --state failed

Exit status: 0 at least one failed, 1 none did, 2 wrong usage, 4 there is no such service.";

/// Options of `is-failed`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    #[command(flatten)]
    asked: Asked,
}

/// Asks it.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let question = Question {
        name: "is-failed",
        word: |view| view.unit_state().active,
        holds: |view| view.unit_state().active == "failed",
        word_of_none: "inactive",
        no: exit::FAILED,
        is_of_files: false,
    };
    ask(context, &question, &args.asked)
}
