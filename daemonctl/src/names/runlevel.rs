//! The runlevel that a machine is in, as init(8) wrote it to utmp(5).

use std::path::Path;

/// Size of a record on the machines that glibc writes 32-bit times on, which is most of them.
const RECORD: usize = 384;

/// The type of the record that holds the runlevel.
const RUN_LVL: [u8; 2] = 1i16.to_ne_bytes();

/// Its letter: `0` to `6`, `S`. `None`: nobody wrote it down.
pub fn current(root: &Path) -> Option<char> {
    let text = std::fs::read(root.join("run/utmp"))
        .or_else(|_| std::fs::read(root.join("var/run/utmp")))
        .ok()?;
    of_records(&text)
}

/// The last one counts: init(8) appends or replaces.
fn of_records(text: &[u8]) -> Option<char> {
    let mut levels = text.chunks_exact(RECORD).filter(|record| record.starts_with(&RUN_LVL));
    let pid = levels.next_back()?.get(4..8)?;
    let number = i32::from_ne_bytes(pid.try_into().ok()?);
    // The earlier runlevel stands in the byte above.
    let letter = char::from(u8::try_from(number & 0xff).ok()?);
    letter.is_ascii_alphanumeric().then_some(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: i16, number: i32) -> Vec<u8> {
        let mut record = vec![0; RECORD];
        record[..2].copy_from_slice(&kind.to_ne_bytes());
        record[4..8].copy_from_slice(&number.to_ne_bytes());
        record
    }

    #[test]
    fn the_runlevel_is_the_low_byte_of_its_record() {
        let boot = record(2, 0);
        let level = record(1, (i32::from(b'N') << 8) | i32::from(b'2'));
        assert_eq!(of_records(&[boot.clone(), level].concat()), Some('2'));
        assert_eq!(of_records(&boot), None);
        assert_eq!(of_records(b"short"), None);
    }
}
