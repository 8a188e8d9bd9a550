//! The least of many keys, where one key changes at a time.

/// Slots in a tree, each node of which knows the least key below it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tournament {
    /// A power of two: the leaves are the nodes from here on.
    leaves: usize,
    nodes: Vec<(u64, u32)>,
}

/// Of a slot that takes no part. Such a key can't win.
const ABSENT: (u64, u32) = (u64::MAX, u32::MAX);

impl Tournament {
    /// For slots below that number; none takes part yet.
    pub fn new(slots: usize) -> Tournament {
        let leaves = slots.next_power_of_two().max(1);
        Tournament { leaves, nodes: vec![ABSENT; leaves * 2] }
    }

    /// Gives a slot its key.
    pub fn set(&mut self, slot: u32, key: u64) {
        self.put(slot, (key, slot));
    }

    /// Takes a slot out.
    pub fn clear(&mut self, slot: u32) {
        self.put(slot, ABSENT);
    }

    fn put(&mut self, slot: u32, value: (u64, u32)) {
        let mut at = self.leaves + slot as usize;
        let mut least = value;
        while let Some(node) = self.nodes.get_mut(at) {
            *node = least;
            if at <= 1 {
                break;
            }
            let other = self.nodes.get(at ^ 1).copied().unwrap_or(ABSENT);
            least = least.min(other);
            at /= 2;
        }
    }

    /// The slot with the least key.
    pub fn least(&self) -> Option<u32> {
        let (_, slot) = self.nodes.get(1)?;
        (*slot != ABSENT.1).then_some(*slot)
    }

    /// The least key of all slots but that one.
    pub fn least_but(&self, slot: u32) -> u64 {
        let mut at = self.leaves + slot as usize;
        let mut least = u64::MAX;
        while at > 1 {
            least = least.min(self.nodes.get(at ^ 1).map_or(u64::MAX, |(key, _)| *key));
            at /= 2;
        }
        least
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_a_sorted_list() {
        let mut keys = [None; 13];
        let mut tournament = Tournament::new(keys.len());
        let mut random = 1_u64;
        for _ in 0..5000 {
            random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            let slot = (random >> 33) as usize % keys.len();
            let key = (!(random >> 50).is_multiple_of(40)).then_some((random >> 40) % 64);
            keys[slot] = key;
            match key {
                Some(key) => tournament.set(slot as u32, key),
                None => tournament.clear(slot as u32),
            }
            let sorted = |skip: Option<usize>| {
                let mut left: Vec<(u64, u32)> = (0..keys.len())
                    .filter(|slot| Some(*slot) != skip)
                    .filter_map(|slot| Some((keys[slot]?, slot as u32)))
                    .collect();
                left.sort_unstable();
                left.first().copied()
            };
            assert_eq!(tournament.least(), sorted(None).map(|(_, slot)| slot));
            let but = sorted(Some(slot)).map_or(u64::MAX, |(key, _)| key);
            assert_eq!(tournament.least_but(slot as u32), but);
        }
        assert_eq!(Tournament::new(0).least(), None);
    }
}
