//! What the kernel said of a device: it and all that it hangs on.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};

use journal::filter::Matches;

/// A device hangs on no more others than that.
const MOST_PARENTS: usize = 64;

/// Adds entries of this boot about the device of that node, and about those that it hangs on.
pub(super) fn add(matches: &mut Matches, node: &std::fs::Metadata) {
    let number = node.rdev();
    let kind = if node.file_type().is_block_device() { 'b' } else { 'c' };
    let folder = if kind == 'b' { "block" } else { "char" };
    let link =
        format!("/sys/dev/{folder}/{}:{}", rustix::fs::major(number), rustix::fs::minor(number));
    let mut device = Path::new(&link).canonicalize().ok();
    for _ in 0..MOST_PARENTS {
        let Some(path) = device.filter(|path| path.starts_with("/sys/devices/")) else { break };
        add_one(matches, &path);
        device = parent(&path);
    }
    if let Some(boot) = super::this_boot() {
        super::add(matches, format!("_BOOT_ID={boot}"));
    }
}

fn add_one(matches: &mut Matches, path: &Path) {
    let link = std::fs::read_link(path.join("subsystem")).ok();
    let subsystem = link.as_deref().and_then(Path::file_name);
    let (Some(subsystem), Some(name)) = (subsystem, path.file_name()) else { return };
    let (subsystem, name) = (subsystem.as_bytes(), name.as_bytes());
    // The folder has `!` where the name has `/`.
    let name: Vec<u8> = name.iter().map(|byte| if *byte == b'!' { b'/' } else { *byte }).collect();
    super::add(matches, [b"_KERNEL_DEVICE=+", subsystem, b":", name.as_slice()].concat());
    let text = std::fs::read_to_string(path.join("dev")).unwrap_or_default();
    if !text.trim().is_empty() {
        let kind = if subsystem == b"block" { 'b' } else { 'c' };
        super::add(matches, format!("_KERNEL_DEVICE={kind}{}", text.trim()));
    }
}

/// The next folder above that is a device.
fn parent(path: &Path) -> Option<PathBuf> {
    let above = path.ancestors().skip(1).take(MOST_PARENTS);
    above
        .take_while(|folder| folder.starts_with("/sys/devices"))
        .find(|folder| folder.join("uevent").exists())
        .map(Path::to_owned)
}
