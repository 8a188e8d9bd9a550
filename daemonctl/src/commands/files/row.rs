//! One open file: what its link says, and what the kernel tells of it besides.

use process::descriptors::{Descriptor, Kind};
use process::fact::Fact;
use process::locality::{Metadata, Mounts};
use process::procfs::ReadError;
use process::raw::fdinfo::FdInfo;
use process::signals::Signal;

use super::columns::{FileRow, Flagged, NEED_ACCESS, NEED_INFO, NEED_METADATA, Place};
use crate::snapshot::Row;

/// What is wanted of each file.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// All mapped files, not only deleted ones.
    pub all: bool,
    /// Only deleted files.
    pub deleted_only: bool,
    /// Bits of the columns.
    pub needs: u64,
}

impl Options {
    /// Whether one of the columns shows this.
    pub fn wants(self, bit: u64) -> bool {
        self.needs & bit != 0
    }
}

/// A row of which only the link is known.
pub fn plain<'a>(
    process: Row<'a>,
    place: Place,
    target: Box<[u8]>,
    word: std::borrow::Cow<'a, str>,
    flagged: Flagged,
) -> FileRow<'a> {
    FileRow {
        process,
        place,
        target,
        word,
        flagged,
        access: Fact::NotApplicable,
        metadata: Fact::NotMeasured,
        info: Fact::NotApplicable,
        socket: None,
        text: None,
        how: None,
        unasked: false,
    }
}

/// A row of an open descriptor, with what the columns want.
pub fn of_descriptor<'a>(
    process: Row<'a>,
    descriptor: &Descriptor<'_>,
    options: Options,
    mounts: &Mounts,
) -> FileRow<'a> {
    let wants_metadata = options.wants(NEED_METADATA);
    let metadata = match wants_metadata {
        true => descriptor.metadata(mounts),
        false => Fact::NotMeasured,
    };
    let access = match options.wants(NEED_ACCESS) {
        true => descriptor.access(),
        false => Fact::NotMeasured,
    };
    let tells_more = tells_more(descriptor);
    let info = match options.wants(NEED_INFO) || tells_more {
        true => {
            descriptor.info().map_or_else(ReadError::into_fact, |info| Fact::Known(Box::new(info)))
        }
        false => Fact::NotMeasured,
    };
    let text = match info.known() {
        Some(info) if tells_more => more(descriptor, info).map(String::into_boxed_str),
        _ => None,
    };
    let flagged = match metadata.known() {
        _ if descriptor.kind == Kind::Memory => Flagged::No,
        Some(file) if file.links == 0 => Flagged::Deleted,
        Some(_) => Flagged::No,
        None if descriptor.kind == Kind::Deleted => Flagged::Deleted,
        None => Flagged::No,
    };
    let word = word(descriptor.kind, metadata.known());
    let place = Place::Descriptor(descriptor.number);
    let unasked = wants_metadata && metadata == Fact::NotMeasured;
    let file = plain(process, place, Box::from(descriptor.target), word, flagged);
    FileRow { access, metadata, info, text, unasked, ..file }
}

/// Whether `fdinfo` says more of it than a link can.
fn tells_more(descriptor: &Descriptor<'_>) -> bool {
    matches!(descriptor.kind, Kind::Anonymous(b"pidfd" | b"signalfd"))
        || descriptor.target.ends_with(b"/ptmx")
}

fn more(descriptor: &Descriptor<'_>, info: &FdInfo) -> Option<String> {
    if let Some(index) = info.terminal_index {
        return Some(format!("/dev/ptmx: master of /dev/pts/{index}"));
    }
    if let Some(mask) = info.signal_mask {
        let names: Vec<String> = Signal::in_mask(mask).map(|signal| signal.to_string()).collect();
        return Some(format!("signals {}", names.join(",")));
    }
    match (descriptor.kind, info.pid?) {
        (Kind::Anonymous(b"pidfd"), pid) if pid > 0 => Some(format!("process {pid}")),
        (Kind::Anonymous(b"pidfd"), _) => Some("process that has ended".to_owned()),
        _ => None,
    }
}

fn word(kind: Kind<'_>, metadata: Option<&Metadata>) -> std::borrow::Cow<'static, str> {
    use rustix::fs::FileType;
    let fixed = match kind {
        Kind::Terminal => "terminal",
        Kind::Memory => "memfd",
        Kind::Pipe { .. } => "pipe",
        Kind::Socket { .. } => "socket",
        Kind::Namespace(_) => "namespace",
        Kind::Device => "device",
        Kind::Anonymous(name) => return String::from_utf8_lossy(name).into_owned().into(),
        Kind::Other => "other",
        Kind::Path | Kind::Deleted => match metadata.map(|file| file.file_type) {
            Some(FileType::RegularFile) => "file",
            Some(FileType::Directory) => "dir",
            Some(FileType::Fifo) => "fifo",
            Some(FileType::CharacterDevice | FileType::BlockDevice) => "device",
            Some(FileType::Socket) => "socket",
            Some(FileType::Symlink) => "link",
            _ => "path",
        },
    };
    fixed.into()
}

/// Where only the link tells.
pub fn deleted_by_name(target: &[u8]) -> Flagged {
    let memory = matches!(Kind::of(target), Kind::Memory);
    match target.ends_with(b" (deleted)") && !memory {
        true => Flagged::Deleted,
        false => Flagged::No,
    }
}
