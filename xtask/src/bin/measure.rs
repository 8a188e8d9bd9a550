//! `measure [--own-memory] [--stop-after MSEC] COMMAND…`: runs a command with its output thrown
//! away, and prints what it cost in one line: wall nanoseconds, user and system microseconds, peak
//! resident KiB, status.
//!
//! With `--own-memory` the peak is that of the memory that belongs to no file, looked at a thousand
//! times a second: what a program maps from files is the kernel's to keep or to drop.
//!
//! A program of its own because a child's peak resident set begins with its parent's: the kernel
//! counts the memory that the child had before it ran the command. This one is small.

#[path = "../bench/sys.rs"]
mod sys;

use std::{
    env, fs, io,
    process::{Command, ExitCode, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("measure: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> io::Result<()> {
    let mut args = env::args_os().skip(1).peekable();
    let looks_at_memory = args.next_if(|arg| arg == "--own-memory").is_some();
    let mut stop_after = None;
    if args.next_if(|arg| arg == "--stop-after").is_some() {
        let text = args.next().unwrap_or_default();
        let milliseconds = text.to_str().and_then(|text| text.parse().ok());
        stop_after = Some(Duration::from_millis(
            milliseconds.ok_or_else(|| usage("--stop-after takes milliseconds"))?,
        ));
    }
    let program = args.next().ok_or_else(|| usage("no command"))?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let pid = command.spawn()?.id();
    if let Some(delay) = stop_after {
        std::thread::sleep(delay);
        // Not waited for yet, so the number is still the child's.
        if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
    }
    let has_ended = AtomicBool::new(false);
    let (usage, wall, own_kib) = thread::scope(|scope| {
        let looking = looks_at_memory.then(|| scope.spawn(|| own_memory_kib(pid, &has_ended)));
        let usage = sys::wait(pid);
        let wall = start.elapsed().as_nanos();
        has_ended.store(true, Ordering::Relaxed);
        (usage, wall, looking.and_then(|thread| thread.join().ok()))
    });
    let sys::Usage { user_usec, system_usec, peak_rss_kib, status } = usage?;
    let peak_rss_kib = own_kib.unwrap_or(peak_rss_kib);
    println!("{wall} {user_usec} {system_usec} {peak_rss_kib} {status}");
    Ok(())
}

/// The most memory that a process had while it was looked at, files' pages aside, in KiB.
fn own_memory_kib(pid: u32, has_ended: &AtomicBool) -> u64 {
    let path = format!("/proc/{pid}/status");
    let mut highest = 0;
    while !has_ended.load(Ordering::Relaxed) {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let of = |name: &str| -> Option<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim().strip_suffix(" kB")?.parse().ok()
        };
        let now = of("RssAnon:").unwrap_or(0) + of("RssShmem:").unwrap_or(0);
        highest = highest.max(now);
        thread::sleep(Duration::from_millis(1));
    }
    highest
}

fn usage(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
