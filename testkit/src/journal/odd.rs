//! Entries that a reader may stumble over: each is legal, and few programs ever write one.

use super::entry::{Entry, hex};
use super::random::Random;

/// The latest time that a journal accepts: one below 2^55 microseconds, in the year 3111.
pub const LATEST_USEC: u64 = (1 << 55) - 1;

/// Every odd entry, `base_usec` being when the first is written. `huge` bytes are in the largest
/// value.
#[must_use]
pub fn entries(boot: [u8; 16], base_usec: u64, huge: usize) -> Vec<Entry> {
    let mut odd = Odd { boot, base_usec, entries: Vec::new() };
    odd.messages();
    odd.lengths(huge);
    odd.repeated();
    odd.absent();
    odd.numbers();
    odd.names();
    odd.times();
    odd.entries
}

/// The entries so far.
struct Odd {
    boot: [u8; 16],
    base_usec: u64,
    entries: Vec<Entry>,
}

impl Odd {
    /// An entry with the usual fields but the message.
    fn plain(&self) -> Entry {
        let number = self.entries.len() as u64;
        Entry::new(self.boot, self.base_usec + number * 1_000_003, 5_000_000 + number * 1_000_003)
            .with("_BOOT_ID", hex(&self.boot))
            .with("_MACHINE_ID", "c0ffee00c0ffee00c0ffee00c0ffee01")
            .with("_HOSTNAME", "web1")
            .with("SYSLOG_IDENTIFIER", "odd")
            .with("_PID", "42")
            .with("_TRANSPORT", "journal")
            .with("PRIORITY", "6")
    }

    fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    fn say(&mut self, message: impl AsRef<[u8]>) {
        self.add(self.plain().with("MESSAGE", message));
    }

    fn messages(&mut self) {
        let messages: &[&[u8]] = &[
            b"",
            b" ",
            b"   leading and trailing   ",
            b"\n",
            b"\n\n\n",
            b"one\ntwo",
            b"one\ntwo\n",
            b"\nnothing before",
            b"line\n\n\nline after blanks",
            b"many\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12",
            b"tab\tbetween\ttabs",
            b"carriage\rreturn",
            b"dos\r\nlines\r\n",
            b"bell\x07 backspace\x08 escape\x1b[31mred\x1b[0m",
            b"nul\0byte",
            b"\0",
            b"delete\x7f",
            b"\xff\xfe not utf-8",
            b"latin1 \xe4\xf6\xfc",
            b"cut off \xe2\x82",
            b"surrogate \xed\xa0\x80 overlong \xc0\xaf",
            b"vertical\x0btab form\x0cfeed",
            b"next line \xc2\x85 and separator \xe2\x80\xa8 here",
            b"MESSAGE=MESSAGE=x",
            b"\"quoted\" and \\back\\slashed\\ /slash/ 'single' <tag> & %s %n",
            b"\x01\x02\x03\x04\x05\x06",
            b"ends in blanks  \t ",
        ];
        for message in messages {
            self.say(message);
        }
        for text in [
            "ümläut, 日本語のログ, עברית, 🎉🎉, e\u{301}, \u{200b}zero width",
            "\u{feff}byte order mark",
            "private \u{e000} and unassigned \u{378}",
            "last \u{10ffff} \u{10fffd}",
        ] {
            self.say(text);
        }
    }

    fn lengths(&mut self, huge: usize) {
        for length in [79, 80, 299, 300, 301, 511, 512, 513, 4095, 4096, 4097, 70_000, huge] {
            let filler = b"abcdefghij ".iter().copied().cycle().take(length);
            self.say(filler.collect::<Vec<u8>>());
        }
        // What compresses badly, and what is binary and large.
        let mut random = Random::new(11);
        let noise: Vec<u8> = (0..9000).flat_map(|_| random.number().to_le_bytes()).collect();
        self.add(self.plain().with("MESSAGE", "noise").with("NOISE", &noise));
        self.say(noise);
        let lines: Vec<String> = (0..400).map(|number| format!("line {number}")).collect();
        self.say(lines.join("\n"));
        self.say("é".repeat(300));
    }

    fn repeated(&mut self) {
        self.add(self.plain().with("MESSAGE", "first").with("MESSAGE", "second"));
        self.add(self.plain().with("MESSAGE", "same").with("MESSAGE", "same"));
        let mut many = self.plain().with("MESSAGE", "many of one field");
        for number in 0..40 {
            many.push("TAG", format!("value {number}"));
        }
        self.add(many);
        let two = self.plain().with("PRIORITY", "3").with("SYSLOG_IDENTIFIER", "other");
        self.add(two.with("_PID", "43").with("MESSAGE", "two of each").with("_HOSTNAME", "web2"));
        self.add(self.plain().with("MESSAGE", "mixed").with("MIX", "text").with("MIX", b"\xffbin"));
        let mut wide = self.plain().with("MESSAGE", "700 fields");
        for number in 0..700 {
            wide.push(&format!("FIELD_{number}"), format!("{}", number % 7));
        }
        self.add(wide);
    }

    fn bare(&self) -> Entry {
        let number = self.entries.len() as u64;
        Entry::new(self.boot, self.base_usec + number * 1_000_003, 5_000_000 + number * 1_000_003)
    }

    fn absent(&mut self) {
        let bare = self.bare();
        self.add(bare.with("MESSAGE", "nothing but a message"));
        let bare = self.bare();
        self.add(bare.with("ONLY", "a field and no message").with("SYSLOG_IDENTIFIER", "odd"));
        let bare = self.bare();
        self.add(bare.with("_COMM", "comm").with("MESSAGE", "a command name only"));
        let bare = self.bare();
        self.add(bare.with("SYSLOG_PID", "77").with("MESSAGE", "a syslog pid only"));
        let bare = self.bare();
        self.add(bare.with("SYSLOG_IDENTIFIER", "").with("MESSAGE", "an empty identifier"));
        let bare = self.bare();
        self.add(bare.with("_HOSTNAME", "").with("_PID", "").with("MESSAGE", "empty names"));
        let bare = self.bare();
        self.add(bare.with("MESSAGE", "").with("PRIORITY", "").with("EMPTY", ""));
    }

    fn numbers(&mut self) {
        for priority in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "-1", "err", "07"]
        {
            let mut entry = self.plain();
            entry.fields.retain(|(name, _)| name != "PRIORITY");
            self.add(entry.with("PRIORITY", priority).with("MESSAGE", format!("level {priority}")));
        }
        for time in
            ["0", "1", "abc", "-5", "18446744073709551615", "99999999999999999999", "", "007"]
        {
            let entry = self.plain().with("_SOURCE_REALTIME_TIMESTAMP", time);
            self.add(entry.with("MESSAGE", format!("source time {time:?}")));
            let entry = self.plain().with("_SOURCE_MONOTONIC_TIMESTAMP", time);
            self.add(entry.with("MESSAGE", format!("monotonic source time {time:?}")));
        }
        for time in ["Jan  1 00:00:00 ", "x", "", "Feb 30 25:61:61", "a\nb"] {
            let entry = self.plain().with("SYSLOG_TIMESTAMP", time);
            self.add(entry.with("MESSAGE", format!("syslog time {time:?}")));
        }
        for facility in ["0", "3", "23", "24", "x", ""] {
            let entry = self.plain().with("SYSLOG_FACILITY", facility);
            self.add(entry.with("MESSAGE", format!("facility {facility:?}")));
        }
    }

    fn names(&mut self) {
        let long = "A".repeat(64);
        let entry = self.plain().with("MESSAGE", "odd names").with(&long, "64 letters");
        self.add(entry.with("X", "1").with("_", "underscore").with("A1_B2", "x").with("_Z9", "z"));
        let host = "h".repeat(300);
        self.add(self.plain().with("MESSAGE", "a long host").with("_HOSTNAME", host));
        let mut entry = self.plain();
        entry.fields.retain(|(name, _)| name != "_HOSTNAME" && name != "SYSLOG_IDENTIFIER");
        let entry =
            entry.with("_HOSTNAME", "evil\x1b[2Jhost").with("SYSLOG_IDENTIFIER", "e\x1bvil");
        self.add(entry.with("MESSAGE", "escapes in names"));
        let mut entry = self.plain();
        entry.fields.retain(|(name, _)| name != "_PID");
        self.add(entry.with("_PID", "not a number").with("MESSAGE", "a pid of words"));
        let entry = self.plain().with("_TRANSPORT", "kernel").with("SYSLOG_IDENTIFIER", "kernel");
        self.add(entry.with("MESSAGE", "two transports"));
        let entry = self.plain().with("SYSLOG_RAW", "<13>raw").with("CODE_FILE", "a.c");
        let entry = entry.with("CODE_LINE", "7").with("CODE_FUNC", "f()").with("ERRNO", "2");
        let entry = entry.with("MESSAGE_ID", "ffffffffffffffffffffffffffffffff");
        self.add(
            entry.with("MESSAGE", "code, and an unknown message id").with("INVOCATION_ID", "?"),
        );
        let entry = self.plain().with("MESSAGE_ID", "fc2e22bc6ee647b6b90729ab34a250b1");
        let entry = entry.with("COREDUMP_UNIT", "app@blue.service").with("COREDUMP_PID", "9");
        self.add(
            entry.with("MESSAGE", "Process 9 (app) dumped core.").with("COREDUMP", b"\x7fELF\0"),
        );
    }

    /// Times at the ends of what a journal accepts. A journal's first entry with a time is the
    /// first in its order too, so these come in the order of time.
    fn times(&mut self) {
        for (realtime, monotonic) in [
            (LATEST_USEC - 1_000_000, 1 << 40),
            (LATEST_USEC - 1, (1 << 55) - 2),
            (LATEST_USEC, LATEST_USEC),
        ] {
            let mut entry = self.plain().with("MESSAGE", "at the end of time");
            entry.realtime_usec = realtime;
            entry.monotonic_usec = monotonic;
            self.add(entry);
        }
    }
}
