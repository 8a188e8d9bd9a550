//! `measure [--stop-after MSEC] COMMAND…`: runs a command with its output thrown away, and prints
//! what it cost in one line: wall nanoseconds, user and system microseconds, peak resident KiB,
//! status.
//!
//! A program of its own because a child's peak resident set begins with its parent's: the kernel
//! counts the memory that the child had before it ran the command. This one is small.

#[path = "../bench/sys.rs"]
mod sys;

use std::{
    env, io,
    process::{Command, ExitCode, Stdio},
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
    let usage = sys::wait(pid)?;
    let wall = start.elapsed().as_nanos();
    let sys::Usage { user_usec, system_usec, peak_rss_kib, status } = usage;
    println!("{wall} {user_usec} {system_usec} {peak_rss_kib} {status}");
    Ok(())
}

fn usage(text: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
