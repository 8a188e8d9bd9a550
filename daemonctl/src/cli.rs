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
  daemonctl status nginx           how it is, whatever the init
  daemonctl restart nginx :8080    a service by its name, another by its port
  daemonctl logs nginx             what it said, and its log files
  daemonctl diagnose nginx         why it does not run, and what mends it
  daemonctl audit                  how exposed every daemon is
  daemonctl install --name web -- ./server --port 8080
  daemonctl verify ./my.service    what is wrong with a unit file
  daemonctl plan start nginx       what that would bring with it

Exit status: 0 done, 1 failed, 2 wrong usage, 3 does not run, or there is no such thing here, 4 no
such process, service or unit, or not permitted, 5 no such service to do that with.";

/// Sees, drives and explains the daemons of any Linux machine, whatever its init system.
///
/// Without a subcommand: the machine at a glance, trouble first.
#[derive(Debug, Parser)]
#[command(name = "daemonctl", version, after_help = AFTER_HELP, max_term_width = 100)]
#[command(propagate_version = true, disable_help_subcommand = true)]
#[command(help_template = help_template())]
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

/// Declares the subcommands: one row gives variant, name, options, the heading that help lists it
/// under (none: help does not list it), and what help says of it. Options of a subcommand are made only when it is the one that is run: clap's
/// derive would make all of them at each start, which costs as much as a hundred processes.
macro_rules! subcommands {
    ($($variant:ident, $name:literal, $args:ty, $heading:literal, $about:literal;)*) => {
        /// Name, heading and description of each subcommand, in the order of help.
        const COMMANDS: &[(&str, &str, &str)] = &[$(($name, $heading, $about)),*];

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
                    clap::Command::new($name).about($about).hide($heading.is_empty()).defer(|command| {
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
    Ps, "ps", commands::ps::Args, "Processes", "Processes, each with its verdict: daemon, normal or kernel";
    Tree, "tree", commands::tree::Args, "Processes", "Processes below the ones that started them";
    Explain, "explain", commands::explain::Args, "Processes", "What a process is, and why it runs, with the evidence";
    Files, "files", commands::files::Args, "Processes", "What processes have open, or who has a /path open";
    Ports, "ports", commands::ports::Args, "Processes", "Listening sockets, and who serves them";
    Maps, "maps", commands::maps::Args, "Processes", "What is in processes' memory";
    Signals, "signals", commands::signals::Args, "Processes", "What signals would do to processes";
    Kill, "kill", commands::kill::Args, "Processes", "Sends a signal, after saying what it will do";
    List, "list", commands::list::Args, "Services", "Services of every manager, and how they are";
    Status, "status", commands::status::Args, "Services", "How services are: processes, ports, files, costs, why they failed";
    Start, "start", commands::act::Args, "Services", "Starts services";
    Stop, "stop", commands::act::Args, "Services", "Stops services";
    Restart, "restart", commands::act::Args, "Services", "Stops and starts services";
    TryRestart, "try-restart", commands::act::Args, "Services", "Restarts services that run";
    Reload, "reload", commands::act::Args, "Services", "Has services read their configuration again";
    ReloadOrRestart, "reload-or-restart", commands::act::Args, "Services", "Reloads services, or restarts those that can't be reloaded";
    TryReloadOrRestart, "try-reload-or-restart", commands::act::Args, "Services", "Reloads or restarts services that run";
    IsActive, "is-active", commands::is_active::Args, "Services", "Whether services run";
    IsEnabled, "is-enabled", commands::is_enabled::Args, "Services", "Whether services start at boot";
    IsFailed, "is-failed", commands::is_failed::Args, "Services", "Whether services failed";
    ResetFailed, "reset-failed", commands::act::Args, "Services", "Forgets that services failed";
    Show, "show", commands::show::Args, "Services", "Everything that is known of services, as KEY=VALUE";
    Jobs, "jobs", commands::jobs::Args, "Services", "What managers are about to do";
    DaemonReload, "daemon-reload", commands::daemon_reload::Args, "Services", "Has managers read their definitions again";
    Custom, "command", commands::command::Args, "Services", "Runs a command of a service's own script";
    Enable, "enable", commands::enable::Args, "Services", "Has services start at boot";
    Disable, "disable", commands::disable::Args, "Services", "Has services no longer start at boot";
    Mask, "mask", commands::mask::Args, "Services", "Makes services impossible to start";
    Unmask, "unmask", commands::unmask::Args, "Services", "Undoes mask";
    Logs, "logs", Box<commands::logs::Args>, "Logs", "What services, the kernel and everything else logged";
    Diagnose, "diagnose", commands::diagnose::Args, "Finding faults", "Why services are broken: the cause, what proves it, and what mends it";
    Audit, "audit", commands::audit::Args, "Finding faults", "How exposed services are, and what would make them less so";
    Findings, "findings", commands::findings::Args, "Finding faults", "What the findings of diagnose and audit mean";
    Install, "install", commands::install::Args, "Making services", "Makes a program a service of this machine";
    Uninstall, "uninstall", commands::uninstall::Args, "Making services", "Takes away what install made";
    Convert, "convert", commands::convert::Args, "Making services", "A service's definition in another init's language";
    Run, "run", commands::run::Args, "Making services", "Runs a program as a transient service";
    Detach, "detach", commands::detach::Args, "Making services", "Runs a program as a daemon, without a service manager";
    Links, "links", commands::links::Args, "Making services", "This program under the names of other tools";
    Verify, "verify", commands::verify::Args, "Unit files", "Checks unit files: what is misspelt, missing, contradictory or circular";
    Cat, "cat", commands::cat::Args, "Unit files", "The files of a unit, or the one definition that results";
    Deps, "deps", commands::deps::Args, "Unit files", "What a unit depends on, or what depends on it";
    Plan, "plan", commands::plan::Args, "Unit files", "What starting or stopping units would do, in which order and why";
    Preset, "preset", commands::preset::Args, "Unit files", "Enables or disables units as the distribution's policy says";
    Calendar, "calendar", commands::calendar::Args, "Unit files", "When a calendar expression elapses";
    Timespan, "timespan", commands::timespan::Args, "Unit files", "What a time span means";
    Escape, "escape", commands::escape::Args, "Unit files", "Texts and paths as parts of unit names, and back";
    Directives, "directives", commands::directives::Args, "Unit files", "What the directives of unit files mean";
    Observed, "__observed", commands::observed::Args, "", "The gate through which an observed service starts";
    Completions, "__completions", commands::generate::CompletionArgs, "", "The completion script of a shell, on standard output";
    Man, "__man", commands::generate::ManArgs, "", "The man pages, into a folder";
}

/// The layout of `daemonctl --help`: clap knows headings for options, none for subcommands.
fn help_template() -> String {
    let width = COMMANDS.iter().map(|(name, ..)| name.len()).max().unwrap_or(0);
    let mut template = "{before-help}{about-with-newline}\n{usage-heading} {usage}\n".to_owned();
    let mut under = "";
    for (name, heading, about) in COMMANDS.iter().filter(|(_, heading, _)| !heading.is_empty()) {
        if *heading != under {
            template.push_str(&format!("\n{heading}:\n"));
            under = heading;
        }
        template.push_str(&format!("  {name:<width$}  {about}\n"));
    }
    template.push_str("\nOptions:\n{options}{after-help}");
    template
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_holds_together() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn help_lists_every_command_once_under_its_heading() {
        let help = super::Cli::command().render_long_help().to_string();
        for (name, heading, about) in super::COMMANDS {
            let line = help.lines().filter(|line| line.split_whitespace().next() == Some(name));
            let line: Vec<_> = line.filter(|line| line.ends_with(about)).collect();
            assert_eq!(line.len(), usize::from(!heading.is_empty()), "{name}: {line:?}");
        }
        for heading in [
            "Processes:",
            "Services:",
            "Logs:",
            "Finding faults:",
            "Making services:",
            "Unit files:",
        ] {
            assert_eq!(help.lines().filter(|line| *line == heading).count(), 1, "{heading}");
        }
        let wide = help.lines().filter(|line| line.chars().count() > 100);
        assert_eq!(wide.collect::<Vec<_>>(), Vec::<&str>::new());
    }
}
