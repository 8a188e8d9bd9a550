//! Reading files that anybody may have written: bounded, and never waiting.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{FileType, Mode, OFlags, fstat, open};

/// The first `longest` bytes of a regular file.
///
/// A pipe that nobody writes to, a terminal or a device in the file's place is an error and does
/// not hold us up; a file without an end is cut.
pub(crate) fn head(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    let fd = open(path, flags, Mode::empty())?;
    let status = fstat(&fd)?;
    if FileType::from_raw_mode(status.st_mode) != FileType::RegularFile {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    // Room for all of it and a little more: read whole in one call, and its end seen in the next.
    // Files of /proc have a size of zero.
    let size = u64::try_from(status.st_size).unwrap_or(0).min(longest);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(64));
    File::from(fd).take(longest).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The first `longest` bytes of a regular file as text, with what is not UTF-8 replaced.
pub(crate) fn text(path: &Path, longest: u64) -> io::Result<String> {
    Ok(as_text(head(path, longest)?))
}

/// Bytes as text, with what is not UTF-8 replaced.
pub(crate) fn as_text(bytes: Vec<u8>) -> String {
    // Nearly all are UTF-8, which is faster to check than to replace.
    String::from_utf8(bytes).unwrap_or_else(|e| String::from_utf8_lossy(e.as_bytes()).into_owned())
}

/// The names in a folder that are UTF-8, sorted; at most `most`. A folder that is not there is
/// empty.
pub(crate) fn names(folder: &Path, most: usize) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .take(most)
        .collect();
    names.sort_unstable();
    Ok(names)
}

/// When a file or link was last changed, in microseconds since 1970; links are not followed.
pub(crate) fn changed_unix_usec(path: &Path) -> Option<u64> {
    let changed = std::fs::symlink_metadata(path).ok()?.modified().ok()?;
    u64::try_from(changed.duration_since(std::time::UNIX_EPOCH).ok()?.as_micros()).ok()
}
