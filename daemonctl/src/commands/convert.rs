//! `daemonctl convert`: a definition in another init's language.

use std::process::ExitCode;

use crate::context::Context;
use crate::failure::Failure;

/// Options of `convert`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Services.
    #[arg(value_name = "WHAT")]
    what: Vec<String>,
}

/// Runs it.
pub fn run(_context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    Err(Failure::failed(format_args!("to be written: {:?}", args.what)))
}
