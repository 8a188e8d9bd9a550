//! `daemonctl mask`: makes services impossible to start.

use std::process::ExitCode;

use host::Verb;

use crate::commands::act::boot::{self, Also, BootOptions};
use crate::commands::act::options::EXIT_STATUS;
use crate::context::Context;
use crate::failure::Failure;
use crate::install;

const EXAMPLES: &str = "\
Links each unit to /dev/null, so that nothing starts it: no dependency, no socket, nobody. What
runs goes on without --now. An init that has no such thing says so, and what comes closest.

Examples:
  daemonctl mask --now cups.service cups.socket
  daemonctl mask cups.service cups.socket --root /mnt/image --dry-run
";

/// Options of `mask`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Services, or units of the tree.
    #[arg(value_name = "WHAT", required = true)]
    units: Vec<String>,
    #[command(flatten)]
    options: BootOptions,
    /// Stop it too.
    #[arg(long, conflicts_with = "root")]
    now: bool,
    /// Replace links that lead to something else.
    #[arg(long, short)]
    force: bool,
}

/// Runs `mask`.
///
/// # Errors
/// There is no manager or no tree, a word means no service, or the tree could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let options = &args.options;
    if !options.is_of_tree() {
        let also = Also { now: args.now, force: args.force, ..Also::default() };
        return boot::run(context, Verb::Mask, &args.units, options, also);
    }
    let units = install::units(&args.units, false)?;
    install::run(context, "mask", &options.of_tree(), |tree| {
        tree.force(args.force).mask(&install::borrowed(&units))
    })
}
