//! `daemonctl mask`: makes units impossible to start.

use std::process::ExitCode;

use crate::context::Context;
use crate::failure::Failure;
use crate::install::{self, EXIT_STATUS, InstallOptions};

const EXAMPLES: &str = "\
Links each unit to /dev/null, so that nothing starts it: no dependency, no socket, nobody.

Examples:
  daemonctl mask cups.service cups.socket --root /mnt/image --dry-run
";

/// Options of `mask`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Units.
    #[arg(value_name = "UNIT", required = true)]
    units: Vec<String>,
    #[command(flatten)]
    options: InstallOptions,
    /// Replace links that lead to something else.
    #[arg(long, short)]
    force: bool,
}

/// Runs `mask`.
///
/// # Errors
/// There is no tree, or it could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let units = install::units(&args.units, false)?;
    install::run(context, "mask", &args.options, |tree| {
        tree.force(args.force).mask(&install::borrowed(&units))
    })
}
