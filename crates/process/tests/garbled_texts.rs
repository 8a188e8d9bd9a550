//! Every parser of the kernel's texts against tens of thousands of damaged ones: real texts of
//! this machine, changed by a mutator whose seed is printed when something goes wrong.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Instant;

use process::descriptors;
use process::membership::{self, Membership};
use process::raw;
use process::roles;

mod common;
use common::Random;

/// How many damaged texts are tried.
const MUTATIONS: u64 = 20_000;
/// More than this of one text is not worth the time.
const MAX_TEXT: usize = 6_000;

/// Texts that the kernel writes, by the parser's name that takes them.
const FILES: &[&str] = &[
    "stat",
    "status",
    "cgroup",
    "maps",
    "smaps",
    "limits",
    "io",
    "mountinfo",
    "cmdline",
    "environ",
    "smaps_rollup",
];

fn corpus() -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    let mut pids: Vec<PathBuf> =
        fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()).collect();
    pids.retain(|path| {
        path.file_name().is_some_and(|name| name.as_encoded_bytes().iter().all(u8::is_ascii_digit))
    });
    pids.sort();
    // A few of all, ourselves always: root's files may not be readable.
    let step = pids.len().div_ceil(20).max(1);
    let own = PathBuf::from("/proc/self");
    for dir in pids.iter().step_by(step).chain([&own]) {
        for file in FILES {
            let mut text = fs::read(dir.join(file)).unwrap_or_default();
            text.truncate(MAX_TEXT);
            texts.push(text);
        }
        for entry in fs::read_dir(dir.join("fdinfo")).into_iter().flatten().flatten().take(4) {
            texts.push(fs::read(entry.path()).unwrap_or_default());
        }
    }
    for file in ["net/tcp", "net/unix", "filesystems", "meminfo", "stat", "loadavg"] {
        let mut text = fs::read(PathBuf::from("/proc").join(file)).unwrap_or_default();
        text.truncate(MAX_TEXT);
        texts.push(text);
    }
    texts.retain(|text| !text.is_empty());
    assert!(texts.len() > 10, "this machine's /proc gives nothing to start from");
    texts
}

/// Gives a text to every parser: what one of them never gets from the kernel, it gets here too.
fn parse_all(text: &[u8]) {
    if let Some((comm, stat)) = raw::stat::parse(text) {
        assert!(comm.len() < text.len());
        for signal in 0..70 {
            let _ = (stat.ignores(signal), stat.catches(signal));
        }
    }
    let status = raw::status::parse(text);
    assert!(status.groups.len() + status.namespace_pids.len() <= text.len());
    if let Some(path) = raw::cgroup::telling_path(text) {
        assert!(path.starts_with(b"/"));
        let member = Membership::parse(path);
        assert!(member.service().is_none_or(|name| !name.is_empty()));
    }
    let _ = raw::io::parse(text);
    assert!(raw::limits::parse(text).len() <= text.len());
    let _ = raw::maps::pss_bytes(text);
    let _ = raw::fdinfo::parse(text);
    assert!(raw::mountinfo::parse(text).count() <= text.len());
    assert!(raw::mountinfo::filesystems(text).count() <= text.len());
    let mut memory = raw::maps::Memory::default();
    for line in text.split(|&byte| byte == b'\n') {
        if let Some(mapping) = raw::maps::mapping(line) {
            assert!(mapping.size_bytes() > 0 || mapping.start >= mapping.end);
            assert!(raw::maps::unescape(mapping.name).len() <= mapping.name.len());
        }
        memory.field(line);
        memory.add(&memory.clone());
        let _ = descriptors::Kind::of(line).has_metadata();
        let _ = descriptors::path_of(line);
        let _ = (roles::role(line), roles::looks_like_kernel_thread(line));
    }
    let _ = membership::unescape(&String::from_utf8_lossy(text));
}

/// Numbers at the edges of what fields hold.
const NUMBERS: &[&[u8]] = &[
    b"0",
    b"-0",
    b"-1",
    b"2147483647",
    b"-2147483648",
    b"4294967295",
    b"4294967296",
    b"-9223372036854775808",
    b"18446744073709551615",
    b"18446744073709551616",
    b"99999999999999999999999",
    b"1e9",
    b"0x10",
    b"+5",
    b"",
    b"ffffffffffffffff",
    b"ffffffffffffffffff",
];

fn mutate(text: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    for _ in 0..=random.below(4) {
        let at = random.below(text.len() + 1);
        let end = (at + random.below(40)).min(text.len());
        match random.below(9) {
            0 => text.truncate(at),
            1 => drop(text.drain(at..end)),
            2 => text.insert(at, random.next() as u8),
            3 => {
                if let Some(byte) = text.get_mut(at) {
                    *byte ^= 1 << random.below(8);
                }
            }
            4 => {
                let copy = text[at..end].to_vec();
                text.splice(at..at, copy);
            }
            5 => {
                let from = random.below(other.len() + 1);
                let upto = (from + random.below(200)).min(other.len());
                text.splice(at..end, other[from..upto].iter().copied());
            }
            6 => {
                // A whole number is another one.
                let digit = |byte: &u8| byte.is_ascii_digit();
                let start =
                    text[at..].iter().position(digit).map_or(text.len(), |found| at + found);
                let stop = text[start..]
                    .iter()
                    .position(|byte| !digit(byte))
                    .map_or(text.len(), |found| start + found);
                text.splice(start..stop, NUMBERS[random.below(NUMBERS.len())].iter().copied());
            }
            7 => text
                .insert(at, *b" \n\t:()[]\0\x1b-/\\.,\xff".get(random.below(17)).unwrap_or(&b' ')),
            _ => {
                let mut lines: Vec<&[u8]> = text.split(|&byte| byte == b'\n').collect();
                let (one, another) = (random.below(lines.len()), random.below(lines.len()));
                lines.swap(one, another);
                *text = lines.join(&b'\n');
            }
        }
    }
}

#[test]
fn damaged_texts_never_make_a_parser_panic() {
    let texts = corpus();
    let begun = Instant::now();
    for text in &texts {
        parse_all(text);
    }
    for seed in 1..=MUTATIONS {
        let mut random = Random::new(seed);
        let mut text = texts[random.below(texts.len())].clone();
        let other = &texts[random.below(texts.len())];
        mutate(&mut text, other, &mut random);
        if catch_unwind(AssertUnwindSafe(|| parse_all(&text))).is_err() {
            panic!("seed {seed}: {:?}", String::from_utf8_lossy(&text));
        }
    }
    let seconds = begun.elapsed().as_secs_f64();
    assert!(seconds < 60.0, "{MUTATIONS} texts took {seconds:.1} s: some parser is not linear");
}

/// No parser may take much longer for a text twice as long.
#[test]
fn long_texts_take_linear_time() {
    type Parser = fn(&[u8]);
    let parsers: &[(&str, Parser)] = &[
        ("stat", |text| assert!(raw::stat::parse(text).is_none())),
        ("status", |text| drop(raw::status::parse(text))),
        ("cgroup", |text| drop(raw::cgroup::telling_path(text).map(Membership::parse))),
        ("io", |text| assert_ne!(raw::io::parse(text).map(|io| io.read_calls), Some(1))),
        ("limits", |text| drop(raw::limits::parse(text))),
        ("fdinfo", |text| drop(raw::fdinfo::parse(text))),
        ("mountinfo", |text| assert_eq!(raw::mountinfo::parse(text).count(), 0)),
        ("maps", |text| assert!(raw::maps::mapping(text).is_none())),
        ("membership", |text| drop(Membership::parse(text))),
        ("unescape", |text| drop(membership::unescape(&String::from_utf8_lossy(text)))),
    ];
    let pieces: &[&[u8]] = &[
        b"(",
        b")",
        b"(a) S 1 ",
        b"\n",
        b":",
        b"1:a:/x\n",
        b"/",
        b"\\x2d",
        b"Name:\tx\n",
        b"Groups:\t1 2 3\n",
        b"a.slice/",
        b"../",
    ];
    for (name, parser) in parsers {
        for piece in pieces {
            let took = |repeats: usize| {
                let text = piece.repeat(repeats);
                let begun = Instant::now();
                parser(&text);
                begun.elapsed()
            };
            // Ten milliseconds for 64 KiB would be 150 ns a byte: a quadratic one takes seconds.
            let long = took(65_536 / piece.len());
            assert!(long.as_millis() < 500, "{name} takes {long:?} for 64 KiB of {piece:?}");
        }
    }
}
