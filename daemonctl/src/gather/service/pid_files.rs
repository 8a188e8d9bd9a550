//! Pid files of a service, and which processes they name.

use std::path::Path;

use insight::snapshot::{PidFile, Seen};
use rustix::fs::OFlags;

use crate::context::Context;

/// Longest pid file that is read, in bytes. postgres writes eight lines into its own.
const LONGEST: usize = 4096;

/// A pid file is written so soon after the process began.
const STARTS_SECONDS: i64 = 10;

/// What stands in a pid file. `pids` are the processes that are known to be the service's.
pub fn look(context: &Context, path: &str, pids: &[u32]) -> PidFile {
    let inside = context.common.system_root.join(path.trim_start_matches('/'));
    let text = read(&inside);
    let number = |text: &str| text.split_whitespace().next().and_then(|word| word.parse().ok());
    let pid = match &text {
        // Scripts make it before their daemon writes into it: an empty one says nothing, as one that is not there.
        Ok(text) if text.trim().is_empty() => Seen::Absent,
        Ok(text) => number(text).filter(|pid| *pid != 0).map_or(Seen::NotMeasured, Seen::Known),
        Err(error) => match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => Seen::Absent,
            std::io::ErrorKind::PermissionDenied => Seen::NotPermitted,
            _ => Seen::NotMeasured,
        },
    };
    let process =
        pid.known().and_then(|&pid: &u32| Some((name(context, pid)?, pids.contains(&pid))));
    let is_of_its_start = pid.known().is_some_and(|&pid| began_before(context, pid, &inside));
    PidFile {
        is_of_its_start,
        path: path.to_owned(),
        garbled: text.is_ok() && pid == Seen::NotMeasured,
        pid,
        process,
    }
}

/// Whether a process began in the seconds before the file was written.
fn began_before(context: &Context, pid: u32, file: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let began = || {
        let stat = context.common.proc_root.join(pid.to_string()).join("stat");
        let stat = std::fs::read_to_string(stat).ok()?;
        // proc_pid_stat(5): starttime is the 22nd field, the 20th behind the name.
        let ticks: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
        let boot = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        let real = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
        let ago = boot.tv_sec - (ticks / rustix::param::clock_ticks_per_second()).cast_signed();
        Some(real.tv_sec - ago)
    };
    let written = std::fs::metadata(file).map(|meta| meta.mtime());
    match (began(), written) {
        (Some(began), Ok(written)) => (-1..=STARTS_SECONDS).contains(&(written - began)),
        _ => false,
    }
}

/// The service's user may own the folder: nothing but a regular file is opened, and never waited for.
fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Read as _;
    use std::os::unix::fs::OpenOptionsExt as _;

    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(std::io::ErrorKind::InvalidInput.into());
    }
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or(0);
    let file = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    let mut bytes = Vec::new();
    file.take(LONGEST as u64).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The name of a process, if it runs and is no zombie.
pub fn name(context: &Context, pid: u32) -> Option<String> {
    let folder = context.common.proc_root.join(pid.to_string());
    let stat = std::fs::read_to_string(folder.join("stat")).ok()?;
    let (before, behind) = stat.rsplit_once(')')?;
    let state = behind.split_whitespace().next()?;
    let (_, name) = before.split_once('(')?;
    (!matches!(state, "Z" | "X")).then(|| name.to_owned())
}
