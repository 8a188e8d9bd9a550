//! Which line of which crontab a job is, crontab(5).

use std::path::{Path, PathBuf};

use crate::process::Process;

/// Where system crontabs are: their lines name a user behind the times.
const SYSTEM_TABLES: &[&str] = &["etc/crontab", "etc/anacrontab"];
const SYSTEM_FOLDERS: &[&str] = &["etc/cron.d"];
/// Users' own crontabs, on Debian and on Red Hat, Alpine and Arch.
const USER_FOLDERS: &[&str] = &["var/spool/cron/crontabs", "var/spool/cron", "etc/crontabs"];
/// More files than a machine has.
const MAX_FILES: usize = 1_000;

/// The line whose command this job runs, as `(FILE:LINE, how)`.
pub fn entry(root: &Path, process: &Process) -> Option<(String, String)> {
    let arguments: Vec<String> =
        process.args().map(|arg| String::from_utf8_lossy(arg).into_owned()).collect();
    // `sh -c COMMAND`, as cron runs it.
    let command = match arguments.iter().position(|arg| arg == "-c") {
        Some(at) => arguments.get(at + 1)?.trim().to_owned(),
        None => arguments.join(" "),
    };
    if command.is_empty() {
        return None;
    }
    for (path, names_user) in tables(root) {
        let Some(text) = super::login::read(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            if command_of(line, names_user).is_some_and(|found| found == command) {
                let shown = path
                    .strip_prefix(root)
                    .map_or_else(|_| path.clone(), |rest| Path::new("/").join(rest));
                return Some((
                    format!("{}:{}", shown.display(), number + 1),
                    format!("its command is that line's: {}", line.trim()),
                ));
            }
        }
    }
    None
}

fn tables(root: &Path) -> Vec<(PathBuf, bool)> {
    let mut found: Vec<(PathBuf, bool)> =
        SYSTEM_TABLES.iter().map(|name| (root.join(name), true)).collect();
    let folders = SYSTEM_FOLDERS
        .iter()
        .map(|name| (name, true))
        .chain(USER_FOLDERS.iter().map(|name| (name, false)));
    for (folder, names_user) in folders {
        let entries = std::fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        found.extend(entries.take(MAX_FILES).map(|entry| (entry.path(), names_user)));
    }
    found
}

/// The command of a line: behind five times (or `@daily`), and behind the user in system tables.
fn command_of(line: &str, names_user: bool) -> Option<String> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let times = if line.starts_with('@') { 1 } else { 5 };
    let mut rest = line;
    for _ in 0..times + usize::from(names_user) {
        let end = rest.find([' ', '\t'])?;
        rest = rest.get(end..)?.trim_start();
    }
    // An unescaped % ends the command and begins its input.
    let mut command = String::new();
    let mut characters = rest.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' if characters.peek() == Some(&'%') => command.extend(characters.next()),
            '%' => break,
            other => command.push(other),
        }
    }
    Some(command.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_behind_times_and_users() {
        assert_eq!(
            command_of("* * * * * root /bin/x  -a 'b c'", true).unwrap(),
            "/bin/x  -a 'b c'"
        );
        assert_eq!(command_of("*/5\t1 2 * 1-5 /bin/x", false).unwrap(), "/bin/x");
        assert_eq!(command_of("@daily alice run", true).unwrap(), "run");
        assert_eq!(command_of("* * * * * date +\\%F%in\\%put", false).unwrap(), "date +%F");
        assert_eq!(command_of("# * * * * * x", false), None);
        assert_eq!(command_of("PATH=/bin", false), None);
        assert_eq!(command_of("* * *", false), None);
    }
}
