//! `daemonctl install`: a program as a service of this machine's init.
//!
//! [`plan`] says what would be written, [`check`] whether that would work, [`record`] keeps what was
//! written so that `uninstall` takes away that and nothing else, [`carry`] does it.

mod account;
mod carry;
mod check;
mod check_unit;
pub mod files;
mod plan;
pub mod record;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{ManagerOptions, Managers, Which};

const AFTER_HELP: &str = "\
Writes the definition that this machine's init wants (a unit file; an OpenRC script, supervised by
supervise-daemon where it is to be restarted; an init script with an LSB header), enables it and
starts it. Times (--schedule, systemd.time(7)) become a timer, or an entry of cron where the init knows
none. Everything is checked before anything is written, and nothing is ever overwritten. Arguments
reach the program exactly as they are given.

Where the start fails, the service stays installed, so that it can be looked at; --rollback takes
it away again. `daemonctl uninstall NAME` takes away what was written, and nothing else.

Examples:
  daemonctl install --name web --user www-data --restart always -- python3 -m http.server 8080
  daemonctl install --dry-run -- /usr/local/bin/thing --config '/etc/my thing.conf'
  daemonctl install --name backup --schedule 'Mon..Fri 03:00' -- /usr/local/bin/backup
  daemonctl install --after postgresql --env LANG=C.UTF-8 --workdir /srv/app -- ./app
  daemonctl install --manager systemd-user --name sync -- ~/bin/sync

Exit status: 0 installed; 1 something is wrong with it, or it did not start; 2 wrong usage; 4 not
permitted; otherwise as daemonctl start.";

/// Options of `install`.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// The program and its arguments.
    #[arg(
        value_name = "CMD",
        required = true,
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    pub command: Vec<std::ffi::OsString>,
    /// The service's name; without it, the program's.
    #[arg(long, short = 'N', value_name = "NAME")]
    pub name: Option<String>,
    /// As this user; USER:GROUP names a group, too.
    #[arg(long, short, value_name = "USER")]
    pub user: Option<String>,
    /// When it is started again after it has ended.
    #[arg(long, value_name = "WHEN", default_value = "no", value_parser = policies())]
    pub restart: String,
    /// Start it after this service: a name, or network, network-online, time, remote-fs, syslog.
    #[arg(long, value_name = "SERVICE", value_delimiter = ',')]
    pub after: Vec<String>,
    /// A variable of its environment; without "=", as it is in this one.
    #[arg(long, short, value_name = "NAME[=VALUE]")]
    pub env: Vec<String>,
    /// In this folder.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub workdir: Option<PathBuf>,
    /// What it is, in a few words; without it, the command line.
    #[arg(long, value_name = "TEXT")]
    pub description: Option<String>,
    /// Run it at these times and end, instead of all the time: `daily`, `Mon..Fri 03:00` …
    #[arg(long, value_name = "CALENDAR")]
    pub schedule: Vec<String>,
    /// Append its output to this file.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub log: Option<PathBuf>,
    /// For this manager, not for the one that runs the machine.
    #[arg(long, value_name = "KIND", help_heading = "Manager")]
    pub manager: Option<Which>,
    /// Start it at boot (that is so anyway).
    #[arg(long, overrides_with = "no_enable")]
    enable: bool,
    /// Don't start it at boot.
    #[arg(long, overrides_with = "enable")]
    pub no_enable: bool,
    /// Don't start it now.
    #[arg(long)]
    pub no_start: bool,
    /// Take everything away again where it can't be enabled or started.
    #[arg(long)]
    pub rollback: bool,
    /// Check it, show what would be written and done, and do nothing.
    #[arg(long, short = 'n')]
    pub dry_run: bool,
}

fn policies() -> clap::builder::PossibleValuesParser {
    let words = translate::RestartPolicy::ALL.iter().map(|(_, word)| *word);
    clap::builder::PossibleValuesParser::new(words)
}

/// Runs it.
///
/// # Errors
/// There is no manager, something is wrong with what is asked for, or it could not be written.
pub fn run(context: &Context, args: &Args) -> Result<ExitCode, Failure> {
    let options = ManagerOptions { manager: args.manager, user: false };
    let managers = Managers::open(context, &options).map_err(|failure| match args.manager {
        Some(_) => failure,
        None => without_a_manager(args),
    })?;
    let plan = plan::make(context, &managers, args)?;
    check::all(context, &managers, args, &plan)?;
    if args.dry_run {
        return report::dry_run(context, args, &plan);
    }
    carry::out(context, &managers, args, &plan)
}

/// Nothing here would start it: what comes closest.
fn without_a_manager(args: &Args) -> Failure {
    let words: Vec<String> =
        args.command.iter().map(|word| translate::quote(&word.to_string_lossy())).collect();
    Failure::failed("no service manager runs here that a service could be installed for").hint(
        format_args!(
            "as a daemon without one: daemonctl detach -- {}\nfor an image or a chroot: \
             daemonctl install --dry-run --manager systemd … shows the files",
            words.join(" ")
        ),
    )
}
