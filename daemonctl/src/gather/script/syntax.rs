//! Whether a shell can read an init script. It only parses it (`sh -n`): nothing of the script is run.

use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use insight::snapshot::{ConfigTest, Exit, Language, Service, TestEnd};
use launch::Helper;

use super::read;
use crate::context::Context;

const TIME: Duration = Duration::from_secs(2);
/// What is kept of what it says.
const LINES_MAX: usize = 20;
/// Interpreters that know `-n`, and what reads scripts of the others' languages.
const SHELLS: [(&str, &str); 9] = [
    ("/bin/sh", "/bin/sh"),
    ("/usr/bin/sh", "/bin/sh"),
    ("/bin/bash", "/bin/bash"),
    ("/usr/bin/bash", "/bin/bash"),
    ("/bin/dash", "/bin/dash"),
    ("/sbin/openrc-run", "/bin/sh"),
    ("/sbin/runscript", "/bin/sh"),
    ("/usr/sbin/openrc-run", "/bin/sh"),
    ("/lib/init/init-d-script", "/bin/sh"),
];

/// What the shell refuses of a service's script; `None`: it can be read, or it can't be told.
pub fn test(context: &Context, service: &Service) -> Option<ConfigTest> {
    let definition = service.definition.as_ref().filter(|d| d.language != Language::Unit)?;
    if context.common.system_root != std::path::Path::new("/") {
        return None;
    }
    let path = definition.files.first()?;
    let text = read(std::path::Path::new(path))?;
    // A line's end of Windows is another fault, and a shell stumbles over it.
    let shell = shell(text.lines().next()?).filter(|_| !text.contains("\r\n"))?;
    let mut output: Vec<String> = Vec::new();
    let helper = Helper::new(shell).arg("-n").arg(path).env("LC_ALL", "C").timeout(TIME);
    let mut line = |_, line: &[u8]| {
        if output.len() < LINES_MAX {
            output.push(String::from_utf8_lossy(line).trim_end().to_owned());
        }
    };
    let ended = helper.run(&mut line, &mut || ()).ok()?;
    let status = ended.status.code().filter(|code| *code != 0)?;
    if ended.timed_out || ended.status.signal().is_some() || output.is_empty() {
        return None;
    }
    Some(ConfigTest {
        command: format!("{shell} -n {path}"),
        user: None,
        end: TestEnd::Failed(Exit::Status(status)),
        complaints: output.iter().filter_map(|line| complaint(line)).collect(),
        output,
        not_run: None,
    })
}

/// The shell that reads a script with that first line.
fn shell(first: &str) -> Option<&'static str> {
    let words = first.strip_prefix("#!")?.split_whitespace();
    let program = words.into_iter().find(|word| !word.ends_with("/env"))?;
    SHELLS.iter().find(|(interpreter, _)| *interpreter == program).map(|(_, shell)| *shell)
}

/// `/etc/init.d/x: 12: Syntax error: …`, `/etc/init.d/x: line 12: syntax error …`.
fn complaint(line: &str) -> Option<(Option<String>, Option<u32>, String)> {
    let (file, rest) = line.split_once(": ")?;
    let (number, message) = rest.split_once(": ")?;
    let number = number.trim_start_matches("line ").parse().ok()?;
    Some((Some(file.to_owned()), Some(number), message.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_of_shells_have_their_lines() {
        let said = complaint("/etc/init.d/x: 12: Syntax error: end of file unexpected").unwrap();
        assert_eq!(said.1, Some(12));
        assert_eq!(said.2, "Syntax error: end of file unexpected");
        assert_eq!(complaint("/etc/init.d/x: line 3: syntax error").unwrap().1, Some(3));
        assert_eq!(complaint("nothing of that"), None);
    }

    #[test]
    fn only_shells_read_scripts() {
        assert_eq!(shell("#! /bin/sh -e"), Some("/bin/sh"));
        assert_eq!(shell("#!/sbin/openrc-run"), Some("/bin/sh"));
        assert_eq!(shell("#!/usr/bin/env /lib/init/init-d-script"), Some("/bin/sh"));
        assert_eq!(shell("#!/usr/bin/python3"), None);
    }
}
