use std::borrow::Cow;

use proptest::prelude::*;

use super::{Item, MAX_LINE_BYTES, Reader};

/// What a file says, one line each, with the lines it stands on.
fn read(text: &[u8]) -> Vec<String> {
    Reader::new(text)
        .map(|item| match item {
            Item::Section(name, at) => format!("{} [{name}]", at.line),
            Item::Assignment(a) => {
                format!("{}-{} {}={}", a.at.line, a.at.last_line, a.key, a.value)
            }
            Item::Skipped(fault, at) => format!("{} skipped {fault:?}", at.line),
            Item::Refused(fault, at) => format!("{} refused {fault:?}", at.line),
        })
        .collect()
}

#[test]
fn sections_assignments_and_comments() {
    let text = b"# comment\n; another\n\n  [Unit]  \n Description = A b  \nX=\nno\n=x\n";
    let expected =
        ["4 [Unit]", "5-5 Description=A b", "6-6 X=", "7 skipped NoEquals", "8 skipped NoKey"];
    assert_eq!(read(text), expected);
}

#[test]
fn continued_lines_are_joined_with_a_space_and_comments_in_them_left_out() {
    let text = b"[S]\nA=one \\\n  two\\\n# comment \\\n; more\n  three\nB=x\\\\\nC=y\\";
    assert_eq!(read(text), ["1 [S]", "2-6 A=one    two   three", "7-7 B=x\\\\", "8-8 C=y"]);
    // An empty line ends it.
    assert_eq!(read(b"A=b\\\n\nC=d\n"), ["1-2 A=b", "3-3 C=d"]);
    assert_eq!(read(b"A=b\\\\\\\nc\n"), ["1-2 A=b\\\\ c"]);
}

#[test]
fn ends_of_lines_of_all_kinds() {
    assert_eq!(
        read(b"A=1\r\nB=2\rC=3\n\rD=4\0E=5\n\nF=6"),
        ["1-1 A=1", "2-2 B=2", "3-3 C=3", "4-4 D=4", "5-5 E=5", "7-7 F=6"]
    );
    assert_eq!(read(b"\xef\xbb\xbfA=1\n"), ["1-1 A=1"]);
}

#[test]
fn what_systemd_reads_no_further_from() {
    assert_eq!(read(b"A=1\n[S\nB=2\n"), ["1-1 A=1", "2 refused Header"]);
    assert_eq!(read(b"[a\\b]\n"), ["1 refused HeaderCharacters"]);
    assert_eq!(read(b"A=\xff\nB=2"), ["1 refused NotUtf8"]);
    assert_eq!(read("A=1\nB=\u{fdd0}".as_bytes()), ["1-1 A=1", "2 refused NotUtf8"]);
    assert_eq!(read("A=\u{1fffe}".as_bytes()), ["1 refused NotUtf8"]);
    assert_eq!(read("A=\u{fffd}".as_bytes()), ["1-1 A=\u{fffd}"]);
    let long = [b"A=".as_slice(), &vec![b'x'; MAX_LINE_BYTES]].concat();
    assert_eq!(read(&long), ["1 refused TooLong"]);
    let many = [b"A=".as_slice(), &b"xxxxxxxxxxxxxx\\\n".repeat(MAX_LINE_BYTES / 14)].concat();
    assert!(read(&many).last().is_some_and(|line| line.ends_with("TooLong")));
}

#[test]
fn places_of_parts_of_a_value() {
    let text = b"[S]\n  Key = one \\\n# comment\n   two three\n";
    let Some(Item::Assignment(found)) = Reader::new(text).nth(1) else { panic!() };
    let at = |word: &str| {
        let start = found.value.find(word).expect("is in the value");
        let located = found.at.in_value(text, start..start + word.len());
        (located.line, String::from_utf8_lossy(&located.text[located.columns]).into_owned())
    };
    for (word, line) in [("one", 2), ("two", 4), ("three", 4)] {
        assert_eq!(at(word), (line, word.to_owned()));
    }
    let key = found.at.in_key(text, found.key.len());
    assert_eq!(&key.text[key.columns], b"Key");
    // A part that begins on one line and ends on another is cut at the line's end.
    let whole = found.at.in_value(text, 0..found.value.len());
    assert_eq!((whole.line, &whole.text[whole.columns]), (2, &b"one \\"[..]));
}

proptest! {
    #[test]
    fn any_bytes(text in proptest::collection::vec(prop_oneof![
        Just(b'\n'), Just(b'\\'), Just(b'='), Just(b'['), Just(b']'), Just(b'#'), Just(b' '), Just(b'\r'), any::<u8>()
    ], 0..200)) {
        for item in Reader::new(&text) {
            if let Item::Assignment(found) = item {
                prop_assert!(!found.value.starts_with(' ') && !found.value.ends_with(' '));
                for at in 0..=found.value.len() {
                    let place = found.at.in_value(&text, at..found.value.len());
                    prop_assert!(place.line >= found.at.line && place.line <= found.at.last_line);
                    prop_assert!(place.columns.end <= place.text.len());
                }
                if let Cow::Borrowed(value) = found.value {
                    let place = found.at.in_value(&text, 0..value.len());
                    prop_assert_eq!(&place.text[place.columns], value.as_bytes());
                }
            }
        }
    }

    #[test]
    fn what_is_written_is_read(pairs in proptest::collection::vec(("[A-Za-z][A-Za-z0-9-]{0,9}", "[!-\\[\\]-~]([ -\\[\\]-~]{0,20}[!-\\[\\]-~])?"), 0..20)) {
        let text: String = pairs.iter().map(|(key, value)| format!("{key}={value}\n")).collect();
        let read: Vec<(String, String)> = Reader::new(text.as_bytes())
            .filter_map(|item| match item {
                Item::Assignment(found) => Some((found.key.to_owned(), found.value.into_owned())),
                _ => None,
            })
            .collect();
        prop_assert_eq!(read, pairs);
    }
}
