//! `daemonctl disable`: removes the links that start units at boot.

use std::process::ExitCode;

use crate::context::Context;
use crate::failure::Failure;
use crate::install::{self, EXIT_STATUS, InstallOptions};

const EXAMPLES: &str = "\
Removes all links to each unit, to its instances and to the units that it names in Also=: those that
enable made, those made by hand, and the one that makes a file from elsewhere a unit.

Examples:
  daemonctl disable nginx --root /mnt/image --dry-run
  daemonctl disable getty@.service --root /mnt/image
";

/// Options of `disable`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Units.
    #[arg(value_name = "UNIT", required = true)]
    units: Vec<String>,
    #[command(flatten)]
    options: InstallOptions,
}

/// Runs `disable`.
///
/// # Errors
/// There is no tree, or it could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    // Of a path the name counts: that is what its links have.
    let name = |given: &String| given.rsplit('/').next().unwrap_or_default().to_owned();
    let names: Vec<String> = args.units.iter().map(name).collect();
    let units = install::units(&names, false)?;
    install::run(context, "disable", &args.options, |tree| tree.disable(&install::borrowed(&units)))
}
