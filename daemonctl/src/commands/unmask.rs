//! `daemonctl unmask`: undoes `mask`.

use std::process::ExitCode;

use crate::context::Context;
use crate::failure::Failure;
use crate::install::{self, EXIT_STATUS, InstallOptions};

const EXAMPLES: &str = "\
Removes the link to /dev/null, or the empty file, that masks each unit. What masks a unit below /run
goes with --runtime.

Examples:
  daemonctl unmask cups.service cups.socket --root /mnt/image
";

/// Options of `unmask`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Units.
    #[arg(value_name = "UNIT", required = true)]
    units: Vec<String>,
    #[command(flatten)]
    options: InstallOptions,
}

/// Runs `unmask`.
///
/// # Errors
/// There is no tree, or it could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let units = install::units(&args.units, false)?;
    install::run(context, "unmask", &args.options, |tree| tree.unmask(&install::borrowed(&units)))
}
