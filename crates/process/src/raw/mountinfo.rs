//! `/proc/PID/mountinfo`, proc_pid_mountinfo(5), and `/proc/filesystems`, proc_filesystems(5).

use std::borrow::Cow;

use super::{lines, number, split_at_byte, words};

/// One mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount<'a> {
    /// Its id, unique among all mounts that exist now.
    pub id: u64,
    /// Major and minor number of its file system's device.
    pub device: (u32, u32),
    /// Where it is mounted, as the process sees it.
    pub point: Cow<'a, [u8]>,
    /// Options of this mount: `rw,noexec`.
    pub options: &'a [u8],
    /// Type of the file system, such as `ext4` or `fuse.sshfs`.
    pub kind: &'a [u8],
    /// What is mounted: `/dev/vda1`.
    pub source: Cow<'a, [u8]>,
    /// Options of the file system itself: `rw,errors=remount-ro`.
    pub super_options: &'a [u8],
}

/// The mounts; lines that are garbage are left out.
pub fn parse(text: &[u8]) -> impl Iterator<Item = Mount<'_>> {
    lines(text).filter_map(line)
}

fn line(line: &[u8]) -> Option<Mount<'_>> {
    let mut fields = words(line);
    let id = number(fields.next()?)?;
    let (major, minor) = split_at_byte(fields.nth(1)?, b':')?;
    let point = unescape(fields.nth(1)?);
    let options = fields.next()?;
    // Optional fields end at a lone hyphen.
    fields.find(|word| *word == b"-")?;
    let kind = fields.next()?;
    let source = unescape(fields.next().unwrap_or_default());
    let super_options = fields.next().unwrap_or_default();
    let small = |text| u32::try_from(number(text)?).ok();
    let device = (small(major)?, small(minor)?);
    Some(Mount { id, device, point, options, kind, source, super_options })
}

/// Undoes the kernel's escapes of blank, tab, newline and backslash: `\040`.
fn unescape(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, behind)) = rest.split_first() {
        let octal = behind.get(..3).filter(|_| first == b'\\').and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 8).ok()
        });
        match octal {
            Some(byte) => {
                out.push(byte);
                rest = behind.get(3..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = behind;
            }
        }
    }
    Cow::Owned(out)
}

/// The types of file systems that the running kernel has, from `/proc/filesystems`.
pub fn filesystems(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines(text).filter_map(|line| words(line).last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernels_text() {
        let text = b"36 35 98:0 /mnt1 /mnt\\0402\\134x rw,noatime shared:1 master:1 - nfs4 srv:/x rw\ngarbage\n21 1 0:20 / / rw - ext4 /dev/root rw\n";
        let mounts: Vec<_> = parse(text).collect();
        assert_eq!(mounts.len(), 2);
        assert_eq!((mounts[0].id, mounts[0].device, mounts[0].kind), (36, (98, 0), &b"nfs4"[..]));
        assert_eq!(&*mounts[0].point, b"/mnt 2\\x");
        assert_eq!(&*mounts[1].point, b"/");
        assert_eq!((mounts[0].options, &*mounts[0].source), (&b"rw,noatime"[..], &b"srv:/x"[..]));
        assert_eq!((mounts[1].options, mounts[1].super_options), (&b"rw"[..], &b"rw"[..]));
    }

    #[test]
    fn every_cut_is_survived() {
        let text = std::fs::read("/proc/self/mountinfo").unwrap();
        assert_eq!(parse(&text).count(), lines(&text).count());
        for length in 0..text.len().min(2000) {
            let _ = parse(&text[..length]).count();
        }
    }

    #[test]
    fn types_with_and_without_device() {
        let found: Vec<_> = filesystems(b"nodev\tproc\n\text4\nnodev\tnfs4\n").collect();
        assert_eq!(found, [&b"proc"[..], b"ext4", b"nfs4"]);
    }
}
