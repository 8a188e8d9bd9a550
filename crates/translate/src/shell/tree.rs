//! What a script is made of.

/// A word, before anything in it is replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ShWord {
    pub parts: Vec<Part>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Characters; quoted ones are neither split nor matched.
    Text { text: String, is_quoted: bool },
    /// A variable.
    Variable(Parameter),
    /// A command or a calculation in place of a text: as it is written.
    Unknown { source: String },
}

/// A variable in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameter {
    pub name: String,
    /// `:-`, `%%` … and what follows it.
    pub modifier: Option<(String, ShWord)>,
    pub is_quoted: bool,
}

/// How a command hangs on the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joiner {
    /// `;` or a line's end.
    Next,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `|`
    Pipe,
}

/// A command in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub joiner: Joiner,
    pub line: u32,
    pub node: Node,
    /// A `&` stands behind it.
    pub is_background: bool,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Node {
    Simple(Simple),
    Function {
        name: String,
        body: Vec<Item>,
    },
    /// Conditions with their bodies; `else` has none.
    If {
        arms: Vec<(Vec<Item>, Vec<Item>)>,
    },
    Case {
        subject: ShWord,
        arms: Vec<(Vec<ShWord>, Vec<Item>)>,
    },
    /// `for`, `while`, `until`.
    Loop {
        body: Vec<Item>,
    },
    /// `{ }` or `( )`.
    Group {
        body: Vec<Item>,
    },
}

/// Assignments and words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Simple {
    pub assignments: Vec<(String, ShWord)>,
    pub words: Vec<ShWord>,
    /// Files of redirections: the operator and the word.
    pub redirections: Vec<(String, ShWord)>,
    /// As it is written, on one line.
    pub source: String,
}

impl ShWord {
    /// The word where nothing has to be replaced in it.
    pub fn literal(&self) -> Option<String> {
        let mut whole = String::new();
        for part in &self.parts {
            match part {
                Part::Text { text, .. } => whole.push_str(text),
                _ => return None,
            }
        }
        Some(whole)
    }
}

impl Simple {
    /// The first word, where it is known.
    pub fn name(&self) -> Option<String> {
        self.words.first().and_then(ShWord::literal)
    }
}
