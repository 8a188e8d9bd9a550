//! Other tools' names: called as `systemctl`, `service`, `rc-service` …, the program takes that tool's
//! arguments, prints what that tool is known to print and ends with its exit codes, on whatever
//! init there is.

mod systemctl;

use std::ffi::OsString;
use std::process::ExitCode;

/// A tool that this program can stand for.
pub struct Tool {
    /// The name that it is called by.
    pub name: &'static str,
    /// Runs it with its arguments, its own name not among them.
    pub run: fn(&[OsString]) -> ExitCode,
}

/// The tools, by name.
pub const TOOLS: &[Tool] = &[Tool { name: "systemctl", run: systemctl::run }];

/// The tool that a program's own name (`argv[0]`) means.
pub fn called_as(argv0: &std::ffi::OsStr) -> Option<&'static Tool> {
    let name = std::path::Path::new(argv0).file_name()?;
    TOOLS.iter().find(|tool| name == tool.name)
}
