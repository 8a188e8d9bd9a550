//! Mounted file systems: proc_pid_mountinfo(5) and statvfs(3).

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use insight::snapshot::Filesystem;
use process::raw::mountinfo::{self, Mount};

use super::paths::Resolver;
use crate::context::Context;

/// The file systems that are mounted, in the order of mounting. Those of another machine, and those of a program,
/// are not asked for their sizes: that could hang.
pub fn all(context: &Context) -> Vec<Filesystem> {
    let Ok(proc) = context.proc() else { return Vec::new() };
    let Ok(text) = proc.read(c"self/mountinfo") else { return Vec::new() };
    let Some(resolver) = Resolver::open(context) else { return Vec::new() };
    let fstab = std::fs::read_to_string(context.common.system_root.join("etc/fstab"));
    let writable = meant_to_be_writable(&fstab.unwrap_or_default());
    let mounts = mountinfo::parse(&text);
    mounts.map(|mount| filesystem(&mount, &resolver, &writable)).collect()
}

fn filesystem(mount: &Mount<'_>, resolver: &Resolver, writable: &HashSet<String>) -> Filesystem {
    let point = Path::new(OsStr::from_bytes(&mount.point));
    let has = |options: &[u8], wanted: &str| {
        options.split(|byte| *byte == b',').any(|option| option == wanted.as_bytes())
    };
    let mount_point = point.to_string_lossy().into_owned();
    let mut found = Filesystem {
        kind: String::from_utf8_lossy(mount.kind).into_owned(),
        device: String::from_utf8_lossy(&mount.source).into_owned(),
        // The mount itself, or all of the file system.
        read_only: has(mount.options, "ro") || has(mount.super_options, "ro"),
        no_exec: has(mount.options, "noexec"),
        no_suid: has(mount.options, "nosuid"),
        remounts_on_error: has(mount.super_options, "errors=remount-ro")
            || writable.contains(&mount_point),
        mount_point,
        ..Filesystem::default()
    };
    let may_hang = resolver.is_remote(point) || mount.kind.starts_with(b"fuse");
    if let Some(size) = (!may_hang).then(|| rustix::fs::statvfs(point).ok()).flatten() {
        found.size_bytes = Some(size.f_blocks.saturating_mul(size.f_frsize));
        found.available_bytes = Some(size.f_bavail.saturating_mul(size.f_frsize));
        found.free_bytes = Some(size.f_bfree.saturating_mul(size.f_frsize));
        found.inodes = Some(size.f_files);
        found.inodes_free = Some(size.f_favail);
    }
    found
}

/// Mount points that fstab(5) has mounted for writing.
fn meant_to_be_writable(fstab: &str) -> HashSet<String> {
    let lines = fstab.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let mounts = lines.filter_map(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (point, options) = (fields.next()?, fields.nth(1)?);
        let is_read_only = options.split(',').any(|option| option == "ro");
        (!is_read_only && point.starts_with('/')).then(|| point.replace("\\040", " "))
    });
    mounts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fstab_has_mounted_for_writing() {
        let fstab = "# x\nUUID=1 / ext4 errors=remount-ro 0 1\n/dev/sr0 /media/cd iso9660 ro,user 0 0\nUUID=2 none swap sw 0 0\nUUID=3 /srv/a\\040b xfs defaults 0 2\nbroken\n";
        let expected = ["/", "/srv/a b"].map(str::to_owned);
        assert_eq!(meant_to_be_writable(fstab), HashSet::from(expected));
    }
}
