//! Names of terminals by device number: admin-guide/devices.rst in the kernel's documentation.

use std::borrow::Cow;

/// The name under `/dev`, such as `pts/3`, `tty1`, `ttyS0`; `None` for no terminal.
pub fn name(device: u32) -> Option<Cow<'static, str>> {
    if device == 0 {
        return None;
    }
    // The encoding of new_encode_dev() in the kernel, as in field 7 of proc_pid_stat(5).
    let major = (device >> 8) & 0xfff;
    let minor = (device & 0xff) | ((device >> 12) & 0xf_ff00);
    Some(match (major, minor) {
        (4, 0..=63) => format!("tty{minor}").into(),
        (4, _) => format!("ttyS{}", minor - 64).into(),
        (5, 0) => "tty".into(),
        (5, 1) => "console".into(),
        (136..=143, _) => format!("pts/{}", (major - 136) * 256 + minor).into(),
        (188, _) => format!("ttyUSB{minor}").into(),
        (166, _) => format!("ttyACM{minor}").into(),
        (204, 64..) => format!("ttyAMA{}", minor - 64).into(),
        (229, _) => format!("hvc{minor}").into(),
        _ => format!("{major}:{minor}").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_and_unknown_devices() {
        assert_eq!(name(0), None);
        assert_eq!(name(34816).unwrap(), "pts/0");
        assert_eq!(name(34816 + 255).unwrap(), "pts/255");
        // pts/256 and above carry the rest of the minor number in bits 20 and up.
        assert_eq!(name(136 << 8 | 1 << 20).unwrap(), "pts/256");
        assert_eq!(name(4 << 8 | 1).unwrap(), "tty1");
        assert_eq!(name(4 << 8 | 64).unwrap(), "ttyS0");
        assert_eq!(name(5 << 8 | 1).unwrap(), "console");
        assert_eq!(name(200 << 8 | 7).unwrap(), "200:7");
    }
}
