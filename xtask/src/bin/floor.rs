//! `floor [--threads N] [--reads LIST] [--kernel-reads LIST]`: opens, reads and closes files of
//! every process in /proc, and does nothing with what it read.
//!
//! The measure of how cheap a program that needs these files can be at all: what the kernel takes
//! to write them. LIST is of `dir`, `fstat`, `stat`, `status`, `cmdline`, `cgroup`, `exe`, `cwd`,
//! `fds` (the links of descriptors 0 to 2), `ns_pid`, `ns_all`; `stat` is always read, since it
//! tells kernel threads from the others. Files are read relative to an open directory.

use std::{
    io,
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
};

use rustix::{
    fd::{AsFd, OwnedFd},
    fs::{Mode, OFlags, RawDir, fstat, openat, readlinkat_raw},
};

/// PF_KTHREAD of linux/sched.h, in field 9 of proc_pid_stat(5).
const KERNEL_THREAD: u64 = 0x0020_0000;
/// Processes that a thread takes at a time.
const BATCH: usize = 32;

#[derive(Clone, Copy)]
enum Read {
    Fstat,
    File(&'static str),
    Link(&'static str),
}

const READS: &[(&str, &[Read])] = &[
    ("dir", &[]),
    ("stat", &[]),
    ("fstat", &[Read::Fstat]),
    ("status", &[Read::File("status")]),
    ("cmdline", &[Read::File("cmdline")]),
    ("cgroup", &[Read::File("cgroup")]),
    ("exe", &[Read::Link("exe")]),
    ("cwd", &[Read::Link("cwd")]),
    ("fds", &[Read::Link("fd/0"), Read::Link("fd/1"), Read::Link("fd/2")]),
    ("ns_pid", &[Read::Link("ns/pid")]),
    (
        "ns_all",
        &[
            Read::Link("ns/pid"),
            Read::Link("ns/net"),
            Read::Link("ns/mnt"),
            Read::Link("ns/user"),
            Read::Link("ns/uts"),
            Read::Link("ns/ipc"),
            Read::Link("ns/cgroup"),
        ],
    ),
];

fn main() -> ExitCode {
    match parse().and_then(|plan| run(&plan)) {
        Ok(processes) => {
            println!("{processes}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("floor: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Plan {
    threads: usize,
    user: Vec<Read>,
    kernel: Vec<Read>,
}

fn parse() -> io::Result<Plan> {
    let mut plan = Plan { threads: 1, user: Vec::new(), kernel: Vec::new() };
    let mut args = std::env::args().skip(1);
    while let Some(option) = args.next() {
        let value = args.next().unwrap_or_default();
        match option.as_str() {
            "--threads" => plan.threads = value.parse().map_err(|_| usage(&value))?,
            "--reads" => plan.user = reads(&value)?,
            "--kernel-reads" => plan.kernel = reads(&value)?,
            _ => return Err(usage(&option)),
        }
    }
    Ok(plan)
}

fn reads(list: &str) -> io::Result<Vec<Read>> {
    let mut found = Vec::new();
    for name in list.split(',').filter(|name| !name.is_empty()) {
        let (_, reads) =
            READS.iter().find(|(known, _)| *known == name).ok_or_else(|| usage(name))?;
        found.extend_from_slice(reads);
    }
    Ok(found)
}

fn usage(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("what is `{what}`?"))
}

/// How many processes there were.
fn run(plan: &Plan) -> io::Result<usize> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let proc = rustix::fs::open("/proc", flags, Mode::empty())?;
    let pids = list(&proc)?;
    let next = AtomicUsize::new(0);
    let work = || {
        let mut buffer = vec![0_u8; 64 * 1024];
        loop {
            let from = next.fetch_add(BATCH, Ordering::Relaxed);
            let Some(batch) = pids.get(from..(from + BATCH).min(pids.len())) else { break };
            if batch.is_empty() {
                break;
            }
            for pid in batch {
                // One that has gone is one less.
                let _ = visit(&proc, pid, plan, &mut buffer);
            }
        }
    };
    thread::scope(|scope| {
        for _ in 1..plan.threads {
            scope.spawn(work);
        }
        work();
    });
    Ok(pids.len())
}

fn list(proc: &OwnedFd) -> io::Result<Vec<String>> {
    let mut pids = Vec::new();
    let mut buffer = Vec::with_capacity(256 * 1024);
    let mut entries = RawDir::new(proc, buffer.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let entry = entry?;
        if let Ok(name) = entry.file_name().to_str()
            && name.starts_with(|first: char| first.is_ascii_digit())
        {
            pids.push(name.to_owned());
        }
    }
    Ok(pids)
}

fn visit(proc: &OwnedFd, pid: &str, plan: &Plan, buffer: &mut [u8]) -> rustix::io::Result<()> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = openat(proc, pid, flags, Mode::empty())?;
    let length = file(&dir, "stat", buffer)?;
    let is_kernel = is_kernel_thread(buffer.get(..length).unwrap_or_default());
    for read in if is_kernel { &plan.kernel } else { &plan.user } {
        // What is not permitted or not there costs what it costs.
        let _ = match read {
            Read::Fstat => fstat(&dir).map(|_| 0),
            Read::File(name) => file(&dir, name, buffer),
            Read::Link(name) => readlinkat_raw(&dir, *name, &mut *buffer).map(|_| 0),
        };
    }
    Ok(())
}

fn file(dir: impl AsFd, name: &str, buffer: &mut [u8]) -> rustix::io::Result<usize> {
    let file = openat(dir, name, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::read(file, buffer)
}

/// The flags are the seventh word after the parenthesis that closes the name.
fn is_kernel_thread(stat: &[u8]) -> bool {
    let name_end = stat.iter().rposition(|&byte| byte == b')').unwrap_or(0);
    let after = stat.get(name_end + 1..).unwrap_or_default();
    let flags = after.split(|&byte| byte == b' ').filter(|word| !word.is_empty()).nth(6);
    flags
        .and_then(|word| std::str::from_utf8(word).ok()?.parse::<u64>().ok())
        .is_some_and(|flags| flags & KERNEL_THREAD != 0)
}

#[cfg(test)]
mod tests {
    use super::is_kernel_thread;

    #[test]
    fn kernel_threads_are_known_by_their_flags() {
        assert!(is_kernel_thread(b"2 (kthreadd) S 0 0 0 0 -1 2129984 0 0"));
        assert!(!is_kernel_thread(b"9 (a) 2 (b) S 0 0 0 0 -1 4194560 0 0"));
        assert!(!is_kernel_thread(b""));
    }
}
