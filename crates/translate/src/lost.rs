//! What can't be carried over, and where it was said.

use std::fmt;

/// A line of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The file's path, as the reader was given it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// Something that a definition says and its translation does not, or says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// What, as it was written: `ProtectSystem=full`, `extra_commands`.
    pub what: String,
    /// Where it was said; `None` where it was said nowhere (a default).
    pub place: Option<Place>,
    /// Why it can't be carried over, in a sentence without a full stop.
    pub why: String,
    /// What comes closest, or what to do.
    pub instead: Option<String>,
    /// It is not gone: the translation has it in another way, which [`Lost::why`] tells.
    pub is_change: bool,
}

impl Lost {
    /// Something that is gone.
    pub fn new(what: impl Into<String>, why: impl Into<String>) -> Lost {
        let (what, why) = (what.into(), why.into());
        Lost { what, place: None, why, instead: None, is_change: false }
    }

    /// Something that is carried over in another way.
    pub fn change(what: impl Into<String>, why: impl Into<String>) -> Lost {
        Lost { is_change: true, ..Lost::new(what, why) }
    }

    /// The same at a place.
    #[must_use]
    pub fn at(self, place: Option<Place>) -> Lost {
        Lost { place, ..self }
    }

    /// The same with what to do.
    #[must_use]
    pub fn instead(self, instead: impl Into<String>) -> Lost {
        Lost { instead: Some(instead.into()), ..self }
    }

    /// `lost` or `changed`: the stable word for programs.
    pub fn word(&self) -> &'static str {
        if self.is_change { "changed" } else { "lost" }
    }
}
