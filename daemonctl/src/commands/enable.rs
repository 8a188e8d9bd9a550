//! `daemonctl enable`: what starts services at boot.

use std::process::ExitCode;

use host::Verb;

use crate::commands::act::boot::{self, Also, BootOptions};
use crate::commands::act::options::EXIT_STATUS;
use crate::context::Context;
use crate::failure::Failure;
use crate::install;

const EXAMPLES: &str = "\
Has the service started at boot. On systemd the links that the [Install] section of each unit asks
for are made, and of those that it names in Also=; a path of a unit file that lies elsewhere is
linked first. OpenRC adds it to a runlevel (default), SysV init to those that its script's header
names. With --root the links of a tree of unit files are made, and no manager is asked.

Examples:
  daemonctl enable --now nginx
  daemonctl enable nginx --runlevel boot
  daemonctl enable nginx --root /mnt/image --dry-run
  daemonctl enable getty@tty1.service foo.timer --root /mnt/image
  daemonctl enable /opt/app/app.service
";

/// Options of `enable`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Services, or /paths of unit files, as they are in the tree.
    #[arg(value_name = "WHAT", required = true)]
    units: Vec<String>,
    #[command(flatten)]
    options: BootOptions,
    /// Start it too.
    #[arg(long, conflicts_with = "root")]
    now: bool,
    /// Replace links that lead to something else.
    #[arg(long, short)]
    force: bool,
    /// Disable first, so that links no longer asked for go.
    #[arg(long)]
    again: bool,
    /// In these runlevels instead of the usual ones (OpenRC, SysV).
    #[arg(long, value_name = "LEVEL", value_delimiter = ',', conflicts_with = "root")]
    runlevel: Vec<String>,
}

/// Runs `enable`.
///
/// # Errors
/// There is no manager or no tree, a word means no service, or the tree could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let options = &args.options;
    if !options.is_of_tree() {
        let also =
            Also { now: args.now, force: args.force, again: args.again, runlevels: &args.runlevel };
        return boot::run(context, Verb::Enable, &args.units, options, also);
    }
    let units = install::units(&args.units, true)?;
    let units = install::borrowed(&units);
    install::run(context, "enable", &options.of_tree(), |tree| {
        let tree = tree.force(args.force);
        if args.again { tree.reenable(&units) } else { tree.enable(&units) }
    })
}
