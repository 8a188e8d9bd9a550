//! WHAT: pids, names, services, `:port`s and `/path`s on the command line.

use std::collections::BTreeSet;

use process::process::base_name;

use crate::context::Context;
use crate::failure::Failure;
use crate::snapshot::{Row, Snapshot};

/// One WHAT, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A number: a process id.
    Pid(u32),
    /// `:80`: who listens on this port, or is connected from it.
    Port(u16),
    /// `/var/log/syslog`: who has it open, runs it, maps it or is in it.
    Path(Vec<u8>),
    /// The name of a service, or of a program.
    Name(String),
}

impl What {
    /// Reads one argument.
    ///
    /// # Errors
    /// `:` without a port, or an empty argument.
    pub fn parse(text: &str) -> Result<What, Failure> {
        let shown = present::text::clean(text.as_bytes());
        if let Some(port) = text.strip_prefix(':') {
            return port.parse().map(What::Port).map_err(|_| {
                Failure::usage(format_args!("`{shown}` is no port"))
                    .hint("a port is a number from 0 to 65535, as in :80")
            });
        }
        if text.is_empty() {
            return Err(Failure::usage("an empty WHAT")
                .hint("give a pid, a name, a service, :port or /path"));
        }
        if text.starts_with('/') {
            return Ok(What::Path(text.as_bytes().to_vec()));
        }
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            return text.parse().map(What::Pid).map_err(|_| {
                Failure::not_found(format_args!("no process {shown}: no pid is that large"))
            });
        }
        Ok(What::Name(text.to_owned()))
    }
}

/// Indices of the processes that the arguments name, each argument at least one.
///
/// # Errors
/// An argument that makes no sense, or names nothing: with the nearest names.
pub fn find(
    context: &Context,
    snapshot: &Snapshot,
    texts: &[String],
) -> Result<BTreeSet<usize>, Failure> {
    let mut found = BTreeSet::new();
    for text in texts {
        let matched = match What::parse(text)? {
            What::Pid(pid) => by_pid(snapshot, pid),
            What::Name(name) => by_name(snapshot, &name),
            What::Port(port) => crate::owners::of_port(context, snapshot, port)?,
            What::Path(path) => crate::owners::of_path(context, snapshot, &path)?,
        };
        if matched.is_empty() {
            return Err(nothing(context, snapshot, text));
        }
        found.extend(matched);
    }
    Ok(found)
}

fn by_pid(snapshot: &Snapshot, pid: u32) -> Vec<usize> {
    snapshot.sample.index_of(pid).into_iter().collect()
}

/// A service of that name first: all its processes. Else programs of that name.
fn by_name(snapshot: &Snapshot, name: &str) -> Vec<usize> {
    let rows = || (0..snapshot.sample.processes.len()).filter_map(|index| snapshot.row(index));
    let of_service: Vec<usize> = rows()
        .filter(|row| row.service().is_some_and(|service| names_service(name, &service.name)))
        .map(|row| row.index)
        .collect();
    if !of_service.is_empty() {
        return of_service;
    }
    rows().filter(|row| is_called(row, name.as_bytes())).map(|row| row.index).collect()
}

/// Whether `asked` names the service `name`: a unit's suffix may be left out.
pub fn names_service(asked: &str, name: &str) -> bool {
    asked == name || name.strip_suffix(".service") == Some(asked)
}

/// Whether a process is called so: by its own name, or by the program it was started as.
fn is_called(row: &Row<'_>, name: &[u8]) -> bool {
    let started_as = row.process.argv0().map(base_name);
    let script = row.process.args().nth(1).filter(|arg| arg.starts_with(b"/")).map(base_name);
    *row.process.comm == *name
        || started_as == Some(name)
        || script == Some(name) && !row.process.stat.is_kernel_thread()
}

fn nothing(context: &Context, snapshot: &Snapshot, text: &str) -> Failure {
    let shown = present::text::clean(text.as_bytes());
    let failure = Failure::not_found(format_args!("nothing here is `{shown}`"));
    if text.starts_with(':') {
        return failure.hint("`daemonctl ports` lists what listens");
    }
    if text.starts_with('/') {
        let hint = if std::fs::symlink_metadata(text).is_ok() {
            "no process that may be seen has it open"
        } else {
            "there is no such file"
        };
        return failure.hint(hint);
    }
    let _ = context;
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return failure.hint(
            "the process has ended, or it was never there (hidepid can hide others' processes)",
        );
    }
    let near = nearest(snapshot, text);
    if near.is_empty() {
        failure.hint("`daemonctl ps` lists the processes")
    } else {
        failure.hint(format_args!("did you mean {}?", near.join(", ")))
    }
}

/// Names of services and programs that hold the text, or that it holds.
fn nearest(snapshot: &Snapshot, text: &str) -> Vec<String> {
    let wanted = text.to_lowercase();
    let mut names: BTreeSet<String> =
        snapshot.judgement.services.iter().map(|service| service.name.clone()).collect();
    names.extend(
        snapshot
            .sample
            .processes
            .iter()
            .map(|process| String::from_utf8_lossy(&process.comm).into_owned()),
    );
    names
        .into_iter()
        .filter(|name| {
            let name = name.to_lowercase();
            name.len() > 2 && (name.contains(&wanted) || wanted.contains(&name))
                || strsim(&name, &wanted)
        })
        .take(5)
        // A name with a line break would make lines of its own in the message.
        .map(|name| present::text::clean(name.as_bytes()).into_owned())
        .collect()
}

/// Whether two names differ by one letter changed, added, left out or swapped.
fn strsim(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > 1 || one.len() < 3 {
        return false;
    }
    let same_start = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let same_end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let longest = one.len().max(other.len());
    same_start + same_end + 1 >= longest
        || same_start + same_end + 2 >= longest && one.len() == other.len() && {
            let pair = |name: &[char]| {
                name.get(same_start).copied().zip(name.get(same_start + 1).copied())
            };
            pair(&one).is_some_and(|(a, b)| pair(&other) == Some((b, a)))
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_told_apart() {
        assert_eq!(What::parse("12").unwrap(), What::Pid(12));
        assert_eq!(What::parse(":80").unwrap(), What::Port(80));
        assert_eq!(What::parse("/a b").unwrap(), What::Path(b"/a b".to_vec()));
        assert_eq!(What::parse("nginx").unwrap(), What::Name("nginx".into()));
        assert_eq!(What::parse("7zip").unwrap(), What::Name("7zip".into()));
        for wrong in ["", ":", ":x", ":65536", "99999999999"] {
            assert!(What::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn services_with_and_without_suffix() {
        assert!(
            names_service("nginx", "nginx.service")
                && names_service("nginx.service", "nginx.service")
        );
        assert!(!names_service("ngin", "nginx.service") && !names_service("nginx", "nginx.socket"));
    }

    #[test]
    fn misspelt_names_are_near() {
        assert!(strsim("nginx", "ngnix") && strsim("nginx", "ngix") && strsim("nginx", "nginxx"));
        assert!(!strsim("nginx", "redis") && !strsim("ab", "ac"));
    }
}
