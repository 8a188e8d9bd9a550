//! Processes with names and arguments that nobody expects.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::{Folder, Kept, keep, until};

/// Names (as files have them, 15 bytes of which the kernel keeps) and arguments that try to be
/// something else.
pub const EVIL: &[&[u8]] = &[
    b"two\nlines\n",
    b"\x1b[2J\x1b[31mred",
    b"\x1b]0;title\x07",
    b"a) S 1 1 1 0",
    b"((()))) R 0",
    b"\xff\xfe\x80invalid",
    b"\xc2\x9b31mc1",
    "\u{202e}txt.exe".as_bytes(),
    b"\r\x08\x08\x08back",
    b" \t ",
    b"[kthreadd]",
    b"\\x1b\\n\\\\",
    b"-rf",
    b"\xe2\x82",
    "日本語の名前".as_bytes(),
    b"{\"pid\":1}",
];

/// A program under this name that waits until its standard input is closed.
pub fn named(folder: &Folder, name: &[u8]) -> Kept {
    let path = folder.path().join(OsStr::from_bytes(name));
    if !path.exists() {
        fs::copy("/bin/cat", &path).unwrap();
    }
    let kept = keep(Command::new(&path).arg0(OsStr::from_bytes(name)));
    // Until execve(2) is through it has our name.
    let cut = &name[..name.len().min(15)];
    until("the process has its name", || {
        let comm = fs::read(format!("/proc/{}/comm", kept.pid())).unwrap_or_default();
        comm.strip_suffix(b"\n") == Some(cut)
    });
    kept
}

/// A shell with these arguments, which it does nothing with.
pub fn with_arguments(arguments: &[Vec<u8>]) -> Kept {
    let arguments = arguments.iter().map(|argument| OsStr::from_bytes(argument));
    let kept = keep(Command::new("/bin/sh").args(["-c", "read line", "sh"]).args(arguments));
    until("the shell has started", || {
        fs::read(format!("/proc/{}/cmdline", kept.pid()))
            .is_ok_and(|text| text.starts_with(b"/bin/sh\0-c\0"))
    });
    kept
}

/// A perl that runs this and then waits.
pub fn perl(script: &str) -> Kept {
    let script = format!("$| = 1; {script}; <STDIN>;");
    let kept = keep(Command::new("/usr/bin/perl").args(["-e", &script]));
    let pid = kept.pid();
    until("perl waits", || {
        let stat = fs::read(format!("/proc/{pid}/stat")).unwrap_or_default();
        let at = stat.iter().rposition(|&byte| byte == b')').unwrap_or(0);
        let exe = fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        stat.get(at + 2) == Some(&b'S') && exe.to_string_lossy().contains("perl")
    });
    kept
}

/// A `cat` that was started without any argument, not even its own name (execve(2) with `argc` 0).
pub fn without_arguments() -> Kept {
    let number = if cfg!(target_arch = "x86_64") { 59 } else { 221 };
    let script = format!("my $program = \"/bin/cat\"; syscall({number}, $program, 0, 0)");
    let kept = keep(Command::new("/usr/bin/perl").args(["-e", &script]));
    until("cat has started", || {
        fs::read(format!("/proc/{}/comm", kept.pid())).is_ok_and(|comm| comm == b"cat\n")
    });
    kept
}
