//! `daemonctl unmask`: undoes `mask`.

use std::process::ExitCode;

use host::Verb;

use crate::commands::act::boot::{self, Also, BootOptions};
use crate::commands::act::options::EXIT_STATUS;
use crate::context::Context;
use crate::failure::Failure;
use crate::install;

const EXAMPLES: &str = "\
Removes the link to /dev/null, or the empty file, that masks each unit. What masks a unit below
/run goes with --runtime.

Examples:
  daemonctl unmask cups.service cups.socket
  daemonctl unmask cups.service --root /mnt/image
";

/// Options of `unmask`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Services, or units of the tree.
    #[arg(value_name = "WHAT", required = true)]
    units: Vec<String>,
    #[command(flatten)]
    options: BootOptions,
}

/// Runs `unmask`.
///
/// # Errors
/// There is no manager or no tree, a word means no service, or the tree could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let options = &args.options;
    if !options.is_of_tree() {
        return boot::run(context, Verb::Unmask, &args.units, options, Also::default());
    }
    let units = install::units(&args.units, false)?;
    let units = install::borrowed(&units);
    install::run(context, "unmask", &options.of_tree(), |tree| tree.unmask(&units))
}
