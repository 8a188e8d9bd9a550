//! All values of a field, all names of fields, over all files: straight from their indexes.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::ControlFlow;

use crate::file::{File, Scratch};
use crate::set::Set;
use crate::walk::{DamageLog, FileDamage};

/// Values of that many are remembered by their hashes; further ones are looked up in the files.
const REMEMBERED_MAX: usize = 1 << 19;

/// Calls `each` with every value of that field once, in the order of `journalctl -F`, until it breaks.
/// The value comes without its name and the `=`.
pub fn values(
    set: &Set,
    field: &[u8],
    each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>,
) -> Vec<FileDamage> {
    let mut damage = DamageLog::default();
    let mut scratch = Scratch::default();
    let mut known = Known::default();
    let files: Vec<&File> = set.files().map(|(_, file)| file).collect();
    for (index, file) in files.iter().enumerate() {
        let earlier = files.get(..index).unwrap_or_default();
        let is_last = index + 1 == files.len();
        // All that the lists name must be in reach.
        let _ = file.refresh();
        for data in file.values_of(field) {
            let payload = match data.and_then(|data| file.payload(data, &mut scratch)) {
                Ok(payload) => payload,
                Err(found) => {
                    damage.add(file, found);
                    continue;
                }
            };
            let value = payload.strip_prefix(field).and_then(|rest| rest.strip_prefix(b"="));
            let Some(value) = value else { continue };
            if known.has(payload, earlier) {
                continue;
            }
            if !is_last {
                known.add(payload);
            }
            if each(value).is_break() {
                return damage.found;
            }
        }
    }
    damage.found
}

/// Which values came already. 128 bits of hashes with random keys stand for a value.
#[derive(Default)]
struct Known {
    hashers: [RandomState; 2],
    hashes: HashSet<u128>,
    is_full: bool,
}

impl Known {
    fn hash(&self, payload: &[u8]) -> u128 {
        let [low, high] = self.hashers.each_ref().map(|hasher| hasher.hash_one(payload));
        u128::from(low) | u128::from(high) << 64
    }

    fn has(&self, payload: &[u8], earlier: &[&File]) -> bool {
        if earlier.is_empty() {
            return false;
        }
        self.hashes.contains(&self.hash(payload))
            || (self.is_full
                && earlier.iter().any(|file| matches!(file.find_data(payload), Ok(Some(_)))))
    }

    fn add(&mut self, payload: &[u8]) {
        if self.hashes.len() >= REMEMBERED_MAX {
            self.is_full = true;
        } else {
            self.hashes.insert(self.hash(payload));
        }
    }
}

/// Calls `each` with every field's name once, in the order of `journalctl -N`, until it breaks. Names
/// that no field can have are left out.
pub fn names(set: &Set, each: &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Vec<FileDamage> {
    let mut damage = DamageLog::default();
    let mut known: HashSet<Vec<u8>> = HashSet::new();
    for (_, file) in set.files() {
        let _ = file.refresh();
        for name in file.field_names() {
            let name = match name {
                Ok(name) => name,
                Err(found) => {
                    damage.add(file, found);
                    continue;
                }
            };
            if !is_name(name) || known.contains(name) {
                continue;
            }
            known.insert(name.to_vec());
            if each(name).is_break() {
                return damage.found;
            }
        }
    }
    damage.found
}

/// Whether a field can have that name: capitals, digits and `_`, of which the first two are not both `_`.
#[must_use]
pub fn is_name(name: &[u8]) -> bool {
    let is_fit = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    !name.is_empty() && !name.starts_with(b"__") && name.iter().all(is_fit)
}
