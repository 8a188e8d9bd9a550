//! `/proc/PID/maps`, `smaps` and `smaps_rollup`, proc_pid_maps(5), proc_pid_smaps(5).

use std::borrow::Cow;

use super::{hex, number, split_at_byte};

/// `Pss:` of `smaps_rollup`, in bytes.
pub fn pss_bytes(text: &[u8]) -> Option<u64> {
    super::lines(text).find_map(|line| {
        let value = line.strip_prefix(b"Pss:")?.trim_ascii().strip_suffix(b" kB")?;
        super::number(value)?.checked_mul(1024)
    })
}

/// What may be done with a mapping's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Permissions {
    /// It may be read.
    pub read: bool,
    /// It may be written.
    pub write: bool,
    /// It may be executed.
    pub execute: bool,
    /// Writes reach the file and others who map it; otherwise they stay private.
    pub shared: bool,
}

impl Permissions {
    /// As the kernel writes them: `r-xp`.
    pub fn letters(self) -> [u8; 4] {
        let letter = |set, letter| if set { letter } else { b'-' };
        [
            letter(self.read, b'r'),
            letter(self.write, b'w'),
            letter(self.execute, b'x'),
            if self.shared { b's' } else { b'p' },
        ]
    }

    /// Memory that can be written and then executed: what injected code needs (W^X violated).
    pub fn writable_and_executable(self) -> bool {
        self.write && self.execute
    }
}

/// One line of `maps`: a range of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping<'a> {
    /// First address.
    pub start: u64,
    /// First address behind it.
    pub end: u64,
    /// What may be done with it.
    pub permissions: Permissions,
    /// Where in the file it begins, in bytes.
    pub offset: u64,
    /// Major and minor number of the file's device, 0 for none.
    pub device: (u32, u32),
    /// The file's inode number, 0 for none.
    pub inode: u64,
    /// The path or a name in brackets as the kernel wrote it, with newlines as `\012`; empty for
    /// plain anonymous memory. See [`unescape`].
    pub name: &'a [u8],
}

impl Mapping<'_> {
    /// Bytes of address space.
    pub fn size_bytes(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }
}

/// Parses one line without its line end. `None` for any other line, such as the fields that
/// `smaps` has between the mappings.
pub fn mapping(line: &[u8]) -> Option<Mapping<'_>> {
    let (range, rest) = split_at_byte(line, b' ')?;
    let (start, end) = split_at_byte(range, b'-')?;
    let (permissions, rest) = split_at_byte(rest, b' ')?;
    let (offset, rest) = split_at_byte(rest, b' ')?;
    let (device, rest) = split_at_byte(rest, b' ')?;
    let (major, minor) = split_at_byte(device, b':')?;
    // The kernel pads with blanks up to the name, which may itself begin with none.
    let (inode, name) = match split_at_byte(rest, b' ') {
        Some((inode, name)) => (inode, name.trim_ascii_start()),
        None => (rest, &[][..]),
    };
    let device_number = |text| u32::try_from(hex(text)?).ok();
    Some(Mapping {
        start: hex(start)?,
        end: hex(end)?,
        permissions: parse_permissions(permissions)?,
        offset: hex(offset)?,
        device: (device_number(major)?, device_number(minor)?),
        inode: number(inode)?,
        name,
    })
}

fn parse_permissions(text: &[u8]) -> Option<Permissions> {
    let &[read, write, execute, shared] = text else { return None };
    Some(Permissions {
        read: read == b'r',
        write: write == b'w',
        execute: execute == b'x',
        shared: shared == b's',
    })
}

/// A name with its newlines back. The kernel escapes nothing else, so a name that really holds
/// `\012` can't be told from one that holds a newline.
pub fn unescape(name: &[u8]) -> Cow<'_, [u8]> {
    let escaped = memchr::memmem::Finder::new(b"\\012");
    if escaped.find(name).is_none() {
        return Cow::Borrowed(name);
    }
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = escaped.find(rest) {
        out.extend_from_slice(rest.get(..at).unwrap_or_default());
        out.push(b'\n');
        rest = rest.get(at + 4..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// What `smaps` says of the memory behind a mapping, or a sum of that, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memory {
    /// `Rss`: in RAM.
    pub rss_bytes: u64,
    /// `Pss`: in RAM, what is shared divided by the number of those who share it.
    pub pss_bytes: u64,
    /// `Shared_Clean` and `Shared_Dirty`: in RAM and mapped by others too.
    pub shared_bytes: u64,
    /// `Private_Clean`: could be dropped and read again.
    pub private_clean_bytes: u64,
    /// `Private_Dirty`: would come back if the process ended, and nothing else frees it.
    pub private_dirty_bytes: u64,
    /// `Swap`: swapped out.
    pub swap_bytes: u64,
    /// `SwapPss`: swapped out, shared by those who share it.
    pub swap_pss_bytes: u64,
    /// `Locked`: held in RAM (mlock(2)).
    pub locked_bytes: u64,
    /// `AnonHugePages`: in huge pages.
    pub huge_bytes: u64,
}

impl Memory {
    /// Takes one line of `smaps`; `false` if it is no field that is kept.
    pub fn field(&mut self, line: &[u8]) -> bool {
        let Some((name, value)) = split_at_byte(line, b':') else { return false };
        let slot = match name {
            b"Rss" => &mut self.rss_bytes,
            b"Pss" => &mut self.pss_bytes,
            b"Shared_Clean" | b"Shared_Dirty" => &mut self.shared_bytes,
            b"Private_Clean" => &mut self.private_clean_bytes,
            b"Private_Dirty" => &mut self.private_dirty_bytes,
            b"Swap" => &mut self.swap_bytes,
            b"SwapPss" => &mut self.swap_pss_bytes,
            b"Locked" => &mut self.locked_bytes,
            b"AnonHugePages" => &mut self.huge_bytes,
            _ => return false,
        };
        let kibibytes = value.trim_ascii().strip_suffix(b" kB").and_then(number);
        let Some(bytes) = kibibytes.and_then(|kibibytes| kibibytes.checked_mul(1024)) else {
            return false;
        };
        *slot = slot.saturating_add(bytes);
        true
    }

    /// Adds another's figures.
    pub fn add(&mut self, other: &Memory) {
        let pairs = [
            (&mut self.rss_bytes, other.rss_bytes),
            (&mut self.pss_bytes, other.pss_bytes),
            (&mut self.shared_bytes, other.shared_bytes),
            (&mut self.private_clean_bytes, other.private_clean_bytes),
            (&mut self.private_dirty_bytes, other.private_dirty_bytes),
            (&mut self.swap_bytes, other.swap_bytes),
            (&mut self.swap_pss_bytes, other.swap_pss_bytes),
            (&mut self.locked_bytes, other.locked_bytes),
            (&mut self.huge_bytes, other.huge_bytes),
        ];
        for (sum, value) in pairs {
            *sum = sum.saturating_add(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_library() {
        let line = b"7f12a4000000-7f12a4021000 r-xp 00001000 fe:1a 247774                     /usr/lib/my lib.so (deleted)";
        let found = mapping(line).unwrap();
        assert_eq!((found.start, found.size_bytes()), (0x7f12_a400_0000, 0x21000));
        assert_eq!(&found.permissions.letters(), b"r-xp");
        assert!(!found.permissions.writable_and_executable());
        assert_eq!((found.offset, found.device, found.inode), (0x1000, (0xfe, 0x1a), 247774));
        assert_eq!(found.name, b"/usr/lib/my lib.so (deleted)");
    }

    #[test]
    fn anonymous_memory_has_no_name() {
        for line in ["7f0-7f1 rw-p 00000000 00:00 0 ", "7f0-7f1 rw-p 00000000 00:00 0"] {
            let found = mapping(line.as_bytes()).unwrap();
            assert_eq!((found.name, found.inode), (&b""[..], 0), "{line:?}");
        }
    }

    #[test]
    fn fields_are_no_mappings_and_mappings_no_fields() {
        for line in [
            "Rss:                  20 kB",
            "VmFlags: rd ex mr mw me ",
            "THPeligible:           0",
            "",
        ] {
            assert_eq!(mapping(line.as_bytes()), None, "{line}");
        }
        let mut memory = Memory::default();
        assert!(memory.field(b"Rss:                  20 kB"));
        assert!(
            memory.field(b"Shared_Clean:          4 kB") && memory.field(b"Shared_Dirty:  8 kB")
        );
        assert!(
            !memory.field(b"VmFlags: rd ex") && !memory.field(b"Rss: 20") && !memory.field(b"x")
        );
        assert_eq!((memory.rss_bytes, memory.shared_bytes), (20 << 10, 12 << 10));
    }

    #[test]
    fn newlines_in_names_come_back() {
        assert_eq!(&*unescape(b"/tmp/a\\012b\\012"), b"/tmp/a\nb\n");
        assert_eq!(&*unescape(b"/tmp/a\\01"), b"/tmp/a\\01");
    }

    #[test]
    fn every_line_of_this_process_is_understood() {
        let text = std::fs::read("/proc/self/maps").unwrap();
        for line in super::super::lines(&text) {
            assert!(mapping(line).is_some(), "{}", String::from_utf8_lossy(line));
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in proptest::collection::vec(any::<u8>(), 0..100)) {
            let _ = mapping(&text);
            let _ = Memory::default().field(&text);
        }

        #[test]
        fn unescaping_undoes_the_kernels_escaping(name in "[a-z \n\\\\]{0,30}") {
            let escaped = name.replace('\n', "\\012");
            prop_assert_eq!(unescape(escaped.as_bytes()), name.as_bytes());
        }
    }
}
