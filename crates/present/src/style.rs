//! What colours mean; the only place that writes escape sequences.

/// What a piece of text is, from which its colour follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Style {
    /// As the terminal has it.
    #[default]
    Plain,
    /// Less important.
    Dim,
    /// More important.
    Bold,
    /// As it should be (green).
    Good,
    /// Worth a look (yellow).
    Warn,
    /// Wrong (red).
    Bad,
    /// A title (bold, underlined).
    Heading,
}

impl Style {
    const fn start(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Dim => "\x1b[2m",
            Self::Bold => "\x1b[1m",
            Self::Good => "\x1b[32m",
            Self::Warn => "\x1b[33m",
            Self::Bad => "\x1b[1;31m",
            Self::Heading => "\x1b[1;4m",
        }
    }
}

/// What the output can show. Whether it is a terminal, and whether `NO_COLOR` is set, is for the
/// caller to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Write escape sequences for colour.
    pub colour: bool,
    /// Draw with characters outside ASCII (`├─`, `…`, `–`).
    pub unicode: bool,
}

impl Theme {
    /// ASCII without colour.
    #[must_use]
    pub const fn plain() -> Self {
        Self { colour: false, unicode: false }
    }

    /// The mark of text that was cut.
    #[must_use]
    pub const fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "+" }
    }
}

/// Appends `text`, coloured if the theme has colour. `text` must be clean already.
pub fn paint(text: &str, style: Style, theme: &Theme, out: &mut String) {
    let start = if theme.colour { style.start() } else { "" };
    out.push_str(start);
    out.push_str(text);
    if !start.is_empty() {
        out.push_str("\x1b[0m");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_only_with_colour() {
        let mut out = String::new();
        paint("a", Style::Bad, &Theme::plain(), &mut out);
        paint("b", Style::Bad, &Theme { colour: true, unicode: true }, &mut out);
        paint("c", Style::Plain, &Theme { colour: true, unicode: true }, &mut out);
        assert_eq!(out, "a\x1b[1;31mb\x1b[0mc");
    }
}
