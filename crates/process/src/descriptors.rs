//! The open descriptors of a process: `/proc/PID/fd`, proc_pid_fd(5).

use std::mem::MaybeUninit;

use rustix::fs::RawDir;

use crate::procfs::{PidDir, ReadError};

/// How many descriptors are open.
///
/// # Errors
/// [`ReadError`]; the folder may be listed only by its owner and by root.
pub fn count(dir: &PidDir) -> Result<u32, ReadError> {
    let folder = dir.open_dir(c"fd")?;
    // Since Linux 6.2 the folder's size is the number of descriptors.
    let size = rustix::fs::fstat(&folder)?.st_size;
    if size > 0 {
        return Ok(u32::try_from(size).unwrap_or(u32::MAX));
    }
    let mut room = vec![MaybeUninit::<u8>::uninit(); 64 * 1024];
    let mut entries = RawDir::new(&folder, &mut room);
    let mut found = 0u32;
    while let Some(entry) = entries.next() {
        found += u32::from(crate::procfs::decimal(entry?.file_name().to_bytes()).is_some());
    }
    Ok(found)
}
