//! A lexer for just as much of Rust as the rules need: what is code, what is a comment, what is
//! the inside of a string. No syntax tree: braces are matched on tokens.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An identifier or keyword; raw identifiers keep their `r#`.
    Ident,
    /// `'a`, without the value of a label or a loop.
    Lifetime,
    /// A string, byte string, character or number.
    Literal,
    /// One byte of punctuation.
    Punct,
    /// A comment with its slashes, doc comments too.
    Comment,
}

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// As it stands in the source.
    pub text: &'a str,
    /// The line that it begins in, from 1.
    pub line: usize,
}

impl Token<'_> {
    /// Whether it is this identifier, keyword or punctuation.
    pub fn is(&self, text: &str) -> bool {
        matches!(self.kind, Kind::Ident | Kind::Punct) && self.text == text
    }
}

/// All tokens of a source file. Text that is not Rust gives some tokens, never a panic.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut counted = 0;
    while let Some(kind) = {
        lexer.skip_space();
        let start = lexer.at;
        line += newlines(source, counted, start);
        counted = start;
        lexer.next_kind()
    } {
        let text = source.get(counted..lexer.at).unwrap_or_default();
        tokens.push(Token { kind, text, line });
    }
    tokens
}

fn newlines(source: &str, from: usize, to: usize) -> usize {
    let bytes = source.as_bytes().get(from..to).unwrap_or_default();
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.source.as_bytes().get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, wanted: impl Fn(u8) -> bool) {
        while self.peek(0).is_some_and(&wanted) {
            self.at += 1;
        }
    }

    fn skip_space(&mut self) {
        self.skip_while(|byte| byte.is_ascii_whitespace());
    }

    /// Moves past one token; what it was.
    fn next_kind(&mut self) -> Option<Kind> {
        let first = self.peek(0)?;
        match (first, self.peek(1)) {
            (b'/', Some(b'/')) => {
                self.skip_while(|byte| byte != b'\n');
                Some(Kind::Comment)
            }
            (b'/', Some(b'*')) => Some(self.block_comment()),
            (b'"', _) => Some(self.quoted(b'"')),
            (b'\'', _) => Some(self.tick()),
            _ if is_ident(first) && !first.is_ascii_digit() => Some(self.word()),
            _ if first.is_ascii_digit() => Some(self.number()),
            _ => {
                self.at += 1;
                Some(Kind::Punct)
            }
        }
    }

    fn block_comment(&mut self) -> Kind {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek(0) {
            match (byte, self.peek(1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        break;
                    }
                }
                _ => self.at += 1,
            }
        }
        Kind::Comment
    }

    /// From an opening quote to its closing one.
    fn quoted(&mut self, quote: u8) -> Kind {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            // An escaped character may have more than one byte; the rest of it is no quote.
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == quote {
                break;
            }
        }
        self.at = self.at.min(self.source.len());
        Kind::Literal
    }

    /// A character or a lifetime.
    fn tick(&mut self) -> Kind {
        let mut rest = self.source.get(self.at + 1..).unwrap_or_default().chars();
        let (first, second) = (rest.next(), rest.next());
        if first == Some('\\') || second == Some('\'') {
            return self.quoted(b'\'');
        }
        self.at += 1;
        self.skip_while(is_ident);
        Kind::Lifetime
    }

    /// An identifier, or a literal that begins with letters: `r"…"`, `br#"…"#`, `c"…"`, `b'…'`.
    fn word(&mut self) -> Kind {
        let start = self.at;
        self.skip_while(is_ident);
        let prefix = self.source.get(start..self.at).unwrap_or_default();
        match (prefix, self.peek(0)) {
            ("b" | "c", Some(b'"')) => self.quoted(b'"'),
            ("b", Some(b'\'')) => self.quoted(b'\''),
            ("r" | "br" | "cr", Some(b'"' | b'#')) => self.raw(),
            _ => Kind::Ident,
        }
    }

    /// A raw string after its prefix, or a raw identifier.
    fn raw(&mut self) -> Kind {
        let hashes_at = self.at;
        self.skip_while(|byte| byte == b'#');
        let hashes = self.source.get(hashes_at..self.at).unwrap_or_default();
        if self.peek(0) != Some(b'"') {
            self.skip_while(is_ident);
            return Kind::Ident;
        }
        let end = format!("\"{hashes}");
        let rest = self.source.get(self.at + 1..).unwrap_or_default();
        self.at += 1 + rest.find(&end).map_or(rest.len(), |found| found + end.len());
        Kind::Literal
    }

    fn number(&mut self) -> Kind {
        self.skip_while(is_ident);
        if self.peek(0) == Some(b'.') && self.peek(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
            self.skip_while(is_ident);
        }
        Kind::Literal
    }
}

/// All bytes of other alphabets count as letters, which keeps slices on character boundaries.
fn is_ident(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric() || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::{Kind, tokens};

    fn kinds(source: &str) -> Vec<(Kind, &str)> {
        tokens(source).iter().map(|token| (token.kind, token.text)).collect()
    }

    #[test]
    fn braces_in_strings_are_not_code() {
        let source = r###"f("}", r#"{"}"#, br"{", b'{', c"}", '{', '\'', "\"}")"###;
        let braces = tokens(source).iter().filter(|t| t.is("{") || t.is("}")).count();
        assert_eq!(braces, 0, "{:?}", kinds(source));
        assert_eq!(kinds(source).len(), 2 + 8 + 7 + 1);
    }

    #[test]
    fn lifetimes_are_not_characters() {
        assert_eq!(
            kinds("&'a str, 'x', 'ß', '_ {"),
            [
                (Kind::Punct, "&"),
                (Kind::Lifetime, "'a"),
                (Kind::Ident, "str"),
                (Kind::Punct, ","),
                (Kind::Literal, "'x'"),
                (Kind::Punct, ","),
                (Kind::Literal, "'ß'"),
                (Kind::Punct, ","),
                (Kind::Lifetime, "'_"),
                (Kind::Punct, "{"),
            ]
        );
    }

    #[test]
    fn comments_nest_and_end() {
        let source = "a /* { /* } */ { */ b // }\nc";
        let idents: Vec<&str> = tokens(source)
            .iter()
            .filter(|token| token.kind == Kind::Ident)
            .map(|token| token.text)
            .collect();
        assert_eq!(idents, ["a", "b", "c"]);
    }

    #[test]
    fn lines_count_through_tokens_of_many_lines() {
        let found = tokens("a\n\"x\ny\"\n/* 1\n2 */ b");
        let lines: Vec<usize> = found.iter().map(|token| token.line).collect();
        assert_eq!(lines, [1, 2, 4, 5]);
    }

    #[test]
    fn ranges_and_raw_identifiers() {
        assert_eq!(
            kinds("0..r#fn 1.5e3"),
            [
                (Kind::Literal, "0"),
                (Kind::Punct, "."),
                (Kind::Punct, "."),
                (Kind::Ident, "r#fn"),
                (Kind::Literal, "1.5e3"),
            ]
        );
    }

    #[test]
    fn what_never_ends_ends_with_the_file() {
        for source in ["\"abc", "r#\"abc\"", "/* /* */", "'\\", "b'", "\"\\"] {
            assert_eq!(tokens(source).len(), 1, "{source}");
        }
    }
}
