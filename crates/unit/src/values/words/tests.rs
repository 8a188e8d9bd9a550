use std::borrow::Cow;

use proptest::prelude::*;

use super::{Escapes, Fault, Quotes, Rules, Words, quote, unescape};

fn split(text: &str, rules: Rules) -> Result<Vec<String>, Fault> {
    Words::new(text, rules)
        .map(|word| word.map(|word| word.text.into_owned()).map_err(|error| error.fault))
        .collect()
}

type Expected = Result<&'static [&'static str], Fault>;

#[test]
fn words_as_systemd_cuts_them() {
    let cases: &[(&str, Rules, Expected)] = &[
        ("", Rules::SHELL, Ok(&[])),
        ("  a\t b ", Rules::SHELL, Ok(&["a", "b"])),
        (r#""a b" 'c d'e"#, Rules::SHELL, Ok(&["a b", "c de"])),
        (r#"fo"o b"ar """#, Rules::SHELL, Ok(&["foo bar", ""])),
        (r"a\x20b \101\u00e4\U0001F600\s", Rules::SHELL, Ok(&["a b", "Aä😀 "])),
        (r"\xc3\xa4", Rules::SHELL, Ok(&["ä"])),
        (r"\xc3", Rules::SHELL, Err(Fault::Encoding)),
        (r"a\q", Rules::SHELL, Err(Fault::Escape)),
        (r"\x00", Rules::SHELL, Err(Fault::Escape)),
        (r"\400", Rules::SHELL, Err(Fault::Escape)),
        (r"\ud800", Rules::SHELL, Err(Fault::Escape)),
        (r"a\", Rules::SHELL, Err(Fault::Escape)),
        (r"a\q b\", Rules::SHELL.lenient(), Ok(&[r"a\q", r"b\"])),
        (r#""a\"#, Rules::SHELL.lenient(), Err(Fault::Escape)),
        ("'a b", Rules::SHELL, Err(Fault::Quote)),
        (r"a\ b\n c", Rules::PATHS, Ok(&["a bn", "c"])),
        (r#"'a b' \'"#, Rules::PATHS, Ok(&["a b", "'"])),
        (r#"a'b c"#, Rules::PLAIN, Ok(&["a'b", "c"])),
        (r"a\b", Rules::PLAIN, Ok(&["ab"])),
        (r"a\x2db.service", Rules::NAMES, Ok(&[r"a\x2db.service"])),
        (r#""a\"b"#, Rules::TEXTS, Ok(&[r"a\b"])),
        (r#"--x="a b" c"#, Rules::NAMES.quotes(Quotes::Kept), Ok(&[r#"--x="a b""#, "c"])),
        (":a::b:", Rules::PATHS.separators(b":").each(), Ok(&["", "a", "", "b", ""])),
        ("", Rules::PATHS.separators(b":").each(), Ok(&[""])),
        (
            r"a\:b:c\\",
            Rules::PATHS.separators(b":").escapes(Escapes::Separators),
            Ok(&["a:b", r"c\"]),
        ),
        (r"a\n:b", Rules::PATHS.separators(b":").escapes(Escapes::Separators), Err(Fault::Escape)),
        (r"a\n\:b", Rules::PATHS.separators(b":").escapes(Escapes::CAndSeparators), Ok(&["a\n:b"])),
    ];
    for (text, rules, expected) in cases {
        let expected = expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(split(text, *rules), expected, "{text:?}");
    }
}

#[test]
fn places_and_borrowing() {
    let words: Vec<_> = Words::new(r#" ab "c d"  e\sf"#, Rules::SHELL).flatten().collect();
    let places: Vec<_> = words.iter().map(|word| word.at.clone()).collect();
    assert_eq!(places, [1..3, 4..9, 11..15]);
    let borrowed: Vec<_> = words.iter().map(|word| matches!(word.text, Cow::Borrowed(_))).collect();
    assert_eq!(borrowed, [true, true, false]);

    let error = Words::new("ab 'cd", Rules::SHELL).find_map(Result::err).map(|error| error.at);
    assert_eq!(error, Some(3..6));
    let error = Words::new(r"a \ä", Rules::SHELL).find_map(Result::err).map(|error| error.at);
    assert_eq!(error, Some(2..5));
}

#[test]
fn lenient_reading_reports_once() {
    let mut problems = Vec::new();
    let mut words = Words::new(r"a\q b 'c", Rules::SHELL);
    assert_eq!(
        words.next_lenient(&mut problems).map(|word| word.map(|word| word.text)),
        Some(Ok(r"a\q".into()))
    );
    assert_eq!(problems.len(), 1);
    assert_eq!(problems.first().map(|problem| problem.at.clone()), Some(1..3));
    assert_eq!(words.rest(), Some("b 'c"));
    assert!(words.next_lenient(&mut problems).is_some_and(|word| word.is_ok()));
    assert!(words.next_lenient(&mut problems).is_some_and(|word| word.is_err()));
    assert!(words.next_lenient(&mut problems).is_none());
    assert_eq!(problems.len(), 1);
}

#[test]
fn whole_texts() {
    assert_eq!(unescape(r"a b\n\x41").as_deref(), Ok("a b\nA"));
    assert!(matches!(unescape("plain"), Ok(Cow::Borrowed("plain"))));
    assert_eq!(unescape(r"ab\").map_err(|error| error.at), Err(2..3));
}

#[test]
fn a_huge_word_is_read_in_linear_time() {
    let text = format!("'{}", r"\".repeat(2_000_000));
    assert!(split(&text, Rules::SHELL).is_err());
    let text = r"\x41".repeat(500_000);
    assert_eq!(
        split(&text, Rules::SHELL).map(|words| words.iter().map(String::len).sum()),
        Ok(500_000)
    );
}

proptest! {
    #[test]
    fn quoted_words_are_read_back(words in proptest::collection::vec("[^\0]{0,12}", 0..6)) {
        let written: Vec<_> = words.iter().map(|word| quote(word)).collect();
        prop_assert_eq!(split(&written.join(" "), Rules::SHELL), Ok(words));
    }

    #[test]
    fn written_words_are_read_back(words in proptest::collection::vec("[a:\\\\'\" ä]{0,8}", 1..5)) {
        for rules in [Rules::TEXTS, Rules::PATHS, Rules::SHELL] {
            let mut text = String::new();
            for word in &words {
                rules.write(&mut text, word)?;
                text.push(' ');
            }
            prop_assert_eq!(split(&text, rules), Ok(words.clone()));
        }
    }

    #[test]
    fn colon_lists_are_read_back(words in proptest::collection::vec("[a:\\\\'\" ä]{0,8}", 1..5)) {
        let rules = Rules::PLAIN.separators(b":").each();
        let mut text = String::new();
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                text.push(':');
            }
            rules.write(&mut text, word)?;
        }
        prop_assert_eq!(split(&text, rules), Ok(words));
    }

    #[test]
    fn any_text_is_split(text in "\\PC*|[\\\\'\" :xu0-9a-f]{0,40}") {
        for rules in [Rules::PLAIN, Rules::NAMES, Rules::TEXTS, Rules::PATHS, Rules::SHELL, Rules::SHELL.lenient(), Rules::PATHS.separators(b":").each().escapes(Escapes::CAndSeparators)] {
            for word in Words::new(&text, rules) {
                let at = match word { Ok(word) => word.at, Err(error) => error.at };
                prop_assert!(text.get(at).is_some());
            }
        }
        let _ = unescape(&text);
    }
}
