//! Messages from templates.

use std::fmt::Write as _;

use super::random::Random;

const NAMES: &[&str] = &[
    "alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory",
    "niaj", "olivia", "peggy", "rupert", "sybil", "trent", "victor", "walter", "zoe",
];

/// Appends a message made from a template.
pub fn say(template: &str, random: &mut Random, text: &mut String) {
    for symbol in template.chars() {
        // Writing to a string does not fail.
        let _ = match symbol {
            '#' => write!(text, "{}", random.below(100_000)),
            '~' => write!(text, "{}", random.one_of(NAMES)),
            '%' => write!(text, "{:016x}", random.bits()),
            '@' => {
                let [_, _, _, _, a, b, c, d] = random.bits().to_be_bytes();
                write!(text, "{a}.{b}.{c}.{d}")
            }
            _ => text.write_char(symbol),
        };
    }
}
