//! Commands and lists of them.

use super::tree::{Item, Joiner, Node, ShWord};
use super::word::{Text, Unclosed, ends_word, is_blank, word};

/// How deep commands in commands are read.
pub(super) const DEEPEST: usize = 60;

/// Words that begin or end compound commands, and stand for themselves elsewhere.
const ENDS: [&str; 8] = ["fi", "done", "esac", "then", "else", "elif", "do", "}"];

/// Reads a script: what could be read, and what is wrong with the rest.
pub(crate) fn parse(script: &str) -> (Vec<Item>, Option<Unclosed>) {
    let mut parser =
        Parser { text: Text::new(script, 1), documents: Vec::new(), depth: 0, wrong: None };
    let items = parser.list(&[]);
    (items, parser.wrong)
}

/// The words of a text as they are taken by `eval`, `;` and the like left out.
pub(crate) fn words_of(text: &str) -> Result<Vec<ShWord>, Unclosed> {
    let mut text = Text::new(text, 1);
    let mut words = Vec::new();
    loop {
        text.take_while(|char| is_blank(char) || char == '\n');
        match text.peek() {
            None => return Ok(words),
            Some(char) if ends_word(char) => text.skip(1),
            Some(_) => words.push(word(&mut text, ends_word)?),
        }
    }
}

/// The words of a text that no shell reads: quotes and escapes count, signs do not.
pub(crate) fn plain_words(text: &str) -> Result<Vec<ShWord>, Unclosed> {
    let is_end = |char: char| is_blank(char) || char == '\n';
    let mut text = Text::new(text, 1);
    let mut words = Vec::new();
    loop {
        text.take_while(is_end);
        match text.peek() {
            None => return Ok(words),
            Some(_) => words.push(word(&mut text, is_end)?),
        }
    }
}

pub(super) struct Parser {
    pub text: Text,
    /// Here-documents that begin behind this line: their ends, and whether tabs are cut.
    pub documents: Vec<(String, bool)>,
    pub depth: usize,
    wrong: Option<Unclosed>,
}

impl Parser {
    /// Reads commands up to one of the words or signs, which is left there.
    fn list(&mut self, ends: &[&str]) -> Vec<Item> {
        let mut items = Vec::new();
        let mut joiner = Joiner::Next;
        self.depth = self.depth.saturating_add(1);
        while self.wrong.is_none() {
            self.space();
            if self.text.peek().is_none() || self.is_at(ends) {
                break;
            }
            if self.depth > DEEPEST {
                self.fail("an end to what is nested so deep");
                break;
            }
            let (line, offset) = (self.text.line, self.text.offset());
            match self.command() {
                Ok(Some(node)) => {
                    self.blanks();
                    let is_background =
                        self.text.peek() == Some('&') && !self.text.starts_with("&&");
                    items.push(Item { joiner, line, node, is_background });
                }
                Ok(None) => {}
                Err(unclosed) => self.wrong = Some(unclosed),
            }
            if self.text.offset() == offset {
                // A sign that begins no command.
                self.text.skip(1);
            }
            joiner = self.joiner();
        }
        self.depth = self.depth.saturating_sub(1);
        items
    }

    fn fail(&mut self, what: &'static str) {
        let line = self.text.line;
        self.wrong.get_or_insert(Unclosed { line, what });
    }

    fn joiner(&mut self) -> Joiner {
        self.blanks();
        let found = [("&&", Joiner::And), ("||", Joiner::Or)];
        if let Some((_, joiner)) = found.iter().find(|(sign, _)| self.text.starts_with(sign)) {
            self.text.skip(2);
            return *joiner;
        }
        match self.text.peek() {
            Some('|') => {
                self.text.next();
                Joiner::Pipe
            }
            Some('&') => {
                self.text.next();
                Joiner::Next
            }
            _ => Joiner::Next,
        }
    }

    pub fn blanks(&mut self) {
        loop {
            self.text.take_while(is_blank);
            if !self.text.starts_with("\\\n") {
                return;
            }
            self.text.skip(2);
        }
    }

    /// Passes over blanks, comments, line ends and single semicolons.
    pub fn space(&mut self) {
        loop {
            self.blanks();
            match self.text.peek() {
                Some('#') => {
                    self.text.take_while(|char| char != '\n');
                }
                Some('\n') => self.line_end(),
                Some(';') if !self.text.starts_with(";;") => self.text.skip(1),
                _ => return,
            }
        }
    }

    fn line_end(&mut self) {
        self.text.next();
        for (end, cuts_tabs) in std::mem::take(&mut self.documents) {
            while self.text.peek().is_some() {
                let line = self.text.take_while(|char| char != '\n');
                self.text.next();
                let line = if cuts_tabs { line.trim_start_matches('\t') } else { &line };
                if line == end {
                    break;
                }
            }
        }
    }

    fn is_at(&self, ends: &[&str]) -> bool {
        let is_word = |end: &str| end.starts_with(|c: char| c.is_alphabetic() || c == '}');
        ends.iter().any(|end| match is_word(end) {
            true => self.is_word(end),
            false => self.text.starts_with(end),
        })
    }

    /// Whether the next word is exactly that one.
    fn is_word(&self, word: &str) -> bool {
        self.text.starts_with(word) && self.text.ahead(word.chars().count()).is_none_or(ends_word)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let is_there = self.is_word(word);
        if is_there {
            self.text.skip(word.chars().count());
        }
        is_there
    }

    fn expect(&mut self, word: &'static str) {
        self.space();
        if !self.take_word(word) {
            self.fail(word);
        }
    }

    pub fn command(&mut self) -> Result<Option<Node>, Unclosed> {
        if self.take_word("!") {
            self.blanks();
        }
        if self.take_word("if") {
            return Ok(Some(self.conditional()));
        }
        if self.take_word("case") {
            return self.case().map(Some);
        }
        if ["while", "until", "for", "select"].iter().any(|word| self.take_word(word)) {
            self.list(&["do"]);
            self.expect("do");
            let body = self.list(&["done"]);
            self.expect("done");
            return Ok(Some(Node::Loop { body }));
        }
        if self.take_word("{") {
            let body = self.list(&["}"]);
            self.expect("}");
            return Ok(Some(Node::Group { body }));
        }
        if self.text.peek() == Some('(') {
            self.text.next();
            let body = self.list(&[")"]);
            if self.text.next().is_none() {
                self.fail(")");
            }
            return Ok(Some(Node::Group { body }));
        }
        if self.take_word("function") {
            self.blanks();
        }
        if let Some(end) = ENDS.iter().find(|end| self.is_word(end)) {
            return Err(Unclosed { line: self.text.line, what: end });
        }
        self.simple()
    }

    fn conditional(&mut self) -> Node {
        let mut arms = Vec::new();
        loop {
            let test = self.list(&["then"]);
            self.expect("then");
            arms.push((test, self.list(&["elif", "else", "fi"])));
            if self.wrong.is_none() && self.take_word("elif") {
                continue;
            }
            if self.take_word("else") {
                arms.push((Vec::new(), self.list(&["fi"])));
            }
            self.expect("fi");
            return Node::If { arms };
        }
    }

    fn case(&mut self) -> Result<Node, Unclosed> {
        self.blanks();
        let subject = word(&mut self.text, ends_word)?;
        self.expect("in");
        let mut arms = Vec::new();
        while self.wrong.is_none() {
            self.space();
            if self.text.peek().is_none() {
                self.fail("esac");
            }
            if self.take_word("esac") {
                break;
            }
            if self.text.peek() == Some('(') {
                self.text.next();
            }
            let mut patterns = Vec::new();
            loop {
                self.blanks();
                patterns.push(word(&mut self.text, ends_word)?);
                self.blanks();
                match self.text.next() {
                    Some('|') => {}
                    Some(')') => break,
                    _ => return Err(Unclosed { line: self.text.line, what: ")" }),
                }
            }
            let body = self.list(&[";;", ";&", "esac"]);
            arms.push((patterns, body));
            if self.text.peek() == Some(';') {
                self.text.take_while(|char| ";&".contains(char));
            }
        }
        Ok(Node::Case { subject, arms })
    }
}
