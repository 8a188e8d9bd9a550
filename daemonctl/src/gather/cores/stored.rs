//! systemd-coredump's store: `core.COMM.UID.BOOT.PID.TIME.zst`.

use std::path::Path;

use insight::snapshot::{CoreDump, Seen};

use super::{NAMES_MAX, is_comm_of};

/// Where it stores.
const FOLDER: &str = "var/lib/systemd/coredump";

/// The dumps of programs of these names.
pub(super) fn of(root: &Path, names: &[&str]) -> Seen<Vec<CoreDump>> {
    let folder = root.join(FOLDER);
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            return Seen::NotPermitted;
        }
        Err(_) => return Seen::Absent,
    };
    let mut found = Vec::new();
    for entry in entries.flatten().take(NAMES_MAX) {
        let name = entry.file_name();
        let Some(mut dump) = name.to_str().and_then(dump) else { continue };
        if !names.iter().any(|name| is_comm_of(&dump.program, name)) {
            continue;
        }
        let path = entry.path();
        dump.signal = attribute(&path, c"user.coredump.signal").and_then(|text| text.parse().ok());
        if let Some(program) = attribute(&path, c"user.coredump.exe") {
            dump.program = program;
        }
        dump.file = Some(path.display().to_string());
        found.push(dump);
    }
    Seen::Known(found)
}

/// What the name of a stored dump tells. `comm` may hold dots and is escaped as in unit names (`\\x2e`).
pub(super) fn dump(name: &str) -> Option<CoreDump> {
    let mut rest = name.strip_prefix("core.")?;
    for packed in [".zst", ".lz4", ".xz"] {
        rest = rest.strip_suffix(packed).unwrap_or(rest);
    }
    let mut parts = rest.rsplitn(5, '.');
    let (time, pid, _boot, _uid, comm) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    Some(CoreDump {
        time_usec: time.parse().ok()?,
        pid: Some(pid.parse().ok()?),
        program: unescape(comm),
        ..CoreDump::default()
    })
}

fn unescape(comm: &str) -> String {
    let mut text = String::new();
    let mut rest = comm;
    while let Some((before, after)) = rest.split_once("\\x") {
        text.push_str(before);
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => {
                text.push(char::from(code));
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                text.push_str("\\x");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

fn attribute(path: &Path, name: &std::ffi::CStr) -> Option<String> {
    let mut room = [0u8; 512];
    let length = rustix::fs::lgetxattr(path, name, &mut room[..]).ok()?;
    Some(String::from_utf8_lossy(room.get(..length)?).into_owned())
}
