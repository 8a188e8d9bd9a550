//! Messages without what only moves or colours: tabs, colour sequences, carriage returns.

/// Whether [`strip`] could change `message`.
pub(super) fn is_needed(message: &[u8]) -> bool {
    memchr::memchr3(b'\t', b'\x1b', b'\r', message).is_some()
}

/// What was searched for and found, in bytes of the message.
pub(super) type Highlight = (usize, usize);

/// Writes `message` to `out`: a tab becomes eight blanks; `ESC [ … m` and `ESC ] … BEL` go;
/// carriage returns before a line's end go. `highlight` moves along as journalctl moves it: by
/// what grows, not by what goes.
pub(super) fn strip(message: &[u8], highlight: &mut Highlight, out: &mut Vec<u8>) {
    out.clear();
    let mut moved = Highlight::default();
    let mut grow = |at: usize, by: usize| {
        moved.0 += if at < highlight.0 { by } else { 0 };
        moved.1 += if at < highlight.1 { by } else { 0 };
    };
    let mut returns = 0;
    let mut at = 0;
    while let Some(byte) = message.get(at) {
        let rest = message.get(at + 1..).unwrap_or_default();
        match byte {
            b'\r' => returns += 1,
            b'\n' => {
                returns = 0;
                out.push(b'\n');
            }
            other => {
                out.resize(out.len() + std::mem::take(&mut returns), b'\r');
                match (other, rest.first()) {
                    (b'\t', _) => {
                        out.extend_from_slice(b"        ");
                        grow(at, 7);
                    }
                    (b'\x1b', Some(b'[' | b']')) => match sequence(rest) {
                        Ok(length) => at += length,
                        Err(stopped) => {
                            out.push(b'\x1b');
                            out.extend(rest.first());
                            grow(at + 1 + stopped, 2);
                            at += 1;
                        }
                    },
                    (b'\x1b', next) => {
                        // What follows is taken with it, whatever it is.
                        out.push(b'\x1b');
                        out.extend(next);
                        grow(at + 1, 1);
                        at += 1;
                    }
                    _ => out.push(*other),
                }
            }
        }
        at += 1;
    }
    highlight.0 += moved.0;
    highlight.1 += moved.1;
}

/// Bytes of the sequence that begins, behind its ESC, with `rest`; or where it turned out not to
/// be one.
fn sequence(rest: &[u8]) -> Result<usize, usize> {
    let colour = rest.first() == Some(&b'[');
    for (at, byte) in rest.iter().enumerate().skip(1) {
        let (last, inside) = if colour {
            // NUL too: journalctl looks for it with strchr(), which finds a text's end.
            (*byte == b'm', matches!(byte, b'0'..=b'9' | b';' | b'm' | 0))
        } else {
            (*byte == b'\x07', (32..=126).contains(byte))
        };
        if last {
            return Ok(at + 1);
        }
        if !inside {
            return Err(at);
        }
    }
    Err(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(message: &str) -> String {
        let mut out = Vec::new();
        strip(message.as_bytes(), &mut (0, 0), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn only_the_simplest_noise_goes() {
        for (message, text) in [
            ("a\tb", "a        b"),
            ("\x1b[1;31mred\x1b[0m", "red"),
            ("\x1b[mx", "x"),
            ("\x1b[2Jx", "\x1b[2Jx"),
            ("\x1b]8;;http://a\x07link\x1b]8;;\x07", "link"),
            ("\x1b]8;;\u{e9}\x07", "\x1b]8;;\u{e9}\x07"),
            ("\x1b[31", "\x1b[31"),
            ("\x1b]x", "\x1b]x"),
            ("a\x1b", "a\x1b"),
            ("a\x1bc", "a\x1bc"),
            ("\x1b\x1b[mx", "\x1b\x1b[mx"),
            ("\x1b[3\x1b[mx", "\x1b[3x"),
            ("a\r\nb\r\r\n\rc\r", "a\nb\n\rc"),
            ("a\rb", "a\rb"),
            ("a\r\tb", "a\r        b"),
            ("", ""),
        ] {
            assert_eq!(stripped(message), text, "{message:?}");
        }
    }

    #[test]
    fn highlights_move_with_tabs() {
        let mut highlight = (2, 4);
        strip(b"\ta\tbc", &mut highlight, &mut Vec::new());
        assert_eq!(highlight, (9, 18));
    }
}
