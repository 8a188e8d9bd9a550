//! Formats that the kernel was taught besides its own: `Documentation/admin-guide/binfmt-misc.rst`.

use std::path::Path;

const FOLDER: &str = "/proc/sys/fs/binfmt_misc";
/// Entries are small; garbage is cut.
const FORMATS_MAX: usize = 256;

/// The formats that are on.
#[derive(Debug, Default)]
pub struct Formats(Vec<Format>);

#[derive(Debug, PartialEq, Eq)]
enum Format {
    Extension(String),
    Magic { offset: usize, magic: Vec<u8>, mask: Option<Vec<u8>> },
}

impl Formats {
    /// Those of the running kernel. None where the file system is not mounted: looking must not mount it, as
    /// systemd's automount would.
    pub fn read() -> Formats {
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        let is_mounted = mounts.lines().any(|line| line.contains(" - binfmt_misc "));
        if !is_mounted {
            return Formats::default();
        }
        let read = |name: &str| std::fs::read_to_string(Path::new(FOLDER).join(name)).ok();
        if read("status").as_deref().map(str::trim) != Some("enabled") {
            return Formats::default();
        }
        let entries = std::fs::read_dir(FOLDER).into_iter().flatten().filter_map(Result::ok);
        let texts = entries.take(FORMATS_MAX).filter_map(|entry| read(entry.file_name().to_str()?));
        Formats(texts.filter_map(|text| format(&text)).collect())
    }

    /// Whether one of them takes a file that begins so and has that name.
    pub fn take(&self, head: &[u8], name: &str) -> bool {
        self.0.iter().any(|format| format.takes(head, name))
    }
}

impl Format {
    fn takes(&self, head: &[u8], name: &str) -> bool {
        match self {
            Format::Extension(extension) => {
                name.rsplit_once('.').is_some_and(|(_, own)| own == extension)
            }
            Format::Magic { offset, magic, mask } => {
                let Some(part) = head.get(*offset..).and_then(|rest| rest.get(..magic.len()))
                else {
                    return false;
                };
                let mask = |index: usize| mask.as_ref().and_then(|m| m.get(index)).unwrap_or(&0xff);
                let mut pairs = part.iter().zip(magic).enumerate();
                pairs.all(|(index, (own, magic))| (own ^ magic) & mask(index) == 0)
            }
        }
    }
}

/// An entry's text: `enabled`, `interpreter …`, `flags: …`, and `offset`, `magic`, `mask` or `extension`.
fn format(text: &str) -> Option<Format> {
    let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    if text.lines().next().map(str::trim) != Some("enabled") {
        return None;
    }
    if let Some(extension) = value("extension .") {
        return Some(Format::Extension(extension.to_owned()));
    }
    let magic = hexadecimal(value("magic ")?)?;
    let offset = value("offset ").and_then(|offset| offset.parse().ok()).unwrap_or(0);
    Some(Format::Magic { offset, magic, mask: value("mask ").and_then(hexadecimal) })
}

fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).ok());
    digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_as_the_kernel_writes_them() {
        let text = "enabled\ninterpreter /usr/bin/qemu-aarch64\nflags: OCF\noffset 0\nmagic 7f454c460201\nmask ffffffffff00\n";
        let found = format(text).unwrap();
        assert!(found.takes(b"\x7fELF\x02\x01rest", "x") && found.takes(b"\x7fELF\x02\x77", "x"));
        assert!(!found.takes(b"\x7fELF\x01\x01", "x") && !found.takes(b"\x7fEL", "x"));
        let jar = format("enabled\ninterpreter /usr/bin/jexec\nflags: \nextension .jar\n").unwrap();
        assert!(jar.takes(b"PK", "a.jar") && !jar.takes(b"PK", "jar"));
        assert_eq!(format(&text.replace("enabled", "disabled")), None);
        assert_eq!(format("enabled\nmagic xyz\n"), None);
        assert_eq!(format(""), None);
    }
}
