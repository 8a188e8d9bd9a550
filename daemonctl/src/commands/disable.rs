//! `daemonctl disable`: what starts services at boot no more.

use std::process::ExitCode;

use host::Verb;

use crate::commands::act::boot::{self, Also, BootOptions};
use crate::commands::act::options::EXIT_STATUS;
use crate::context::Context;
use crate::failure::Failure;
use crate::install;

const EXAMPLES: &str = "\
Has the service started at boot no more; what runs goes on without --now. On systemd all links to
each unit go, to its instances and to the units that it names in Also=: those that enable made,
those made by hand, and the one that makes a file from elsewhere a unit. OpenRC takes it out of all
runlevels, SysV init out of those that start it. With --root the links of a tree of unit files go.

Examples:
  daemonctl disable --now nginx
  daemonctl disable nginx --root /mnt/image --dry-run
  daemonctl disable getty@.service --root /mnt/image
";

/// Options of `disable`.
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
    /// Out of these runlevels instead of the usual ones (OpenRC, SysV).
    #[arg(long, value_name = "LEVEL", value_delimiter = ',', conflicts_with = "root")]
    runlevel: Vec<String>,
}

/// Runs `disable`.
///
/// # Errors
/// There is no manager or no tree, a word means no service, or the tree could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let options = &args.options;
    if !options.is_of_tree() {
        let also = Also { now: args.now, runlevels: &args.runlevel, ..Also::default() };
        return boot::run(context, Verb::Disable, &args.units, options, also);
    }
    // Of a path the name counts: that is what its links have.
    let name = |given: &String| given.rsplit('/').next().unwrap_or_default().to_owned();
    let names: Vec<String> = args.units.iter().map(name).collect();
    let units = install::units(&names, false)?;
    let units = install::borrowed(&units);
    install::run(context, "disable", &options.of_tree(), |tree| tree.disable(&units))
}
