//! The runlevel that process 1 is in, and whether the machine is going down.

use std::path::Path;

use crate::read;
use crate::{Refusal, RefusalKind};

/// One record of utmp(5) on Linux, in bytes.
const RECORD: usize = 384;
/// utmp(5)'s `RUN_LVL`.
const RUN_LVL: i16 = 1;
/// Longest utmp that is read, in bytes.
const LONGEST: u64 = 1 << 20;
/// OpenRC's runlevels of a machine that goes down; Debian's `off` and `reboot` among them.
const GOING_DOWN: [&str; 5] = ["shutdown", "off", "reboot", "halt", "poweroff"];

/// sysvinit's runlevel: what init wrote to utmp(5), else what Debian's rc wrote to `/run/runlevel`.
pub(crate) fn of_init(root: &Path) -> Option<char> {
    let utmp = ["run/utmp", "var/run/utmp"].iter().find_map(|path| {
        let bytes = read::head(&root.join(path), LONGEST).ok()?;
        bytes.chunks_exact(RECORD).filter_map(of_record).next_back()
    });
    utmp.or_else(|| read::text(&root.join("run/runlevel"), 16).ok()?.trim().chars().next())
}

/// `ut_type` stands first, the runlevel in the low byte of `ut_pid`.
fn of_record(record: &[u8]) -> Option<char> {
    let kind = i16::from_ne_bytes(record.get(..2)?.try_into().ok()?);
    let pid = i32::from_ne_bytes(record.get(4..8)?.try_into().ok()?);
    let level = char::from(u8::try_from(pid & 0xff).ok()?);
    (kind == RUN_LVL && level.is_ascii_alphanumeric()).then_some(level)
}

/// OpenRC's runlevel.
pub(crate) fn of_openrc(root: &Path) -> Option<String> {
    let text = read::text(&root.join("run/openrc/softlevel"), 256).ok()?;
    let level = text.lines().next()?.trim();
    (!level.is_empty()).then(|| level.to_owned())
}

/// Starting something makes no sense while the machine goes down.
///
/// # Errors
/// It goes down.
pub(crate) fn refuse_when_going_down(root: &Path) -> Result<(), Refusal> {
    let level = match (of_init(root), of_openrc(root)) {
        (Some(level @ ('0' | '6')), _) => level.to_string(),
        (_, Some(level)) if GOING_DOWN.contains(&level.as_str()) => level,
        _ => return Ok(()),
    };
    let message = format!("the machine is going down (runlevel {level}): nothing is started now");
    Err(Refusal::new(RefusalKind::ManagerUnavailable, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_the_runlevel_is_told() {
        let mut record = vec![0_u8; RECORD];
        record[..2].copy_from_slice(&1_i16.to_ne_bytes());
        record[4..8].copy_from_slice(&(i32::from(b'6') + 256 * i32::from(b'2')).to_ne_bytes());
        assert_eq!(of_record(&record), Some('6'));
        record[0] = 7;
        assert_eq!(of_record(&record), None);
        assert_eq!(of_record(&[1, 0]), None);
    }
}
