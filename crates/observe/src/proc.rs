//! The few things that are read from /proc while a process is watched.

use std::fs;
use std::os::unix::ffi::OsStringExt as _;

use crate::record::Address;

/// A file below `/proc/PID`, as text.
pub fn text(pid: u32, name: &str) -> Option<String> {
    fs::read(format!("/proc/{pid}/{name}"))
        .ok()
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Where a link below `/proc/PID` leads, without the mark of what was deleted.
pub fn link(pid: u32, name: &str) -> Option<String> {
    let target = fs::read_link(format!("/proc/{pid}/{name}")).ok()?.into_os_string().into_vec();
    let text = String::from_utf8_lossy(&target).into_owned();
    Some(text.strip_suffix(" (deleted)").map(str::to_owned).unwrap_or(text))
}

/// Whether a link below `/proc/PID` is there for others to read.
pub fn is_hidden(pid: u32, name: &str) -> bool {
    let read = fs::read_link(format!("/proc/{pid}/{name}"));
    read.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
}

/// A field of `/proc/PID/status`.
pub fn status_field(status: &str, name: &str) -> Option<String> {
    status
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
        .map(|value| value.trim().to_owned())
}

/// The process of a thread.
pub fn process_of(tid: u32) -> Option<u32> {
    status_field(&text(tid, "status")?, "Tgid")?.parse().ok()
}

/// Who traces it; 0: nobody.
pub fn tracer_of(pid: u32) -> u32 {
    text(pid, "status")
        .and_then(|status| status_field(&status, "TracerPid")?.parse().ok())
        .unwrap_or(0)
}

/// Numbers that are the names of a directory's entries: threads, descriptors.
pub fn numbers(pid: u32, directory: &str) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/{directory}")) else { return Vec::new() };
    entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect()
}

/// The arguments of a process.
pub fn arguments(pid: u32) -> Vec<String> {
    let Ok(bytes) = fs::read(format!("/proc/{pid}/cmdline")) else { return Vec::new() };
    let mut words: Vec<String> = bytes
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    words.pop();
    words
}

/// The first port that needs no capability, in the network namespace of whoever asks.
pub fn first_unprivileged_port() -> u16 {
    let path = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
    fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1024)
}

/// Whether an address is the machine's own.
pub fn is_port_below(address: &Address, first: u16) -> bool {
    matches!(address, Address::Ip(ip) if ip.port() != 0 && ip.port() < first)
}
