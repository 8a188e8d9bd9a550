//! Commands of a script.

use crate::shell::{Field, Simple};

/// A command that is no part of the shell itself.
pub(super) struct Call {
    pub words: Vec<Field>,
    /// The words, as they are written.
    pub source: String,
    pub line: u32,
    /// Whether it is run depends on what only running the script tells.
    pub is_conditional: bool,
    /// Its output goes somewhere, or it is part of a pipe.
    pub is_redirected: bool,
    /// The script does not wait for it.
    pub is_background: bool,
}

impl Call {
    /// The name of the program, without its folder.
    pub fn name(&self) -> String {
        let name = self.words.first().and_then(Field::fixed).unwrap_or_default();
        name.rsplit_once('/').map_or(name.clone(), |(_, name)| name.to_owned())
    }

    /// The arguments, where all are known.
    pub fn arguments(&self) -> Option<Vec<String>> {
        self.words.iter().skip(1).map(Field::fixed).collect()
    }

    /// What stands behind the program.
    pub fn rest(&self) -> &[Field] {
        self.words.get(1..).unwrap_or_default()
    }

    /// Nothing in it is known only when the script runs.
    pub fn is_whole(&self) -> bool {
        self.words.iter().all(|word| word.unknown_source().is_none())
    }
}

/// Whether a command only asks.
pub(super) fn is_test(simple: &Simple) -> bool {
    const TESTS: [&str; 7] = ["[", "[[", "test", "yesno", "type", "command", "which"];
    simple.name().is_some_and(|name| TESTS.contains(&name.as_str()))
}

/// Whether a command ends what it stands in.
pub(super) fn is_end(simple: &Simple) -> bool {
    matches!(simple.name().as_deref(), Some("exit" | "return"))
}
