//! Init scripts as services: what sysvinit starts, and OpenRC too where a script is not its own.
//!
//! The words, the exit statuses and what a command means are those of the LSB's "Init Script
//! Actions".

mod carry;
mod plan;
mod status;
mod verify;

use std::path::{Path, PathBuf};

use launch::Helper;

use crate::script::Source;
use crate::service::Service;
use crate::tool::Tools;

/// An init script and how it is run.
pub(crate) struct LsbService<'a> {
    /// Of which machine.
    pub tools: &'a Tools,
    /// The script, read.
    pub source: &'a Source,
    /// `None`: it is run itself, as service(8) does. OpenRC's `rc-service` is given the script's
    /// name before the command.
    pub runner: Option<PathBuf>,
    /// Its state now, as far as it is known without running the script.
    pub look: &'a dyn Fn() -> Service,
}

impl LsbService<'_> {
    /// The script with a command.
    fn helper(&self, command: &str) -> Helper {
        match &self.runner {
            None => self.tools.helper(self.tools.at(&self.source.script.path)).arg(command),
            Some(tool) => {
                let helper = self.tools.helper(tool.clone());
                helper.arg(self.source.script.name.as_str()).arg(command)
            }
        }
    }

    fn name(&self) -> &str {
        &self.source.script.name
    }

    fn has(&self, command: &str) -> Option<bool> {
        self.source.commands.has(command)
    }

    /// It starts something that stays.
    fn has_daemon(&self) -> bool {
        self.source.script.starts_daemon
    }

    /// The program that should be there and is not, where none of those that it names is.
    fn missing_program(&self) -> Option<&Path> {
        let paths = &self.source.script.daemon_paths;
        let first = paths.first()?;
        let missing = |path: &PathBuf| !self.tools.at(path).exists();
        paths.iter().all(missing).then_some(first)
    }
}

/// What an exit status of a script means.
fn exit_words(command: &str, code: i32) -> Option<&'static str> {
    if command == "status" {
        return Some(match code {
            1 => "it is dead and left its pid file",
            2 => "it is dead and left its lock file",
            3 => "it does not run",
            4 => "its state is unknown",
            _ => return None,
        });
    }
    Some(match code {
        // Debian's scripts pass on what their do_start and do_stop return: 2 is any failure.
        2 if matches!(command, "start" | "stop" | "restart") => return None,
        2 => "invalid or excess arguments",
        3 => "the script has no such command",
        4 => "insufficient privilege",
        5 => "its program is not installed",
        6 => "it is not configured",
        7 => "it is not running",
        126 => "something that it runs is not executable",
        127 => "something that it runs is not there",
        _ => return None,
    })
}
