//! Other tools' names: called as `systemctl`, `service`, `rc-service` …, the program takes that tool's
//! arguments, prints what that tool is known to print and ends with its exit codes, on whatever
//! init there is.
//!
//! [`TOOLS`] is the one table of them. A tool's file reads its grammar into a type of its own, then
//! carries it out: through the machine's manager where the tool comes from elsewhere, through the
//! script or the machine's own tool where that is what the tool is known to do ([`hand_over`]).

mod amounts;
mod chkconfig;
mod common;
mod einfo;
mod getopt;
mod hand_over;
mod invoke_rc_d;
mod journalctl;
mod killall;
mod openrc_script;
mod pidof;
mod rc_levels;
mod rc_service;
mod rc_status;
mod rc_update;
pub mod runlevel;
mod screen;
mod service;
mod service_pids;
mod start_stop_daemon;
mod systemctl;
mod terminal;
mod units;
mod update_rc_d;

use std::ffi::OsString;
use std::process::ExitCode;

/// A tool that this program can stand for.
pub struct Tool {
    /// The name that it is called by.
    pub name: &'static str,
    /// What it does, in a few words.
    pub about: &'static str,
    /// Runs it with its arguments, its own name not among them.
    pub run: fn(&[OsString]) -> ExitCode,
}

const fn tool(name: &'static str, about: &'static str, run: fn(&[OsString]) -> ExitCode) -> Tool {
    Tool { name, about, run }
}

/// The tools, by name.
pub const TOOLS: &[Tool] = &[
    tool("chkconfig", "In which runlevels services start (Red Hat)", chkconfig::run),
    tool("invoke-rc.d", "A service's script, as policy allows (Debian)", invoke_rc_d::run),
    tool("journalctl", "systemd's journal, for any init", journalctl::run),
    tool("killall", "A signal for all processes of a name (psmisc)", killall::run),
    tool("pidof", "The pids of running programs (sysvinit)", pidof::run),
    tool("rc-service", "A command for a service (OpenRC)", rc_service::run),
    tool("rc-status", "Runlevels and how their services are (OpenRC)", rc_status::run),
    tool("rc-update", "Services into and out of runlevels (OpenRC)", rc_update::run),
    tool("service", "A service's script or unit (Debian)", service::run),
    tool("start-stop-daemon", "Starts and stops daemons (dpkg)", start_stop_daemon::run),
    tool("systemctl", "systemd's control, for any init", systemctl::run),
    tool("update-rc.d", "Whether services start at boot (Debian)", update_rc_d::run),
];

/// The tool of that name.
pub fn named(name: &std::ffi::OsStr) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| name == tool.name)
}

/// The tool that a program's own name (`argv[0]`) means.
pub fn called_as(argv0: &std::ffi::OsStr) -> Option<&'static Tool> {
    named(std::path::Path::new(argv0).file_name()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_found_by_the_last_part_of_a_path() {
        let name = |path: &str| called_as(path.as_ref()).map(|tool| tool.name);
        assert_eq!(name("/usr/sbin/service"), Some("service"));
        assert_eq!(name("rc-update"), Some("rc-update"));
        assert_eq!(name("/usr/bin/daemonctl"), None);
        assert!(TOOLS.is_sorted_by_key(|tool| tool.name));
    }
}
