//! `daemonctl preset`: enables or disables units as the preset files of the tree say.

use std::process::ExitCode;

use unit::install::PresetMode;

use crate::context::Context;
use crate::failure::Failure;
use crate::install::{self, EXIT_STATUS, InstallOptions};

const EXAMPLES: &str = "\
The rules stand in /etc/systemd/system-preset/*.preset and its kin below /run, /usr/local/lib and
/usr/lib, systemd.preset(5). A unit that no rule names is enabled.

Examples:
  daemonctl preset nginx --root /mnt/image --dry-run
  daemonctl preset --all --root /mnt/image
";

/// Options of `preset`.
#[derive(Debug, clap::Args)]
#[command(after_help = format!("{EXAMPLES}\n{EXIT_STATUS}"))]
pub struct Args {
    /// Units.
    #[arg(value_name = "UNIT", required_unless_present = "all", conflicts_with = "all")]
    units: Vec<String>,
    /// All units of the tree.
    #[arg(long, short)]
    all: bool,
    #[command(flatten)]
    options: InstallOptions,
    /// Replace links that lead to something else.
    #[arg(long, short)]
    force: bool,
    /// What may be done.
    #[arg(long, value_name = "MODE", default_value = "full")]
    mode: Mode,
}

/// What a preset may do.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Mode {
    /// Enable and disable.
    Full,
    /// Only enable.
    EnableOnly,
    /// Only disable.
    DisableOnly,
}

/// Runs `preset`.
///
/// # Errors
/// There is no tree, or it could not be changed.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let mode = match args.mode {
        Mode::Full => PresetMode::Full,
        Mode::EnableOnly => PresetMode::EnableOnly,
        Mode::DisableOnly => PresetMode::DisableOnly,
    };
    let units = install::units(&args.units, false)?;
    install::run(context, "preset", &args.options, |tree| {
        let tree = tree.force(args.force);
        match args.all {
            true => tree.preset_all(mode),
            false => tree.preset(&install::borrowed(&units), mode),
        }
    })
}
