//! Texts, paths and names as people and programs write them, and as they do not.

use unit::escape;

/// Numbers that look random and are the same in each run (SplitMix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn pick<'a>(&mut self, from: &[&'a [u8]]) -> &'a [u8] {
        from[self.below(from.len())]
    }

    /// Any text without a zero byte.
    pub fn text(&mut self) -> Vec<u8> {
        const ODD: &[&[u8]] = &[
            b"-",
            b"--",
            b"/",
            b".",
            b"..",
            b"\\",
            b"\\x",
            b"\\x2d",
            b"@",
            b":",
            b"_",
            b" ",
            b"%",
            b"%i",
            b"\t",
            b"\n",
            b"\x01",
            b"\x7f",
            b"~",
            b"'",
            b"\"",
            b"*",
            b"[a]",
            b"?",
            b"!",
            "é".as_bytes(),
            "日本".as_bytes(),
            "\u{1f980}".as_bytes(),
            b"\xff",
            b"\xc3",
            b".service",
            b".mount",
            b"a",
            b"Z",
            b"9",
        ];
        let mut text = Vec::new();
        for _ in 0..self.below(12) {
            match self.one_in(2) {
                true => text.extend_from_slice(self.pick(ODD)),
                false => text.push(b'a' + u8::try_from(self.below(26)).unwrap()),
            }
        }
        if self.one_in(100) {
            text.extend(std::iter::repeat_n(b'x', self.below(400)));
        }
        text
    }

    pub fn path(&mut self) -> Vec<u8> {
        const PARTS: &[&[u8]] =
            &[b"", b".", b".hidden", b"...", b"a-b", b"usr", b"dev", b"sys", b"a b", b"srv", b"x"];
        let mut path = match self.one_in(6) {
            true => Vec::new(),
            false => b"/".to_vec(),
        };
        for _ in 0..self.below(6) {
            match self.below(150) {
                0 => path.extend_from_slice(b".."),
                1 => path.extend(std::iter::repeat_n(b'n', 250 + self.below(10))),
                2 => path.extend(b"deep/".repeat(self.below(900))),
                3..50 => path.extend(self.text()),
                _ => path.extend_from_slice(self.pick(PARTS)),
            }
            path.push(b'/');
        }
        if self.one_in(2) {
            path.pop();
        }
        path
    }

    /// A text that was escaped, now and then damaged. Failures cost a search: they are few.
    pub fn escaped(&mut self) -> Vec<u8> {
        let escaped = escape::escape(self.text());
        self.damaged(escaped)
    }

    pub fn escaped_path(&mut self) -> Vec<u8> {
        let escaped = escape::escape_path(self.path());
        self.damaged(escaped.unwrap_or_else(|_| "a".to_owned()))
    }

    fn damaged(&mut self, text: String) -> Vec<u8> {
        let mut text = text.into_bytes();
        if self.one_in(30) && !text.is_empty() {
            let at = self.below(text.len());
            match self.below(4) {
                0 => drop(text.remove(at)),
                1 => text.insert(at, b'\\'),
                2 => text.insert(at, b'-'),
                _ => text[at] = b'.',
            }
        }
        text
    }

    /// The name of an instance, or nearly.
    pub fn instance(&mut self) -> Vec<u8> {
        let escaped = self.escaped();
        self.instance_of(&escaped)
    }

    pub fn instance_of_path(&mut self) -> Vec<u8> {
        let escaped = self.escaped_path();
        self.instance_of(&escaped)
    }

    fn instance_of(&mut self, escaped: &[u8]) -> Vec<u8> {
        match self.below(150) {
            0 => return self.text(),
            1 => return b"foo@.service".to_vec(),
            2 => return b"foo.service".to_vec(),
            _ => {}
        }
        let end = if self.one_in(50) { ".socket" } else { ".service" };
        let escaped = if escaped.is_empty() { b"x" } else { escaped };
        [b"foo@", escaped, end.as_bytes()].concat()
    }

    /// What people write for a unit.
    pub fn written(&mut self) -> Vec<u8> {
        match self.below(4) {
            0 => self.text(),
            1 => self.path(),
            2 => self.instance(),
            _ => {
                let mut name = self.escaped();
                name.extend_from_slice(self.pick(&[b"", b".service", b".mount", b".d", b"@"]));
                name
            }
        }
    }
}
