//! What a user may do with a path: modes, ACLs, capabilities (path_resolution(7), acl(5), capabilities(7)).
//!
//! [`may`] walks a [`PathFact`] name by name and answers with the first step that refuses, and why, in words.
//! [`service_account`] says as whom a service acts, [`sandbox`] which settings of its unit hide or protect a path.

mod bits;
pub mod capability;
pub mod sandbox;
mod who;
mod words;

pub use bits::grants;
pub use who::{Who, account, service_account};
pub use words::{described, kind_word, mode_text, name_of_group, name_of_user};

use crate::snapshot::{Entry, FileKind, PathFact, Seen, Snapshot, Step};

/// What somebody wants to do with what is at the end of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Want {
    /// Read a file, or list a directory.
    Read,
    /// Write a file that is there, or make names in a directory.
    Write,
    /// Execute a file.
    Execute,
    /// Enter a directory, or go through it.
    Search,
    /// Write a file; if it is not there, make it (its directory must be there).
    WriteOrMake,
}

/// The kind of a refusal: errno(3)'s, by what is behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// ENOENT: there is nothing of that name.
    Missing,
    /// ENOENT: it is a link that leads nowhere.
    Dangling,
    /// ENOTDIR: something on the way is no directory.
    NotDirectory,
    /// EACCES: it is to be executed and no regular file.
    NotFile,
    /// ELOOP: links go round in a circle.
    Loop,
    /// EACCES at a directory on the way: it can't be searched.
    Way,
    /// EACCES at the end: mode or ACL.
    Mode,
    /// EPERM: immutable or append-only (chattr(1)).
    Immutable,
    /// EROFS: the file system is mounted read-only.
    ReadOnly,
    /// EACCES: the file system is mounted noexec.
    NoExec,
}

/// Which step refuses, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The kind.
    pub kind: Kind,
    /// The step that refuses: where something would have to change.
    pub path: String,
    /// What is there, if anything is.
    pub entry: Option<Entry>,
    /// Whether the step that refuses is the path's end.
    pub is_end: bool,
    /// Why, in words: `/srv/www is drwx------ root:root: www-data can't search it`.
    pub why: String,
}

/// Whether it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is.
    Yes,
    /// It is not.
    No(Refusal),
    /// A step could not be seen, or was not looked at.
    Unknown,
}

impl Answer {
    /// The refusal, if it is one.
    pub fn refusal(self) -> Option<Refusal> {
        match self {
            Answer::No(refusal) => Some(refusal),
            Answer::Yes | Answer::Unknown => None,
        }
    }
}

/// Whether `who` may do what it wants with a path, as far as modes, ACLs, capabilities, mounts and chattr(1) say.
/// Security modules and namespaces are not asked; [`sandbox`] is about the latter.
pub fn may(snapshot: &Snapshot, who: &Who, want: Want, fact: &PathFact) -> Answer {
    if fact.is_loop {
        let why = format!("{} is a circle of symbolic links", fact.path);
        let (kind, path) = (Kind::Loop, fact.path.clone());
        return Answer::No(Refusal { kind, path, entry: None, is_end: true, why });
    }
    let Some((end, way)) = fact.steps.split_last() else { return Answer::Unknown };
    let ask = Ask { snapshot, who };
    for step in way {
        match ask.through(step, end) {
            Answer::Yes => {}
            other => return other,
        }
    }
    match &end.entry {
        Seen::Known(entry) if entry.kind == FileKind::Link => Answer::Unknown,
        Seen::Known(entry) => ask.at(end, entry, want),
        Seen::Absent => ask.absent(fact, end, way, want),
        Seen::NotPermitted | Seen::NotMeasured => Answer::Unknown,
    }
}

/// Who asks, and what is known of the machine.
struct Ask<'a> {
    snapshot: &'a Snapshot,
    who: &'a Who,
}

impl Ask<'_> {
    /// Going through a name that is not the last.
    fn through(&self, step: &Step, end: &Step) -> Answer {
        let entry = match &step.entry {
            Seen::Known(entry) => entry,
            // What follows a name that is not there can't be known either; the fact would end here.
            _ => return Answer::Unknown,
        };
        match entry.kind {
            FileKind::Link => Answer::Yes,
            FileKind::Directory if grants(self.who, entry, Want::Search) => Answer::Yes,
            FileKind::Directory => {
                let what = described(&self.snapshot.lookups, step, entry);
                let why = format!("{what}: {} can't search it", self.who.name);
                self.no(Kind::Way, step, Some(entry), false, why)
            }
            _ if !end.path.starts_with(&format!("{}/", step.path)) => Answer::Yes,
            _ => {
                let why = format!("{} is no directory", step.path);
                self.no(Kind::NotDirectory, step, Some(entry), false, why)
            }
        }
    }

    /// At the end, where something is.
    fn at(&self, step: &Step, entry: &Entry, want: Want) -> Answer {
        let want = if want == Want::WriteOrMake { Want::Write } else { want };
        if want == Want::Search && entry.kind != FileKind::Directory {
            let why = format!("{} is no directory", step.path);
            return self.no(Kind::NotDirectory, step, Some(entry), true, why);
        }
        if want == Want::Execute && entry.kind != FileKind::File {
            let why = format!("{} is {}, no program", step.path, words::kind_word(entry.kind));
            return self.no(Kind::NotFile, step, Some(entry), true, why);
        }
        if !grants(self.who, entry, want) {
            let what = described(&self.snapshot.lookups, step, entry);
            let verb = verb(want, entry.kind);
            let why = format!("{what}: {} can't {verb} it", self.who.name);
            return self.no(Kind::Mode, step, Some(entry), true, why);
        }
        let is_stored = matches!(entry.kind, FileKind::File | FileKind::Directory);
        if want == Want::Write && is_stored {
            if entry.immutable {
                let why = format!("{} is immutable or append-only (chattr(1))", step.path);
                return self.no(Kind::Immutable, step, Some(entry), true, why);
            }
            if let Some(answer) = self.read_only(step, entry, true) {
                return answer;
            }
        }
        if want == Want::Execute
            && let Some(fs) = self.snapshot.machine.filesystem_of(&step.path)
            && fs.no_exec
        {
            let why =
                format!("{} is on {}, which is mounted with noexec", step.path, fs.mount_point);
            return self.no(Kind::NoExec, step, Some(entry), true, why);
        }
        Answer::Yes
    }

    /// At the end, where nothing is.
    fn absent(&self, fact: &PathFact, end: &Step, way: &[Step], want: Want) -> Answer {
        let parent = way
            .iter()
            .rev()
            .find(|step| step.entry.known().is_some_and(|entry| entry.kind == FileKind::Directory));
        let link = way.iter().rev().find(|step| step.link.is_some());
        let is_last_name = is_last_name(&fact.path, &end.path, link);
        if want == Want::WriteOrMake && is_last_name {
            let Some((step, entry)) = parent.and_then(|step| Some((step, step.entry.known()?)))
            else {
                return Answer::Unknown;
            };
            return self.at(step, entry, Want::Write);
        }
        match link {
            Some(link) if link.link.is_some() => {
                let target = link.link.as_deref().unwrap_or_default();
                let why = format!(
                    "{} is a symbolic link to {target}, and {} does not exist",
                    link.path, end.path
                );
                self.no(Kind::Dangling, end, None, true, why)
            }
            _ => {
                let why = format!("{} does not exist", end.path);
                self.no(Kind::Missing, end, None, true, why)
            }
        }
    }

    fn read_only(&self, step: &Step, entry: &Entry, is_end: bool) -> Option<Answer> {
        let fs = self.snapshot.machine.filesystem_of(&step.path)?;
        if !fs.read_only {
            return None;
        }
        let why = format!("{} is on {}, which is mounted read-only", step.path, fs.mount_point);
        Some(self.no(Kind::ReadOnly, step, Some(entry), is_end, why))
    }

    fn no(
        &self,
        kind: Kind,
        step: &Step,
        entry: Option<&Entry>,
        is_end: bool,
        why: String,
    ) -> Answer {
        Answer::No(Refusal { kind, path: step.path.clone(), entry: entry.cloned(), is_end, why })
    }
}

/// Whether what is missing is the last name of a path, not a directory on the way to it.
fn is_last_name(asked: &str, missing: &str, link: Option<&Step>) -> bool {
    let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or("").to_owned();
    let wanted = match link.and_then(|link| link.link.as_deref().map(|to| (link, to))) {
        // The link was the last name of what was asked for: its target's last name counts.
        Some((link, to)) if name(&link.path) == name(asked) => name(to),
        _ => name(asked),
    };
    name(missing) == wanted
}

fn verb(want: Want, kind: FileKind) -> &'static str {
    match (want, kind) {
        (Want::Read, FileKind::Directory) => "list",
        (Want::Read, _) => "read",
        (Want::Write | Want::WriteOrMake, FileKind::Directory) => "make files in",
        (Want::Write | Want::WriteOrMake, _) => "write",
        (Want::Execute, _) => "execute",
        (Want::Search, _) => "search",
    }
}

#[cfg(test)]
mod tests;
