//! The one definition of the command line: parsing, `--help`, completions and man pages come from
//! it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

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

Exit status: 0 done, 1 failed, 2 wrong usage, 4 no such process or service.";

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

/// The subcommands; each one's file in `commands/` holds its options and its help.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Processes, each with its verdict: daemon, normal or kernel.
    Ps(commands::ps::Args),
    /// Processes below the ones that started them.
    Tree(commands::tree::Args),
    /// What a process is, and why it runs, with the evidence.
    Explain(commands::explain::Args),
    /// What processes have open, or who has a /path open.
    Files(commands::files::Args),
    /// Listening sockets, and who serves them.
    Ports(commands::ports::Args),
    /// What is in processes' memory.
    Maps(commands::maps::Args),
    /// What signals would do to processes.
    Signals(commands::signals::Args),
    /// Sends a signal, after saying what it will do.
    Kill(commands::kill::Args),
    /// The completion script of a shell, on standard output.
    #[command(name = "__completions", hide = true)]
    Completions(commands::generate::CompletionArgs),
    /// The man pages, into a folder.
    #[command(name = "__man", hide = true)]
    Man(commands::generate::ManArgs),
}
