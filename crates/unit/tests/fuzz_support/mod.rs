//! A mutation fuzzer of a hundred lines: inputs are seeds that were cut, mixed and littered.

#![allow(dead_code, reason = "each test uses a part")]

use std::{fmt::Write as _, panic::AssertUnwindSafe};

pub mod grammars;
pub mod seeds;
pub mod trees;

/// Runs of each grammar in the suite; `UNIT_FUZZ_ROUNDS` multiplies them.
const ROUNDS: u64 = 1;
/// Where the row of random numbers begins; `UNIT_FUZZ_SEED` is another one.
const SEED: u64 = 0x5eed_0000_0000_0001;
/// No input grows beyond that.
const MAX_BYTES: usize = 4000;

/// Random numbers that are the same in every run (splitmix64).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `limit`, which is not 0.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(limit).unwrap()).unwrap()
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Bytes that mean something to one grammar or another.
const TOKENS: &[&str] = &[
    " ",
    "\t",
    "\n",
    "\r",
    "\r\n",
    "\0",
    "=",
    "==",
    "[",
    "]",
    "#",
    ";",
    "\\",
    "\\\n",
    "\\\\",
    "\"",
    "'",
    "%",
    "%%",
    "%i",
    "%n",
    "%Z",
    "%\u{e9}",
    "@",
    "@@",
    ":",
    "::",
    "!",
    "!!",
    "+",
    "-",
    "--",
    "|",
    "~",
    "/",
    "//",
    "/../",
    "..",
    ".",
    ",",
    "*",
    "?",
    "$",
    "${",
    "}",
    "${A}",
    "$$",
    "$A b",
    "\\x",
    "\\x41",
    "\\x00",
    "\\u00e4",
    "\\U0010ffff",
    "\\777",
    "\\e",
    "\u{feff}",
    "\u{e4}",
    "\u{1f980}",
    "\u{200b}",
    "\u{202e}",
    "\u{1b}[31m",
    "0",
    "-1",
    "1",
    "18446744073709551615",
    "18446744073709551616",
    "9223372036854775808",
    "-9223372036854775808",
    "99999999999999999999",
    "0x7f",
    "0777",
    "1e9",
    "1.5",
    ".5",
    "5.",
    "K",
    "M",
    "E",
    "%",
    "us",
    "month",
    "y",
    "infinity",
    "inf",
    "yes",
    "no",
    "Mon",
    "Mon..Fri",
    "..",
    "/2",
    "2024-02-29",
    "23:59:60",
    "@0",
    "UTC",
    "Europe/Berlin",
    "now",
    "tomorrow",
    ".service",
    "@.service",
    "a@b.service",
    "[Unit]\n",
    "[Service]\n",
    "[Install]\n",
    "[X-a]\n",
    "After=",
    "Alias=",
    "a.service",
    "-.slice",
    "~nobody",
];

/// One input made from seeds.
pub fn mutated(random: &mut Random, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut text = random.one(seeds).clone();
    for _ in 0..random.below(6) {
        mutate(random, &mut text, seeds);
    }
    text.truncate(MAX_BYTES);
    text
}

fn mutate(random: &mut Random, text: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = random.below(text.len() + 1);
    let to = (at + random.below(12)).min(text.len());
    match random.below(9) {
        0 if at < text.len() => text[at] ^= 1 << random.below(8),
        1 if at < text.len() => text[at] = u8::try_from(random.below(256)).unwrap(),
        2 => drop(text.drain(at..to)),
        3 => {
            let part = text[at..to].to_vec();
            text.splice(at..at, part);
        }
        4 => {
            let other = random.one(seeds);
            let from = random.below(other.len() + 1);
            text.truncate(at);
            text.extend_from_slice(&other[from..]);
        }
        5 => text.truncate(at),
        6 => {
            let part = text[at..to].repeat(1 + random.below(60));
            text.splice(at..at, part);
        }
        _ => {
            let token = random.one(TOKENS).bytes();
            text.splice(at..at, token);
        }
    }
    text.truncate(MAX_BYTES);
}

fn number(variable: &str, default: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no number")),
        Err(_) => default,
    }
}

/// Runs a check on `runs` inputs. A failure tells the seed of the run and the input.
pub fn fuzz(
    what: &str,
    runs: u64,
    seeds: &[Vec<u8>],
    mut check: impl FnMut(&mut Random, &[u8]) -> Result<(), String>,
) {
    assert!(!seeds.is_empty(), "{what} has no seeds");
    let first = number("UNIT_FUZZ_SEED", SEED);
    let rounds = number("UNIT_FUZZ_ROUNDS", ROUNDS);
    let mut failures = String::new();
    let mut count = 0;
    for run in 0..runs * rounds {
        let seed = first.wrapping_add(run.wrapping_mul(0x1_0000_0001));
        let mut random = Random::new(seed);
        let input = mutated(&mut random, seeds);
        let ended = std::panic::catch_unwind(AssertUnwindSafe(|| check(&mut random, &input)));
        let failure = match ended {
            Ok(Ok(())) => continue,
            Ok(Err(failure)) => failure,
            Err(_) => "panicked (see above)".to_owned(),
        };
        count += 1;
        let input = input.escape_ascii();
        writeln!(failures, "{what}: UNIT_FUZZ_SEED={seed} input b\"{input}\"\n    {failure}")
            .unwrap();
        if count == 12 {
            break;
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
