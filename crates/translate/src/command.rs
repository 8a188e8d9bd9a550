//! Commands: words of which parts may be known only when the program starts.

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A text, taken as it is.
    Text(String),
    /// The value of an environment variable, whatever it holds when the program starts.
    Variable(String),
}

/// A word of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Word {
    /// Its parts; none: the empty word.
    pub pieces: Vec<Piece>,
    /// It is one variable, which stands for as many words as its value has (`$OPTIONS`).
    pub is_split: bool,
}

impl Word {
    /// A word that is known.
    pub fn text(text: impl Into<String>) -> Word {
        let text = text.into();
        let pieces = if text.is_empty() { Vec::new() } else { vec![Piece::Text(text)] };
        Word { pieces, is_split: false }
    }

    /// All words of a variable's value.
    pub fn split(name: impl Into<String>) -> Word {
        Word { pieces: vec![Piece::Variable(name.into())], is_split: true }
    }

    /// Adds a text.
    pub fn push(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }

    /// Adds a variable.
    pub fn push_variable(&mut self, name: &str) {
        self.pieces.push(Piece::Variable(name.to_owned()));
    }

    /// The word, where it is known.
    pub fn known(&self) -> Option<String> {
        let mut whole = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => whole.push_str(text),
                Piece::Variable(_) => return None,
            }
        }
        Some(whole)
    }

    /// Names of the variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(name) => Some(name.as_str()),
            Piece::Text(_) => None,
        })
    }
}

/// A program and its arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// The program first: an absolute path, or a name that is looked for in the search path.
    pub argv: Vec<Word>,
    /// What the program finds as its own name, where that is another.
    pub argv0: Option<String>,
    /// Its failure counts as success.
    pub ignores_failure: bool,
    /// It runs as root, whoever the service's user is.
    pub as_root: bool,
}

impl Command {
    /// Of words that are known.
    pub fn of<S: AsRef<str>>(argv: impl IntoIterator<Item = S>) -> Command {
        let argv = argv.into_iter().map(|word| Word::text(word.as_ref())).collect();
        Command { argv, ..Command::default() }
    }

    /// A shell that runs a text.
    pub fn shell(text: &str) -> Command {
        Command::of(["/bin/sh", "-c", text])
    }

    /// All words, where all are known.
    pub fn known(&self) -> Option<Vec<String>> {
        self.argv.iter().map(Word::known).collect()
    }

    /// The program, where it is known.
    pub fn program(&self) -> Option<String> {
        self.argv.first().and_then(Word::known)
    }

    /// What stands behind the program.
    pub fn arguments(&self) -> &[Word] {
        self.argv.get(1..).unwrap_or_default()
    }

    /// Names of all variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.argv.iter().flat_map(Word::variables)
    }
}
