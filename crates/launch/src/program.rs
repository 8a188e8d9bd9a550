//! Why a program could not be executed: execve(2) has one number for many reasons.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// The kernel reads no more of a script's first line (`BINPRM_BUF_SIZE`).
const FIRST_LINE: usize = 256;

/// That error of execve(2), with what the file itself shows about the reason.
///
/// The kind of the error stays; its number is kept only where there is nothing to add.
pub fn explained(program: &Path, error: io::Error) -> io::Error {
    match reason(program, &error) {
        Some(text) => io::Error::new(error.kind(), text),
        None => error,
    }
}

fn reason(program: &Path, error: &io::Error) -> Option<String> {
    let number = error.raw_os_error()?;
    if let Some(interpreter) = interpreter(program)
        && let Some(text) = bad_interpreter(&interpreter, error)
    {
        return Some(text);
    }
    let text = match number {
        libc::ENOENT if program.is_file() => {
            "its loader is missing: it was built for another C library or another architecture"
        }
        libc::ENOEXEC => not_executable_format(program),
        libc::EACCES if program.is_dir() => "it is a directory",
        libc::EACCES if is_on_noexec(program) => "it lies in a file system that is mounted noexec",
        libc::EACCES if program.is_file() && !is_executable(program) => {
            "it is not executable: see its mode and owner (chmod +x)"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

/// The interpreter that a script's first line names.
fn interpreter(program: &Path) -> Option<Vec<u8>> {
    let line = first_line(program)?;
    let rest = line.strip_prefix(b"#!")?.trim_ascii_start();
    let end = rest.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(rest.len());
    rest.get(..end).map(<[u8]>::to_vec)
}

fn first_line(program: &Path) -> Option<Vec<u8>> {
    // What is no plain file might wait, or react to being opened.
    if !program.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    File::open(program).ok()?.take(FIRST_LINE as u64).read_to_end(&mut bytes).ok()?;
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    bytes.truncate(end);
    Some(bytes)
}

fn bad_interpreter(interpreter: &[u8], error: &io::Error) -> Option<String> {
    let shown = String::from_utf8_lossy(interpreter);
    if let Some(path) = interpreter.strip_suffix(b"\r") {
        let shown = String::from_utf8_lossy(path);
        return Some(format!(
            "bad interpreter: {}^M: the first line ends in CRLF; save it with Unix line ends",
            shown.escape_debug()
        ));
    }
    let path = Path::new(std::ffi::OsStr::from_bytes(interpreter));
    // The script itself may be what is not executable.
    match path.metadata() {
        Err(why) => Some(format!("bad interpreter: {}: {why}", shown.escape_debug())),
        Ok(found) if found.is_dir() => {
            Some(format!("bad interpreter: {}: it is a directory", shown.escape_debug()))
        }
        Ok(_) if error.raw_os_error() == Some(libc::ENOENT) => {
            Some(format!("bad interpreter: {}: its loader is missing", shown.escape_debug()))
        }
        Ok(_) if !is_executable(path) => {
            Some(format!("bad interpreter: {}: it is not executable", shown.escape_debug()))
        }
        Ok(_) => None,
    }
}

fn not_executable_format(program: &Path) -> &'static str {
    match first_line(program) {
        Some(line) if line.is_empty() => "it is empty",
        Some(line) if line.starts_with(b"\x7fELF") => {
            "it is a program for another kind of processor, or damaged"
        }
        Some(line) if line.starts_with(b"\xef\xbb\xbf#!") => {
            "its first line begins with a byte order mark, not with #!: save it without"
        }
        _ => "it is neither a program nor a script: its first line does not begin with #!",
    }
}

fn is_executable(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::EXEC_OK).is_ok()
}

fn is_on_noexec(program: &Path) -> bool {
    rustix::fs::statvfs(program)
        .is_ok_and(|found| found.f_flag.contains(rustix::fs::StatVfsMountFlags::NOEXEC))
}
