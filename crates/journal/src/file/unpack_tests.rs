//! Sound payloads, and ones that lie.

use std::io::Write;

use super::*;
use crate::file::PAYLOAD_MAX;

type Unpack = fn(&[u8], usize, &mut Vec<u8>) -> Result<(), &'static str>;
type Peek = fn(&[u8], &mut [u8]) -> Option<()>;
type Pack = fn(&[u8]) -> Vec<u8>;

fn pack_zstd(text: &[u8]) -> Vec<u8> {
    zstd_safe(|out| zstd::zstd_safe::compress(out, text, 3), text.len())
}

fn zstd_safe(pack: impl FnOnce(&mut Vec<u8>) -> Result<usize, usize>, length: usize) -> Vec<u8> {
    let mut packed = Vec::with_capacity(zstd::zstd_safe::compress_bound(length));
    pack(&mut packed).unwrap();
    packed
}

fn pack_lz4(text: &[u8]) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), lz4_flex::block::compress(text).as_slice()].concat()
}

fn pack_xz(text: &[u8]) -> Vec<u8> {
    let mut writer =
        lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
    writer.write_all(text).unwrap();
    writer.finish().unwrap()
}

const ALL: [(Pack, Unpack, Peek); 3] = [
    (
        pack_zstd,
        |stored, left, into| zstd(stored, left, &mut None, into),
        |stored, begin| peek_zstd(stored, &mut None, begin),
    ),
    (pack_lz4, lz4, peek_lz4),
    (pack_xz, xz, peek_xz),
];

/// Texts of many lengths that can be compressed more or less well.
fn texts() -> Vec<Vec<u8>> {
    let mut seed = 1_u64;
    let mut noise = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) as u8
    };
    let mut texts = Vec::new();
    for length in [1, 7, 13, 14, 15, 16, 100, 269, 270, 271, 5000, 70_000, 700_000] {
        texts.push([b"MESSAGE=".as_slice(), &vec![b'x'; length]].concat());
        texts.push([b"MESSAGE=".as_slice(), &b"ab ".repeat(length)].concat());
        texts.push(b"MESSAGE=".iter().copied().chain((0..length).map(|_| noise())).collect());
    }
    texts
}

#[test]
fn what_was_packed_is_unpacked_behind_what_is_there() {
    for (pack, unpack, peek) in ALL {
        for text in texts() {
            let packed = pack(&text);
            let mut into = b"before".to_vec();
            assert_eq!(unpack(&packed, text.len(), &mut into), Ok(()));
            assert!(into == [b"before", text.as_slice()].concat(), "{}", text.len());
            for length in [0, 1, 8, 9, 64, text.len(), text.len() + 1] {
                let mut begin = vec![0; length];
                if peek(&packed, &mut begin).is_some() {
                    assert!(text.starts_with(&begin), "{length} of {}", text.len());
                }
            }
            // No more than is left.
            assert!(unpack(&packed, text.len() - 1, &mut Vec::new()).is_err());
        }
    }
}

#[test]
fn long_ones_can_be_peeked_into() {
    let text = [b"MESSAGE=".as_slice(), &b"abcdefgh".repeat(1_000_000)].concat();
    for (pack, _, peek) in ALL {
        let mut begin = [0; 12];
        assert_eq!(peek(&pack(&text), &mut begin), Some(()));
        assert_eq!(&begin, b"MESSAGE=abcd");
    }
}

#[test]
fn every_cut_and_every_flip_is_survived() {
    let text = [b"MESSAGE=".as_slice(), &b"some text, ".repeat(20), b"and the end"].concat();
    for (pack, unpack, peek) in ALL {
        let packed = pack(&text);
        for at in 0..packed.len() {
            let mut into = Vec::new();
            assert!(unpack(&packed[..at], PAYLOAD_MAX, &mut into).is_err(), "{at}");
            let _ = peek(&packed[..at], &mut [0; 9]);
            for bit in 0..8 {
                let mut wrong = packed.clone();
                wrong[at] ^= 1 << bit;
                into.clear();
                let _ = unpack(&wrong, PAYLOAD_MAX, &mut into);
                assert!(into.len() <= 1 << 20, "{at} {bit}: {}", into.len());
                let _ = peek(&wrong, &mut [0; 9]);
            }
        }
    }
}

#[test]
fn sizes_that_lie_cost_nothing() {
    for claimed in [u64::MAX, 1 << 62, 1 << 40, PAYLOAD_MAX as u64, 1 << 29] {
        let mut packed = pack_lz4(b"MESSAGE=short");
        packed[..8].copy_from_slice(&claimed.to_le_bytes());
        let mut into = Vec::new();
        assert!(lz4(&packed, PAYLOAD_MAX, &mut into).is_err());
        assert_eq!(into.capacity(), 0);
    }
    // What is as long as it says is a bomb all the same.
    let bomb = pack_zstd(&vec![0; 5_000_000]);
    assert!(bomb.len() < 10_000);
    assert!(zstd(&bomb, 100_000, &mut None, &mut Vec::new()).is_err());
    let bomb = pack_xz(&vec![0; 5_000_000]);
    let mut into = Vec::new();
    assert!(xz(&bomb, 100_000, &mut into).is_err());
    assert!(into.len() <= 100_001);
}
