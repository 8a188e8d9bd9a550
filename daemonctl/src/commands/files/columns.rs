//! The table of open files.

use std::borrow::Cow;

use present::json::{self, Object};
use present::{Column, Kind, Rows, Style, Value, Why};
use process::descriptors::{self, path_of};
use process::fact::Fact;
use process::holders::Match;
use process::locality::Metadata;
use process::raw::fdinfo::{Access, FdInfo, LockKind};
use process::sockets::Socket;

use crate::columns::fact;
use crate::snapshot::Row;

/// Type, size and links: a stat(2) for each file.
pub const NEED_METADATA: u64 = 1;
/// Position, flags and locks: a file of `fdinfo` for each descriptor.
pub const NEED_INFO: u64 = 1 << 1;
/// Reading or writing: a stat(2) of each link.
pub const NEED_ACCESS: u64 = 1 << 2;

/// A marker for the table.
pub enum Files {}

impl Rows for Files {
    type Row<'a> = FileRow<'a>;
}

/// In which way a process has a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// An open descriptor.
    Descriptor(u32),
    /// Working directory.
    Cwd,
    /// Root directory.
    Root,
    /// Executable.
    Exe,
    /// Mapped into memory.
    Mapped,
}

/// What is remarkable about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flagged {
    /// Nothing.
    No,
    /// It has no name any more.
    Deleted,
}

/// One open file of one process.
#[derive(Clone)]
pub struct FileRow<'a> {
    /// Whose.
    pub process: Row<'a>,
    /// In which way.
    pub place: Place,
    /// The link's target.
    pub target: Box<[u8]>,
    /// What it is, in one word.
    pub word: Cow<'a, str>,
    /// Deleted or not.
    pub flagged: Flagged,
    /// Reading or writing.
    pub access: Fact<Access>,
    /// What the file system says.
    pub metadata: Fact<Metadata>,
    /// What `fdinfo` says.
    pub info: Fact<Box<FdInfo>>,
    /// Of a socket: its endpoints.
    pub socket: Option<Box<Socket>>,
    /// What to show as the name, where the target says too little.
    pub text: Option<Box<str>>,
    /// For a search by path: how it matched.
    pub how: Option<Match>,
    /// Its metadata was wanted and not asked for, because that could hang.
    pub unasked: bool,
}

impl FileRow<'_> {
    /// If it is a socket, its inode number.
    pub fn socket_inode(&self) -> Option<u64> {
        match descriptors::Kind::of(&self.target) {
            descriptors::Kind::Socket { inode } => Some(inode),
            _ => None,
        }
    }

    fn place_text(&self) -> Cow<'static, str> {
        match self.place {
            Place::Descriptor(number) => Cow::Owned(number.to_string()),
            Place::Cwd => Cow::Borrowed("cwd"),
            Place::Root => Cow::Borrowed("root"),
            Place::Exe => Cow::Borrowed("exe"),
            Place::Mapped => Cow::Borrowed("mem"),
        }
    }

    /// The name for people.
    fn name(&self) -> Cow<'_, [u8]> {
        let mark: &[u8] = match (self.flagged, self.how) {
            (Flagged::Deleted, _) => b" (deleted)",
            (_, Some(Match::SameName)) => b" (by name)",
            _ => b"",
        };
        let name: &[u8] = match &self.text {
            Some(text) => text.as_bytes(),
            None if mark.is_empty() => return Cow::Borrowed(&*self.target),
            None => path_of(&self.target),
        };
        Cow::Owned([name, mark].concat())
    }

    fn size(&self) -> Option<u64> {
        let file = self.metadata.known()?;
        file.file_type.is_file().then_some(file.size_bytes)
    }

    fn flags(&self) -> Option<String> {
        let info = self.info.known()?;
        let named = [
            (info.append(), "append"),
            (info.nonblocking(), "nonblock"),
            (info.close_on_exec(), "cloexec"),
        ];
        info.flags?;
        let set: Vec<&str> =
            named.iter().filter(|(set, _)| *set == Some(true)).map(|(_, name)| *name).collect();
        Some(set.join(","))
    }

    fn locks(&self) -> Option<String> {
        let locks = self.info.known()?.locks.iter().map(|lock| {
            let call = match lock.kind {
                LockKind::Flock => "flock",
                LockKind::Posix => "fcntl",
                LockKind::OpenFileDescription => "ofd",
                LockKind::Lease => "lease",
                LockKind::Other => "other",
            };
            format!("{call}:{}", if lock.exclusive { "write" } else { "read" })
        });
        Some(locks.collect::<Vec<_>>().join(","))
    }
}

type C = Column<Files>;

/// All columns of `files`.
pub static COLUMNS: &[C] = &[
    C::new("pid", "PID", Kind::Number, "process id", |r| r.process.process.pid().into()).shown(),
    C::new("program", "PROGRAM", Kind::Text, "name of the process", |r| {
        Value::raw(&*r.process.process.comm)
    })
    .json("comm")
    .shown()
    .max_width(20),
    C::new("user", "USER", Kind::Text, "user of the process", |r| {
        Value::or_missing(r.process.user(), Why::Unknown)
    }),
    C::new("service", "SERVICE", Kind::Text, "service of the process", |r| {
        Value::or_missing(
            r.process.service().map(|service| service.name.as_str()),
            Why::NotApplicable,
        )
    })
    .max_width(32),
    C::new("fd", "FD", Kind::Text, "descriptor, or cwd, root, exe, mem", |r| {
        Value::text(r.place_text())
    })
    .align(present::Align::Right)
    .shown(),
    C::new("type", "TYPE", Kind::Text, "file, dir, pipe, socket, device, eventfd …", |r| {
        Value::text(&*r.word)
    })
    .needs(NEED_METADATA)
    .style(|r| if r.flagged == Flagged::Deleted { Style::Warn } else { Style::Plain })
    .shown(),
    C::new("mode", "MODE", Kind::Text, "r: reads, w: writes, path: neither", |r| {
        fact(r.access.as_ref(), |access| Value::text(access.letters()))
    })
    .json("access")
    .needs(NEED_ACCESS)
    .shown(),
    C::new("size", "SIZE", Kind::Bytes, "length of a regular file", |r| {
        match (&r.metadata, r.size()) {
            (Fact::Known(_), None) => Value::Missing(Why::NotApplicable),
            (_, Some(size)) => Value::Bytes(size),
            (other, None) => fact(other.as_ref(), |_| Value::Missing(Why::NotApplicable)),
        }
    })
    .json("size_bytes")
    .needs(NEED_METADATA)
    .shown(),
    C::new("disk", "DISK", Kind::Bytes, "space that the file takes", |r| {
        fact(r.metadata.as_ref(), |file| Value::Bytes(file.allocated_bytes))
    })
    .json("allocated_bytes")
    .needs(NEED_METADATA),
    C::new("links", "LINKS", Kind::Number, "names that the file has; 0: deleted", |r| {
        fact(r.metadata.as_ref(), |file| Value::Uint(file.links))
    })
    .needs(NEED_METADATA),
    C::new("deleted", "DELETED", Kind::Bool, "the file has no name any more", |r| {
        Value::Bool(r.flagged == Flagged::Deleted)
    })
    .needs(NEED_METADATA),
    C::new("device", "DEVICE", Kind::Text, "device of the file system, major:minor", |r| {
        fact(r.metadata.as_ref(), |file| {
            let (major, minor) = file.identity.device;
            Value::text(format!("{major}:{minor}"))
        })
    })
    .needs(NEED_METADATA),
    C::new("inode", "INODE", Kind::Number, "inode number", |r| {
        fact(r.metadata.as_ref(), |file| Value::Uint(file.identity.inode))
    })
    .needs(NEED_METADATA),
    C::new("pos", "POS", Kind::Number, "position in the file", |r| {
        fact(r.info.as_ref(), |info| Value::or_missing(info.position_bytes, Why::Unknown))
    })
    .json("position_bytes")
    .needs(NEED_INFO),
    C::new("flags", "FLAGS", Kind::Text, "append, nonblock, cloexec", |r| {
        fact(r.info.as_ref(), |_| Value::or_missing(r.flags(), Why::Unknown))
    })
    .needs(NEED_INFO),
    C::new("locks", "LOCKS", Kind::Text, "locks held on the file", |r| {
        fact(r.info.as_ref(), |_| Value::or_missing(r.locks(), Why::Unknown))
    })
    .needs(NEED_INFO),
    C::new("name", "NAME", Kind::Text, "path, or what else it is", |r| Value::Raw(r.name()))
        .json("text")
        .style(|r| match r.flagged {
            Flagged::Deleted => Style::Warn,
            Flagged::No => Style::Plain,
        })
        .flexible(20)
        .shown(),
];

/// One file as a JSON object.
pub fn json(row: &FileRow<'_>, shown: &[&'static C]) -> Object {
    const NAMED: [&str; 2] = ["fd", "name"];
    let always = ["pid", "program", "user", "service"];
    let columns: Vec<&'static C> = COLUMNS
        .iter()
        .filter(|column| {
            let asked = shown.iter().any(|shown| shown.key == column.key);
            !NAMED.contains(&column.key)
                && (asked || always.contains(&column.key) || column.key == "deleted")
        })
        .collect();
    let mut object = json::row(&columns, row);
    object.put("start_ticks", row.process.process.key.start_ticks);
    object.put(
        "role",
        match row.place {
            Place::Descriptor(_) => "descriptor",
            Place::Cwd => "cwd",
            Place::Root => "root",
            Place::Exe => "exe",
            Place::Mapped => "mapped",
        },
    );
    match row.place {
        Place::Descriptor(number) => object.put("fd", number),
        _ => object.put("fd", Value::Missing(Why::NotApplicable)),
    };
    let target = if row.flagged == Flagged::Deleted { path_of(&row.target) } else { &row.target };
    object.put("name", Value::raw(target));
    if let Some(how) = row.how {
        object.put(
            "match",
            match how {
                Match::SameFile => "same_file",
                Match::SameName => "same_name",
                Match::DeletedNamesake => "deleted_namesake",
            },
        );
    }
    if let Some(socket) = &row.socket {
        object.put_object("socket", crate::sockets_json::socket(socket));
    }
    object
}
