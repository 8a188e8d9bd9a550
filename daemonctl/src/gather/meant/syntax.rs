//! The shapes that configurations have, as statements: a key, values, and where they stand.

use insight::snapshot::Place;

/// Which shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// Words that end with `;`, and blocks: nginx.
    Braces,
    /// A line is a key and its values: sshd, redis, haproxy, apache.
    Words,
    /// `key = value`, perhaps in sections: postgres, MariaDB, php-fpm.
    Equals,
}

/// A directive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    /// Lower case; `-` for `_`.
    pub key: String,
    /// What follows.
    pub values: Vec<String>,
    /// The section that it stands in: `mysqld`, `match`, `ifmodule ssl_module`.
    pub section: String,
    /// Where.
    pub place: Option<Place>,
}

/// A key in one spelling.
pub fn key(text: &str) -> String {
    text.trim().to_ascii_lowercase().replace('_', "-")
}

/// The statements of a text.
pub fn statements(syntax: Syntax, text: &str) -> Vec<(u32, Statement)> {
    match syntax {
        Syntax::Braces => braces(text),
        Syntax::Words => words(text),
        Syntax::Equals => equals(text),
    }
}

fn braces(text: &str) -> Vec<(u32, Statement)> {
    let mut found = Vec::new();
    let mut current: Vec<String> = Vec::new();
    let mut start = 0;
    for (number, line) in (1_u32..).zip(text.lines()) {
        let mut word = String::new();
        let mut quote = None;
        for c in line.chars() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (Some(_), c) => word.push(c),
                (None, '"' | '\'') => quote = Some(c),
                (None, '#') => break,
                (None, ' ' | '\t' | ';' | '{' | '}') => {
                    if !word.is_empty() {
                        if current.is_empty() {
                            start = number;
                        }
                        current.push(std::mem::take(&mut word));
                    }
                    if matches!(c, ';' | '{' | '}') {
                        let words = std::mem::take(&mut current);
                        found.extend(statement(words, start, ""));
                    }
                }
                (None, c) => word.push(c),
            }
        }
        if !word.is_empty() {
            if current.is_empty() {
                start = number;
            }
            current.push(word);
        }
    }
    found
}

fn statement(words: Vec<String>, line: u32, section: &str) -> Option<(u32, Statement)> {
    let mut words = words.into_iter();
    let key = key(&words.next()?);
    let statement =
        Statement { key, values: words.collect(), section: section.to_owned(), place: None };
    Some((line, statement))
}

/// Words of a line, quotes taken off, without a comment.
fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut is_open, mut quote) = (String::new(), false, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), c) => word.push(c),
            (None, '"' | '\'') => (quote, is_open) = (Some(c), true),
            (None, '#') if word.is_empty() && !is_open => break,
            (None, ' ' | '\t') => {
                if is_open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                    is_open = false;
                }
            }
            (None, c) => word.push(c),
        }
    }
    if is_open || !word.is_empty() {
        words.push(word);
    }
    words
}

fn words(text: &str) -> Vec<(u32, Statement)> {
    let mut found = Vec::new();
    let mut sections: Vec<String> = Vec::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        // apache's blocks.
        if let Some(name) = line.strip_prefix("</") {
            let name = name.trim_end_matches('>').to_ascii_lowercase();
            let at = sections.iter().rposition(|open| open.starts_with(&name));
            sections.truncate(at.unwrap_or(sections.len()));
            continue;
        }
        if let Some(inner) = line.strip_prefix('<').and_then(|line| line.strip_suffix('>')) {
            sections.push(inner.trim().to_ascii_lowercase());
            continue;
        }
        let words = split(line);
        // sshd's block lasts to the end or to the next one.
        if words.first().is_some_and(|word| word.eq_ignore_ascii_case("match")) {
            sections = vec!["match".to_owned()];
            continue;
        }
        found.extend(statement(words, number, &sections.join("/")));
    }
    found
}

fn equals(text: &str) -> Vec<(u32, Statement)> {
    let mut found = Vec::new();
    let mut section = String::new();
    for (number, line) in (1_u32..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.split(']').next()) {
            section = name.trim().to_ascii_lowercase();
            continue;
        }
        // `!includedir /etc/mysql/conf.d`, `include_dir 'conf.d'`.
        let (name, value) = line
            .split_once('=')
            .unwrap_or_else(|| line.split_once([' ', '\t']).unwrap_or((line, "")));
        let values: Vec<String> = match value.trim() {
            "" => Vec::new(),
            value => split(value).into_iter().take(1).collect(),
        };
        let statement = Statement { key: key(name), values, section: section.clone(), place: None };
        found.push((number, statement));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(syntax: Syntax, text: &str) -> Vec<String> {
        let one = |(line, s): (u32, Statement)| {
            format!("{line} [{}] {} {}", s.section, s.key, s.values.join("|"))
        };
        statements(syntax, text).into_iter().map(one).collect()
    }

    #[test]
    fn statements_of_blocks_may_span_lines() {
        let text = "user www-data; # x\nhttp {\n  server { listen 80\n    default_server; }\n  log_format a 'b; c';\n}\n";
        assert_eq!(
            shown(Syntax::Braces, text),
            [
                "1 [] user www-data",
                "2 [] http ",
                "3 [] server ",
                "3 [] listen 80|default_server",
                "5 [] log-format a|b; c",
            ]
        );
    }

    #[test]
    fn lines_of_words_know_their_blocks() {
        let text = "Port 22\n#Port 23\n<IfModule ssl_module>\n Listen 443\n</IfModule>\nPidFile \"/a b\"\nMatch User x\nBanner none\n";
        assert_eq!(
            shown(Syntax::Words, text),
            [
                "1 [] port 22",
                "4 [ifmodule ssl_module] listen 443",
                "6 [] pidfile /a b",
                "8 [match] banner none",
            ]
        );
    }

    #[test]
    fn assignments_know_their_sections() {
        let text = "[mysqld]\nbind-address = 127.0.0.1\nskip_networking\n[client]\nport=1 # x\nlisten_addresses = 'a, b'\n!includedir /etc/x\n";
        assert_eq!(
            shown(Syntax::Equals, text),
            [
                "2 [mysqld] bind-address 127.0.0.1",
                "3 [mysqld] skip-networking ",
                "5 [client] port 1",
                "6 [client] listen-addresses a, b",
                "7 [client] !includedir /etc/x",
            ]
        );
    }
}
