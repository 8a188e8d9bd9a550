//! Which characters part words, and what quotes and backslashes mean.

/// What parts words unless [`Rules::separators`] says otherwise.
pub const BLANKS: &[u8] = b" \t\n\r";

/// What a backslash does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Escapes {
    /// Nothing: it is a character like any other.
    Kept,
    /// It goes, and the character behind it is taken as it is.
    Dropped,
    /// It begins a C escape; an unknown one is an error.
    C,
    /// It may stand before a separator or another backslash; anything else is an error.
    Separators,
    /// Both of the above: a C escape, an escaped separator, or an error.
    CAndSeparators,
}

impl Escapes {
    pub(super) const fn knows_c(self) -> bool {
        matches!(self, Escapes::C | Escapes::CAndSeparators)
    }

    pub(super) const fn knows_separators(self) -> bool {
        matches!(self, Escapes::Separators | Escapes::CAndSeparators)
    }
}

/// What quotes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quotes {
    /// Nothing: they are characters like any other.
    Plain,
    /// They hold words together and are removed.
    Removed,
    /// They hold words together and stay.
    Kept,
}

/// How a value is split. Start with [`Rules::PLAIN`] and change what is different, or take one of
/// the usual sets.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub(super) separators: &'static [u8],
    pub(super) quotes: Quotes,
    pub(super) escapes: Escapes,
    /// Several separators in a row count as one, and none at the start counts.
    pub(super) coalesce: bool,
    /// Unknown escapes and a backslash at the end stay as they are.
    pub(super) lenient: bool,
    /// A quote that isn't closed ends with the text, and a backslash at the end is dropped.
    pub(super) unclosed: bool,
}

impl Rules {
    /// Blanks part words, quotes mean nothing, a backslash is dropped: users, exit statuses.
    pub const PLAIN: Rules = Rules {
        separators: BLANKS,
        quotes: Quotes::Plain,
        escapes: Escapes::Dropped,
        coalesce: true,
        lenient: false,
        unclosed: false,
    };
    /// Blanks part words, neither quotes nor backslashes mean anything: names of units.
    pub const NAMES: Rules = Rules::PLAIN.escapes(Escapes::Kept);
    /// Quotes are removed, backslashes stay: lists of texts.
    pub const TEXTS: Rules = Rules::NAMES.quotes(Quotes::Removed);
    /// Quotes are removed, a backslash takes the next character as it is: lists of paths.
    pub const PATHS: Rules = Rules::PLAIN.quotes(Quotes::Removed);
    /// Quotes are removed, C escapes are known: commands, environment.
    pub const SHELL: Rules = Rules::PATHS.escapes(Escapes::C);

    /// The same with other separators: ASCII characters.
    #[must_use]
    pub const fn separators(mut self, separators: &'static [u8]) -> Rules {
        self.separators = separators;
        self
    }

    /// The same with another meaning of quotes.
    #[must_use]
    pub const fn quotes(mut self, quotes: Quotes) -> Rules {
        self.quotes = quotes;
        self
    }

    /// The same with another meaning of backslashes.
    #[must_use]
    pub const fn escapes(mut self, escapes: Escapes) -> Rules {
        self.escapes = escapes;
        self
    }

    /// The same where every separator counts, so that words can be empty.
    #[must_use]
    pub const fn each(mut self) -> Rules {
        self.coalesce = false;
        self
    }

    /// The same where unknown escapes stay as they are.
    #[must_use]
    pub const fn lenient(mut self) -> Rules {
        self.lenient = true;
        self
    }

    /// The same where a quote needn't be closed.
    #[must_use]
    pub const fn unclosed(mut self) -> Rules {
        self.unclosed = true;
        self
    }

    pub(super) fn parts(&self, byte: u8) -> bool {
        self.separators.contains(&byte)
    }

    /// Whether the byte ends a run of characters that are taken as they are.
    pub(super) fn is_special(&self, byte: u8) -> bool {
        match byte {
            b'\\' => self.escapes != Escapes::Kept,
            b'"' | b'\'' if self.quotes != Quotes::Plain => true,
            _ => self.parts(byte),
        }
    }
}
