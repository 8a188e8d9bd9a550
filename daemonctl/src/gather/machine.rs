//! The machine as a whole, as rules ask for it.
//!
//! Figures of `/proc` and settings of the kernel; [`kernel`] has the lines of its log that rules know, [`cores`] what
//! becomes of core dumps, [`addresses`] those of its interfaces.

mod addresses;
mod cores;
mod kernel;
mod pressure;

#[cfg(test)]
mod tests;

use std::ffi::CStr;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use insight::snapshot::{Init, Machine};
use process::procfs::ProcFs;

use crate::context::Context;

pub(super) use pressure::stalls;

/// Microseconds since 1970.
pub fn now_usec() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}

/// Looks at the machine. What it leaves to others: `filesystems`, `troubled`, `ordering_cycles`.
pub fn gather(context: &Context) -> Machine {
    let Ok(proc) = context.proc() else { return Machine::default() };
    let root = &context.common.system_root;
    let look = process::machine::Machine::look(&proc, root, true);
    let (kernel_log, kernel_lines) = kernel::lines();
    let mut machine = Machine {
        init: match look.init {
            process::machine::Init::Systemd => Init::Systemd,
            process::machine::Init::OpenRc => Init::OpenRc,
            process::machine::Init::SysV => Init::SysV,
            _ => Init::Other,
        },
        architecture: rustix::system::uname().machine().to_string_lossy().into_owned(),
        boot_usec: now_usec().saturating_sub(process::sample::boot_usec()),
        cpus: look.processors,
        load: look.load.unwrap_or_default(),
        pressure: pressure::of_machine(&proc),
        container: look.container,
        kernel_log,
        kernel_lines,
        addresses: addresses::all(&proc),
        security_module: security_module(root),
        ..Machine::default()
    };
    memory(&proc, &mut machine);
    settings(&proc, &mut machine);
    machine.core_setup = cores::setup(&proc, root, machine.core_pattern.as_deref());
    machine
}

/// A file of `/proc`, without the newline at its end.
fn text(proc: &ProcFs, name: &CStr) -> Option<String> {
    let content = proc.read(name).ok()?;
    Some(String::from_utf8_lossy(content.trim_ascii_end()).into_owned())
}

fn number<T: std::str::FromStr>(proc: &ProcFs, name: &CStr) -> Option<T> {
    text(proc, name)?.trim().parse().ok()
}

/// `/proc/meminfo` (proc_meminfo(5)).
fn memory(proc: &ProcFs, machine: &mut Machine) {
    let content = text(proc, c"meminfo").unwrap_or_default();
    let bytes = |name: &str| {
        let line = content.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        kibibytes.checked_mul(1024)
    };
    machine.memory_bytes = bytes("MemTotal").unwrap_or(0);
    machine.memory_available_bytes = bytes("MemAvailable").unwrap_or(0);
    machine.swap_bytes = bytes("SwapTotal").unwrap_or(0);
    machine.swap_free_bytes = bytes("SwapFree").unwrap_or(0);
    machine.committed = bytes("CommitLimit").zip(bytes("Committed_AS"));
}

/// Settings and tables of the kernel that run full (proc_sys(5)).
fn settings(proc: &ProcFs, machine: &mut Machine) {
    machine.core_pattern = text(proc, c"sys/kernel/core_pattern");
    machine.suid_dumpable = number(proc, c"sys/fs/suid_dumpable");
    machine.unprivileged_port_start = number(proc, c"sys/net/ipv4/ip_unprivileged_port_start");
    machine.nonlocal_bind = number::<u32>(proc, c"sys/net/ipv4/ip_nonlocal_bind") == Some(1);
    machine.overcommit = number(proc, c"sys/vm/overcommit_memory");
    machine.files = text(proc, c"sys/fs/file-nr").and_then(|line| {
        let mut numbers = line.split_whitespace().map(|word| word.parse::<u64>().ok());
        let (used, _, limit) = (numbers.next()??, numbers.next()??, numbers.next()??);
        Some((used, limit))
    });
    let threads = text(proc, c"loadavg")
        .and_then(|line| line.split_whitespace().nth(3)?.split_once('/')?.1.parse::<u64>().ok());
    let limits = [c"sys/kernel/threads-max", c"sys/kernel/pid_max"];
    let limit = limits.iter().filter_map(|name| number::<u64>(proc, name)).min();
    machine.tasks = threads.zip(limit);
    machine.blocked = text(proc, c"stat").and_then(|content| {
        content.lines().find_map(|line| line.strip_prefix("procs_blocked ")?.trim().parse().ok())
    });
}

/// The security module that enforces something now.
fn security_module(root: &Path) -> Option<String> {
    let is = |path: &str, value: &str| {
        std::fs::read_to_string(root.join(path)).is_ok_and(|text| text.trim() == value)
    };
    if is("sys/fs/selinux/enforce", "1") {
        return Some("SELinux".to_owned());
    }
    is("sys/module/apparmor/parameters/enabled", "Y").then(|| "AppArmor".to_owned())
}
