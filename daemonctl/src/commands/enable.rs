//! `daemonctl enable`: the links that start units at boot.

use std::process::ExitCode;

use crate::context::Context;
use crate::failure::Failure;
use crate::install::{self, EXIT_STATUS, InstallOptions};

const EXAMPLES: &str = "\
Makes the links that the [Install] section of each unit asks for, and of those that it names in
Also=. A path of a unit file that lies elsewhere is linked first.

Examples:
  daemonctl enable nginx --root /mnt/image --dry-run
  daemonctl enable getty@tty1.service foo.timer --root /mnt/image
  daemonctl enable /opt/app/app.service --root /mnt/image
";

/// Options of `enable`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Units, or /paths of unit files, as they are in the tree.
    #[arg(value_name = "UNIT", required = true)]
    units: Vec<String>,
    #[command(flatten)]
    options: InstallOptions,
    /// Replace links that lead to something else.
    #[arg(long, short)]
    force: bool,
    /// Disable first, so that links no longer asked for go.
    #[arg(long)]
    again: bool,
}

/// Runs `enable`.
///
/// # Errors
/// There is no tree, or it could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let units = install::units(&args.units, true)?;
    let units = install::borrowed(&units);
    install::run(context, "enable", &args.options, |tree| {
        let tree = tree.force(args.force);
        if args.again { tree.reenable(&units) } else { tree.enable(&units) }
    })
}
