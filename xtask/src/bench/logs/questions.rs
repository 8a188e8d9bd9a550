//! What is asked, and how quickly it is to be answered: one table.

use super::generate::{BUSY, START_USEC};
use super::services::RARE_WORD;

/// Memory of its own, at most: what is mapped from files aside.
pub const OWN_MEMORY_KIB: u64 = 64 * 1024;

/// A question to a reader of journals.
pub struct Question {
    /// Its name in the tables.
    pub name: &'static str,
    /// The arguments: journalctl's, and ours.
    pub args: fn() -> Vec<String>,
    /// The wall time, as a part of journalctl's, at most.
    pub limit: f64,
    /// Whether it is asked of many files too.
    pub of_many: bool,
    /// What the answers have in common.
    pub agreement: Agreement,
}

/// How far two right answers are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agreement {
    /// Byte for byte.
    Bytes,
    /// As many bytes: journalctl writes the members of an object in any order.
    Length,
    /// In the exit status alone: it talks of its progress.
    Status,
}

use Agreement::{Bytes, Length, Status};

const fn question(
    name: &'static str,
    limit: f64,
    of_many: bool,
    agreement: Agreement,
    args: fn() -> Vec<String>,
) -> Question {
    Question { name, args, limit, of_many, agreement }
}

/// Everything that is asked.
pub const QUESTIONS: &[Question] = &[
    question("-o cat of all", 0.07, true, Bytes, || words(&["-o", "cat"])),
    question("-o short of all", 0.1, true, Bytes, || words(&["-o", "short"])),
    question("-o json of all", 0.05, false, Length, || words(&["-o", "json"])),
    question("-o export of all", 0.1, false, Bytes, || words(&["-o", "export"])),
    question("one unit, -o cat", 0.1, true, Bytes, || words(&["-u", BUSY.0, "-o", "cat"])),
    question("one unit, -o short", 0.1, true, Bytes, || words(&["-u", BUSY.0])),
    question("rare --grep", 0.1, true, Bytes, || words(&["--grep", RARE_WORD])),
    question("-p err", 1.0, true, Bytes, || words(&["-p", "err"])),
    question("two hours", 1.0, true, Bytes, || window(9, 10, 2)),
    question("-n 100", 1.0, true, Bytes, || words(&["-n", "100"])),
    question("-F _SYSTEMD_UNIT", 1.0, true, Bytes, || words(&["-F", "_SYSTEMD_UNIT"])),
    question("--list-boots", 1.0, true, Bytes, || words(&["--list-boots"])),
    question("--verify", 0.05, false, Status, || words(&["--verify"])),
];

/// A question to a file of syslog, and what grep(1) is asked for the same lines.
pub struct TextQuestion {
    /// Its name in the tables.
    pub name: &'static str,
    /// Our arguments.
    pub args: fn() -> Vec<String>,
    /// The pattern.
    pub pattern: &'static str,
}

/// The wall time of these, as a part of grep's, at most.
pub const TEXT_LIMIT: f64 = 1.5;

/// What is asked of syslog files.
pub const TEXT_QUESTIONS: &[TextQuestion] = &[
    TextQuestion { name: "one service", args: || words(&["-t", BUSY.1]), pattern: " shop-api\\[" },
    TextQuestion { name: "one hour", args: hour, pattern: "^Oct 10 10:" },
    TextQuestion {
        name: "one service, one hour",
        args: || [words(&["-t", BUSY.1]), hour()].concat(),
        pattern: "^Oct 10 10:.* shop-api\\[",
    },
];

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// From 10:00:00 to 10:59:59.
fn hour() -> Vec<String> {
    let from = START_USEC / 1_000_000 + 9 * 86_400 + 10 * 3600;
    words(&["--since", &format!("@{from}"), "--until", &format!("@{}", from + 3599)])
}

/// Some hours of a day of the month, counted from 0. In seconds since 1970: whatever the time zone.
fn window(day: u64, hour: u64, hours: u64) -> Vec<String> {
    let from = START_USEC / 1_000_000 + day * 86_400 + hour * 3600;
    let until = from + hours * 3600;
    words(&["--since", &format!("@{from}"), "--until", &format!("@{until}")])
}
