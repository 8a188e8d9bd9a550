//! The one definition of the command line: parsing, `--help`, completions and man pages come from
//! it.

use std::path::PathBuf;

use clap::{ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::commands;

const AFTER_HELP: &str = "\
WHAT is a pid, a process name, a service name, `:port`, or a /path that processes have open.

Examples:
  daemonctl                        the machine at a glance
  daemonctl explain 1234           what process 1234 is and why it runs
  daemonctl ps --daemons --sort -rss
  daemonctl ps --filter 'cpu > 5 and user = root'
  daemonctl explain :80            who serves port 80, and why
  daemonctl kill nginx HUP
  daemonctl verify ./my.service    what is wrong with a unit file
  daemonctl plan start nginx       what that would bring with it

Exit status: 0 done, 1 failed, 2 wrong usage, 4 no such process, service or unit.";

/// Sees, drives and explains the daemons of any Linux machine, whatever its init system.
///
/// Without a subcommand: the machine at a glance, trouble first.
#[derive(Debug, Parser)]
#[command(name = "daemonctl", version, after_help = AFTER_HELP, max_term_width = 100)]
#[command(propagate_version = true, disable_help_subcommand = true)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub common: Common,

    /// Options of the machine at a glance.
    #[command(flatten)]
    pub overview: commands::overview::Args,

    /// What to do; the machine at a glance without it.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Print JSON (docs/json.md) instead of text.
    #[arg(long, global = true, help_heading = "Output")]
    pub json: bool,

    /// When to colour.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    pub color: When,

    /// Print no table headings.
    #[arg(long, global = true, help_heading = "Output")]
    pub no_header: bool,

    /// Draw with ASCII characters only.
    #[arg(long, global = true, help_heading = "Output")]
    pub ascii: bool,

    /// Read this folder instead of /proc.
    #[arg(long, global = true, value_name = "DIR", default_value = "/proc", hide = true)]
    pub proc_root: PathBuf,

    /// Read /run, /etc and /sys below this folder.
    #[arg(long, global = true, value_name = "DIR", default_value = "/", hide = true)]
    pub system_root: PathBuf,
}

/// When to do something that suits only terminals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Declares the subcommands: one row gives variant, name, options, whether help lists it, and what
/// help says of it. Options of a subcommand are made only when it is the one that is run: clap's
/// derive would make all of them at each start, which costs as much as a hundred processes.
macro_rules! subcommands {
    ($($variant:ident, $name:literal, $args:ty, $listed:literal, $about:literal;)*) => {
        /// The subcommands; each one's file in `commands/` holds its options and its help.
        #[derive(Debug)]
        pub enum Command {
            $(#[doc = $about] $variant($args),)*
        }

        impl FromArgMatches for Command {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                match matches.subcommand() {
                    $(Some(($name, matches)) => Ok(Command::$variant(<$args>::from_arg_matches(matches)?)),)*
                    _ => Err(clap::Error::new(clap::error::ErrorKind::InvalidSubcommand)),
                }
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }

        impl Subcommand for Command {
            fn augment_subcommands(command: clap::Command) -> clap::Command {
                command $(.subcommand(
                    clap::Command::new($name).about($about).hide(!$listed).defer(|command| {
                        // The options' own description would replace the command's.
                        <$args as Args>::augment_args(command).about($about).long_about(None::<&str>)
                    }),
                ))*
            }

            fn augment_subcommands_for_update(command: clap::Command) -> clap::Command {
                Self::augment_subcommands(command)
            }

            fn has_subcommand(name: &str) -> bool {
                [$($name),*].contains(&name)
            }
        }
    };
}

subcommands! {
    Ps, "ps", commands::ps::Args, true, "Processes, each with its verdict: daemon, normal or kernel";
    Tree, "tree", commands::tree::Args, true, "Processes below the ones that started them";
    Explain, "explain", commands::explain::Args, true, "What a process is, and why it runs, with the evidence";
    Files, "files", commands::files::Args, true, "What processes have open, or who has a /path open";
    Ports, "ports", commands::ports::Args, true, "Listening sockets, and who serves them";
    Maps, "maps", commands::maps::Args, true, "What is in processes' memory";
    Signals, "signals", commands::signals::Args, true, "What signals would do to processes";
    Kill, "kill", commands::kill::Args, true, "Sends a signal, after saying what it will do";
    List, "list", commands::list::Args, true, "Services of every manager: state, since when, enabled";
    Status, "status", commands::status::Args, true, "How services are, with processes, ports and the last of what they said";
    Start, "start", commands::act::Args, true, "Starts services";
    Stop, "stop", commands::act::Args, true, "Stops services";
    Restart, "restart", commands::act::Args, true, "Stops and starts services";
    TryRestart, "try-restart", commands::act::Args, true, "Restarts services that run";
    Reload, "reload", commands::act::Args, true, "Has services read their configuration again";
    ReloadOrRestart, "reload-or-restart", commands::act::Args, true, "Reloads services, or restarts those that can't be reloaded";
    TryReloadOrRestart, "try-reload-or-restart", commands::act::Args, true, "The same, where they run";
    IsActive, "is-active", commands::is_active::Args, true, "Whether services run";
    IsEnabled, "is-enabled", commands::is_enabled::Args, true, "Whether services start at boot";
    IsFailed, "is-failed", commands::is_failed::Args, true, "Whether services failed";
    ResetFailed, "reset-failed", commands::act::Args, true, "Forgets that services failed";
    Show, "show", commands::show::Args, true, "Everything that is known of services, as KEY=VALUE";
    Jobs, "jobs", commands::jobs::Args, true, "What managers are about to do";
    DaemonReload, "daemon-reload", commands::daemon_reload::Args, true, "Has managers read their definitions again";
    Custom, "command", commands::command::Args, true, "Runs a command of a service's own script";
    Install, "install", commands::install::Args, true, "Makes a program a service of this machine";
    Uninstall, "uninstall", commands::uninstall::Args, true, "Takes away what install made";
    Convert, "convert", commands::convert::Args, true, "A service's definition in another init's language";
    Run, "run", commands::run::Args, true, "Runs a program as a transient service";
    Detach, "detach", commands::detach::Args, true, "Runs a program as a daemon, without a service manager";
    Links, "links", commands::links::Args, true, "This program under the names of other tools";
    Verify, "verify", commands::verify::Args, true, "Checks unit files: what is misspelt, missing, contradictory or circular";
    Cat, "cat", commands::cat::Args, true, "The files of a unit, or the one definition that results";
    Deps, "deps", commands::deps::Args, true, "What a unit depends on, or what depends on it";
    Plan, "plan", commands::plan::Args, true, "What starting or stopping units would do, in which order and why";
    Enable, "enable", commands::enable::Args, true, "Makes the links that start units at boot";
    Disable, "disable", commands::disable::Args, true, "Removes the links that start units at boot";
    Mask, "mask", commands::mask::Args, true, "Makes units impossible to start";
    Unmask, "unmask", commands::unmask::Args, true, "Undoes mask";
    Preset, "preset", commands::preset::Args, true, "Enables or disables units as the distribution's policy says";
    Calendar, "calendar", commands::calendar::Args, true, "When a calendar expression elapses";
    Timespan, "timespan", commands::timespan::Args, true, "What a time span means";
    Escape, "escape", commands::escape::Args, true, "Texts and paths as parts of unit names, and back";
    Directives, "directives", commands::directives::Args, true, "What the directives of unit files mean";
    Completions, "__completions", commands::generate::CompletionArgs, false, "The completion script of a shell, on standard output";
    Man, "__man", commands::generate::ManArgs, false, "The man pages, into a folder";
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        super::Cli::command().debug_assert();
    }
}
