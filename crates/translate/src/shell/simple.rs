//! Simple commands: assignments, words, redirections; and functions, which begin like them.

use super::parse::{DEEPEST, Parser};
use super::tree::{Item, Joiner, Node, Part, ShWord, Simple};
use super::word::{Unclosed, ends_word, is_name, parenthesis, word};

impl Parser {
    pub(super) fn simple(&mut self) -> Result<Option<Node>, Unclosed> {
        let mut simple = Simple::default();
        let start = self.text.offset();
        loop {
            self.blanks();
            let Some(char) = self.text.peek() else { break };
            if char == '(' && simple.words.len() == 1 && simple.assignments.is_empty() {
                return self.function(&simple).map(Some);
            }
            if self.is_redirection(char) {
                self.redirection(&mut simple)?;
                continue;
            }
            if char == '#' || ends_word(char) {
                break;
            }
            match simple.words.is_empty().then(|| self.assignment()).flatten() {
                Some(name) => {
                    let value = self.value()?;
                    simple.assignments.push((name, value));
                }
                None => simple.words.push(word(&mut self.text, ends_word)?),
            }
        }
        let source = self.text.since(start);
        let words: Vec<&str> = source.split_whitespace().filter(|word| *word != "\\").collect();
        simple.source = words.join(" ");
        let is_empty = simple.source.is_empty();
        Ok((!is_empty).then_some(Node::Simple(simple)))
    }

    fn value(&mut self) -> Result<ShWord, Unclosed> {
        if self.text.peek() == Some('(') {
            // An array of another shell.
            parenthesis(&mut self.text)?;
            return Ok(ShWord { parts: vec![Part::Unknown { source: "(…)".to_owned() }] });
        }
        word(&mut self.text, ends_word)
    }

    /// Passes over `NAME=`, where that is next.
    fn assignment(&mut self) -> Option<String> {
        let mut length = 0_usize;
        while self.text.ahead(length).is_some_and(is_name) {
            length = length.saturating_add(1);
        }
        let first = self.text.peek()?;
        if length == 0 || first.is_ascii_digit() || self.text.ahead(length) != Some('=') {
            return None;
        }
        let name = self.text.take_while(is_name);
        self.text.next();
        Some(name)
    }

    fn is_redirection(&self, char: char) -> bool {
        match char {
            '<' | '>' => true,
            '0'..='9' => matches!(self.text.ahead(1), Some('<' | '>')),
            '&' => self.text.starts_with("&>"),
            _ => false,
        }
    }

    fn redirection(&mut self, simple: &mut Simple) -> Result<(), Unclosed> {
        let mut operator = self.text.take_while(|char| char.is_ascii_digit());
        operator.push_str(&self.text.take_while(|char| "<>&|".contains(char)));
        let cuts_tabs = operator.ends_with("<<") && self.text.peek() == Some('-');
        if cuts_tabs {
            self.text.next();
        }
        self.blanks();
        if operator.ends_with('&') && self.text.peek() == Some('-') {
            self.text.next();
            return Ok(());
        }
        let target = word(&mut self.text, ends_word)?;
        if operator.ends_with("<<") && !operator.ends_with("<<<") {
            self.documents.push((target.literal().unwrap_or_default(), cuts_tabs));
        }
        simple.redirections.push((operator, target));
        Ok(())
    }

    fn function(&mut self, simple: &Simple) -> Result<Node, Unclosed> {
        self.text.next();
        self.blanks();
        if self.text.next() != Some(')') {
            return Err(Unclosed { line: self.text.line, what: ")" });
        }
        self.space();
        let name = simple.name().unwrap_or_default();
        if self.depth > DEEPEST {
            return Err(Unclosed {
                line: self.text.line,
                what: "an end to functions in functions",
            });
        }
        self.depth = self.depth.saturating_add(1);
        let command = self.command();
        self.depth = self.depth.saturating_sub(1);
        let body = match command? {
            Some(Node::Group { body }) => body,
            Some(node) => vec![Item {
                joiner: Joiner::Next,
                line: self.text.line,
                node,
                is_background: false,
            }],
            None => Vec::new(),
        };
        Ok(Node::Function { name, body })
    }
}
