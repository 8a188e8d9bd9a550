//! Following symbolic links by hand: only so far as the path is local.

use std::io;

use rustix::fs::CWD;

use crate::locality::Mounts;

/// Links followed before a path counts as a loop (`MAXSYMLINKS` of the kernel).
const MAX_LINKS: u32 = 40;

/// The path without symbolic links, `.` and `..`, as far as it exists and is local.
pub(super) fn without_links(path: &[u8], mounts: &Mounts) -> io::Result<Vec<u8>> {
    let mut todo: Vec<Vec<u8>> = parts(path);
    let mut done: Vec<u8> = Vec::new();
    let mut links = 0;
    let mut exists = true;
    while let Some(part) = todo.pop() {
        match &*part {
            b"." => continue,
            b".." => {
                done.truncate(memchr::memrchr(b'/', &done).unwrap_or(0));
                continue;
            }
            _ => {}
        }
        let parent = done.len();
        done.push(b'/');
        done.extend_from_slice(&part);
        if !exists || mounts.is_remote_path(&done) {
            exists = false;
            continue;
        }
        match rustix::fs::readlinkat(CWD, &*done, Vec::new()) {
            Ok(target) => {
                links += 1;
                if links > MAX_LINKS {
                    return Err(rustix::io::Errno::LOOP.into());
                }
                let target = target.as_bytes();
                done.truncate(if target.starts_with(b"/") { 0 } else { parent });
                todo.extend(parts(target));
            }
            // Not a link.
            Err(rustix::io::Errno::INVAL) => {}
            // It does not exist, or may not be looked at: the rest is taken as it stands.
            Err(_) => exists = false,
        }
    }
    if done.is_empty() {
        done.push(b'/');
    }
    Ok(done)
}

/// Last part first.
fn parts(path: &[u8]) -> Vec<Vec<u8>> {
    let parts = path.split(|&byte| byte == b'/').filter(|part| !part.is_empty());
    let mut parts: Vec<_> = parts.map(<[u8]>::to_vec).collect();
    parts.reverse();
    parts
}
