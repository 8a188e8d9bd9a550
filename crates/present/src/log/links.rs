//! Links that terminals make clickable (OSC 8).

use super::bytes::until_nul;
use super::multiline::push_all;
use super::options::Links;
use super::strip::Highlight;

fn push_link(address: &[&[u8]], text: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b"\x1b]8;;");
    push_all(out, address);
    push_all(out, &[b"\x07", text, b"\x1b]8;;\x07"]);
}

/// Appends `path` as a link to the file, unless it is empty.
pub(super) fn push_path(path: &[u8], links: &Links, out: &mut Vec<u8>) -> bool {
    if path.is_empty() {
        return false;
    }
    let (directory, slash): (&[u8], &[u8]) = if path.starts_with(b"/") {
        (b"", b"")
    } else if links.directory.ends_with(b"/") {
        (&links.directory, b"")
    } else {
        (&links.directory, b"/")
    };
    push_link(&[b"file://", &links.host, directory, slash, path], path, out);
    true
}

/// Writes to `out` the message with a link in place of the file's name that it starts with, if it
/// does.
pub(super) fn link_start(
    message: &[u8],
    file: &[u8],
    links: &Links,
    highlight: &mut Highlight,
    out: &mut Vec<u8>,
) -> bool {
    let Some(rest) = message.strip_prefix(file) else { return false };
    let ends = matches!(rest.first(), None | Some(b':' | b' '));
    let overlaps = highlight.0 != 0 && highlight.0 <= file.len();
    out.clear();
    if !ends || overlaps || !push_path(until_nul(file), links, out) {
        return false;
    }
    let grown = out.len().saturating_sub(file.len());
    highlight.0 += grown;
    highlight.1 += grown;
    out.extend_from_slice(rest);
    true
}

/// Appends a link to what documents the entry: the address that it has itself, else that of the
/// catalogue.
pub(super) fn push_documentation(
    own: Option<&[u8]>,
    catalog: Option<&[u8]>,
    utf8: bool,
    out: &mut Vec<u8>,
) {
    let own = own.map(until_nul).filter(|address| is_address(address));
    if let Some(address) = own.or_else(|| catalog.and_then(of_catalog)) {
        push_link(&[address], if utf8 { "[🡕]" } else { "[LNK]" }.as_bytes(), out);
        out.push(b' ');
    }
}

/// The address that stands in a catalogue's text.
fn of_catalog(text: &[u8]) -> Option<&[u8]> {
    const LABEL: &[u8] = b"Documentation:";
    let rest = text.strip_prefix(LABEL).or_else(|| {
        let at = memchr::memmem::find(text, b"\nDocumentation:")?;
        text.get(at + 1 + LABEL.len()..)
    })?;
    let start = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let rest = rest.get(start..)?;
    let length = rest.iter().position(u8::is_ascii_whitespace).unwrap_or(rest.len());
    rest.get(..length).filter(|address| is_address(address))
}

/// Whether it is an address as systemd takes it for documentation.
fn is_address(address: &[u8]) -> bool {
    let of = |scheme: &&[u8]| address.strip_prefix(*scheme).is_some_and(|rest| !rest.is_empty());
    let schemes: [&[u8]; 5] = [b"http://", b"https://", b"file:/", b"info:", b"man:"];
    address.is_ascii() && schemes.iter().any(of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["https://a", "man:a(1)", "file:/x", "info:x", "http://?"] {
            assert!(is_address(good.as_bytes()), "{good}");
        }
        for bad in ["", "man:", "http://", "ftp://a", "https://ä", "a"] {
            assert!(!is_address(bad.as_bytes()), "{bad}");
        }
        assert_eq!(
            of_catalog(b"Subject: x\nDocumentation: man:a(1)\n\nText"),
            Some(&b"man:a(1)"[..])
        );
        assert_eq!(of_catalog(b"Documentation:https://b"), Some(&b"https://b"[..]));
        assert_eq!(of_catalog(b"Subject: x\n\nText"), None);
        assert_eq!(of_catalog(b"Documentation:  "), None);
    }

    #[test]
    fn a_file_at_the_start_becomes_a_link() {
        let links = Links { host: b"box".to_vec(), directory: b"/tmp".to_vec() };
        let mut out = Vec::new();
        let mut highlight = (0, 0);
        assert!(link_start(b"/etc/a: bad", b"/etc/a", &links, &mut highlight, &mut out));
        assert_eq!(out, b"\x1b]8;;file://box/etc/a\x07/etc/a\x1b]8;;\x07: bad");
        assert_eq!(highlight, (out.len() - 11, out.len() - 11));
        for (message, at) in [(&b"/etc/ab"[..], 0), (b"x /etc/a", 0), (b"/etc/a x", 3)] {
            assert!(!link_start(message, b"/etc/a", &links, &mut (at, at), &mut out));
        }
        out.clear();
        push_path(b"a.conf", &links, &mut out);
        assert_eq!(out, b"\x1b]8;;file://box/tmp/a.conf\x07a.conf\x1b]8;;\x07");
    }
}
