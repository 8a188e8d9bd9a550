//! Which journal files are read, and what is said of those that can't be.

use std::io;
use std::path::{Path, PathBuf};

use journal::file::OpenError;
use journal::places::Places;
use journal::set::{Access, Set, Unread, Why};

use super::failure::{Failure, words};
use super::{Level, Tool};

/// Opens them.
///
/// # Errors
/// What was named is not there, or nothing may be read.
pub fn open(tool: &Tool) -> Result<Set, Failure> {
    let settings = &tool.settings;
    let root = match &settings.machine {
        Some(name) => Some(container(name)?),
        None => settings.root.clone(),
    };
    let files = match settings.standard_input {
        true => vec![PathBuf::from("-")],
        false => settings.files.clone(),
    };
    let takes_files = !files.is_empty() && settings.directory.is_none() && root.is_none();
    let places = Places {
        directory: settings.directory.clone(),
        files: if takes_files { files } else { Vec::new() },
        root,
        namespace: settings.namespace.clone(),
        merge: settings.merge,
        whose: settings.whose(),
    };
    let set = Set::open(&places);
    if let Some(failure) = refused(&places, &set) {
        return Err(failure);
    }
    tell(tool, &set)?;
    Ok(set)
}

/// The root of a container's file system, as systemd-machined has it.
fn container(name: &str) -> Result<PathBuf, Failure> {
    if !rustix::process::geteuid().is_root() {
        return Err(Failure::new("Using the --machine= switch requires root privileges."));
    }
    let is_name = !name.is_empty() && !name.contains('/') && !name.starts_with('.');
    let about = Path::new("/run/systemd/machines").join(name);
    let text =
        Some(about).filter(|_| is_name).and_then(|about| std::fs::read_to_string(about).ok());
    let leader = text
        .iter()
        .flat_map(|text| text.lines())
        .find_map(|line| line.strip_prefix("LEADER=")?.parse::<u32>().ok());
    match leader {
        Some(leader) => Ok(PathBuf::from(format!("/proc/{leader}/root"))),
        None => {
            Err(Failure::new(format!("Failed to open root directory: No machine '{name}' known")))
        }
    }
}

/// What was named must be there: a folder, each of the files.
fn refused(places: &Places, set: &Set) -> Option<Failure> {
    if let Some(directory) = &places.directory {
        let unread = set.unread().iter().find(|unread| unread.path == *directory)?;
        let why = words_of(&unread.why);
        return Some(Failure::new(format!("Failed to open {}: {why}", directory.display())));
    }
    if places.files.is_empty() {
        return None;
    }
    let unread = set.unread().first()?;
    let what = if places.files == [Path::new("-")] { "journal" } else { "files" };
    Some(Failure::new(format!("Failed to open {what}: {}", words_of(&unread.why))))
}

/// The words of strerror(3) for what systemd would say.
fn words_of(why: &Why) -> String {
    let text = match why {
        Why::NotPermitted => "Permission denied",
        Why::TooMany => "Argument list too long",
        Why::File(OpenError::Truncated(_)) => "No data available",
        Why::File(OpenError::Unsupported(_)) => "Protocol not supported",
        Why::File(OpenError::Corrupt(_)) => "Bad message",
        Why::File(OpenError::NotRegular("a directory")) => "Is a directory",
        Why::File(OpenError::NotRegular(_)) => "File descriptor in bad state",
        Why::File(OpenError::Io(error)) => return words(error),
    };
    text.to_owned()
}

/// Tells what is not read. A sentence for each reason, with the first file that it keeps from being
/// read.
fn tell(tool: &Tool, set: &Set) -> Result<(), Failure> {
    let quiet = tool.settings.quiet;
    if set.unread().is_empty() {
        if set.is_empty() && !quiet && !super::elsewhere::applies(&tool.settings, set) {
            tool.say(Level::Notice, "No journal files were found.");
        }
        return Ok(());
    }
    let is_blocked = set.unread().iter().any(|unread| matches!(unread.why, Why::NotPermitted));
    if is_blocked && !quiet {
        hint(tool);
    }
    let mut told: Vec<String> = Vec::new();
    for unread in set.unread() {
        let reason = words_of(&unread.why);
        if matches!(unread.why, Why::NotPermitted) || told.contains(&reason) {
            continue;
        }
        tool.say(Level::Warning, &sentence(unread));
        told.push(reason);
    }
    match is_blocked && set.is_empty() {
        true => Err(Failure::new("No journal files were opened due to insufficient permissions.")),
        false => Ok(()),
    }
}

fn sentence(unread: &Unread) -> String {
    let path = unread.path.display();
    match &unread.why {
        Why::File(OpenError::Truncated(_)) => {
            format!("Journal file {path} is truncated, ignoring file.")
        }
        Why::File(OpenError::Unsupported(_)) => format!(
            "Journal file {path} uses an unsupported feature, ignoring file.\n\
             Use SYSTEMD_LOG_LEVEL=debug journalctl --file={path} to see the details."
        ),
        Why::File(OpenError::Corrupt(_)) => {
            format!("Journal file {path} corrupted, ignoring file.")
        }
        why => format!(
            "An error was encountered while opening journal file or directory {path}, ignoring file: {}",
            words_of(why)
        ),
    }
}

/// Who could see more.
fn hint(tool: &Tool) {
    let access = Access::of_caller();
    if access.sees_all {
        return;
    }
    let settings = &tool.settings;
    let is_user_only = settings.user && !settings.system || !settings.user_units.is_empty();
    let whom = if is_user_only { "the system" } else { "other users and the system" };
    let text = match access.by_access_list {
        true => format!(
            "Hint: You are currently not seeing messages from {whom}.\n      \
             Users in groups '{}' can see all messages.\n      \
             Pass -q to turn off this notice.",
            access.groups.join("', '")
        ),
        false => format!(
            "Hint: You are currently not seeing messages from {whom}.\n      \
             Users in the 'systemd-journal' group can see all messages. Pass -q to\n      \
             turn off this notice."
        ),
    };
    tool.say(Level::Notice, &text);
}

/// The message of an error that is one of the system.
pub fn io_failure(doing: &str, error: &io::Error) -> Failure {
    Failure::new(format!("{doing}: {}", words(error)))
}
