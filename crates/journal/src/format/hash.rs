//! The hashes of payloads: Jenkins' lookup3, and SipHash-2-4 keyed with the file's identifier.

use siphasher::sip::SipHasher24;

use crate::id::Id128;

/// Bob Jenkins' `hashlittle2` of lookup3 (<https://burtleburtle.net/bob/c/lookup3.c>), its two halves
/// put together as the journal does. Entries' `xor_hash` is of these in all files.
pub fn jenkins(data: &[u8]) -> u64 {
    // The length is counted in 32 bits there; more wraps around.
    let start = 0xdead_beef_u32.wrapping_add(data.len() as u32);
    let (mut a, mut b, mut c) = (start, start, start);
    let mut rest = data;
    while rest.len() > 12 {
        let Some((block, after)) = rest.split_first_chunk::<12>() else { break };
        let [x, y, z] = words(block);
        (a, b, c) = mix(a.wrapping_add(x), b.wrapping_add(y), c.wrapping_add(z));
        rest = after;
    }
    if !rest.is_empty() {
        let mut block = [0; 12];
        for (to, from) in block.iter_mut().zip(rest) {
            *to = *from;
        }
        let [x, y, z] = words(&block);
        (b, c) = last(a.wrapping_add(x), b.wrapping_add(y), c.wrapping_add(z));
    }
    u64::from(c) << 32 | u64::from(b)
}

fn words(block: &[u8; 12]) -> [u32; 3] {
    let [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11] = *block;
    [
        u32::from_le_bytes([b0, b1, b2, b3]),
        u32::from_le_bytes([b4, b5, b6, b7]),
        u32::from_le_bytes([b8, b9, b10, b11]),
    ]
}

fn mix(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    a = a.wrapping_sub(c) ^ c.rotate_left(4);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(6);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(8);
    b = b.wrapping_add(a);
    a = a.wrapping_sub(c) ^ c.rotate_left(16);
    c = c.wrapping_add(b);
    b = b.wrapping_sub(a) ^ a.rotate_left(19);
    a = a.wrapping_add(c);
    c = c.wrapping_sub(b) ^ b.rotate_left(4);
    b = b.wrapping_add(a);
    (a, b, c)
}

fn last(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32) {
    c = (c ^ b).wrapping_sub(b.rotate_left(14));
    a = (a ^ c).wrapping_sub(c.rotate_left(11));
    b = (b ^ a).wrapping_sub(a.rotate_left(25));
    c = (c ^ b).wrapping_sub(b.rotate_left(16));
    a = (a ^ c).wrapping_sub(c.rotate_left(4));
    b = (b ^ a).wrapping_sub(a.rotate_left(14));
    c = (c ^ b).wrapping_sub(b.rotate_left(24));
    (b, c)
}

/// SipHash-2-4 with that file's identifier as key: what files with
/// [`INCOMPATIBLE_KEYED_HASH`](super::flags::INCOMPATIBLE_KEYED_HASH) have in their objects.
pub fn keyed(file_id: Id128, data: &[u8]) -> u64 {
    SipHasher24::new_with_key(&file_id.0).hash(data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_lookup3_itself() {
        // From the driver in lookup3.c: ("", 0, 0) and "Four score and seven years ago", (0, 0).
        assert_eq!(jenkins(b""), 0xdead_beef_dead_beef);
        assert_eq!(jenkins(b"Four score and seven years ago"), 0x1777_0551_ce72_26e6);
    }

    #[test]
    fn vectors_of_siphash_itself() {
        let key = Id128(std::array::from_fn(|at| at as u8));
        let data: [u8; 15] = std::array::from_fn(|at| at as u8);
        assert_eq!(keyed(key, &data), 0xa129_ca61_49be_45e5);
        assert_eq!(keyed(key, b""), 0x726f_db47_dd0e_0e31);
    }
}
