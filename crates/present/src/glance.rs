//! Pieces of a page for people: headings, and labels with text beside them.

use crate::style::{Style, Theme, paint};
use crate::table::Layout;
use crate::text;

/// Appends a heading on a line of its own, after a blank line if something stands before it.
pub fn heading(title: &str, theme: &Theme, out: &mut String) {
    if !out.is_empty() {
        out.push('\n');
    }
    paint(&text::clean(title.as_bytes()), Style::Heading, theme, out);
    out.push('\n');
}

/// Labels in one column, text beside them, wrapped so that the second stays a column.
///
/// ```
/// use present::{glance::Block, style::Theme, table::Layout};
/// let mut page = String::new();
/// let layout = Layout { width: Some(40), header: true, theme: Theme::plain() };
/// Block::new().row("pid", "1").row("started by", "the kernel").render(&layout, &mut page);
/// assert_eq!(page, "  pid         1\n  started by  the kernel\n");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Block {
    rows: Vec<(String, String, Style)>,
}

/// Before each line.
const INDENT: usize = 2;

/// No label column is wider: a longer label has its text on the next line.
const LABEL_MAX: usize = 24;

/// Text isn't wrapped narrower than this, however narrow the terminal.
const TEXT_MIN: usize = 20;

impl Block {
    /// An empty block.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a label and its text; both are cleaned.
    #[must_use]
    pub fn row(self, label: &str, text: &str) -> Self {
        self.styled(label, text, Style::Plain)
    }

    /// Adds a label and its text in a style. An empty label continues what stands above.
    #[must_use]
    pub fn styled(mut self, label: &str, text: &str, style: Style) -> Self {
        let clean = |text: &str| text::clean(text.as_bytes()).into_owned();
        self.rows.push((clean(label), clean(text), style));
        self
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Appends the block.
    pub fn render(&self, layout: &Layout, out: &mut String) {
        let widths = self.rows.iter().map(|(label, ..)| text::width(label));
        let label_width = widths.filter(|width| *width <= LABEL_MAX).max().unwrap_or(0);
        let left = INDENT + label_width + 2;
        let room =
            layout.width.map_or(usize::MAX, |width| width.saturating_sub(left).max(TEXT_MIN));
        for (label, text, style) in &self.rows {
            out.push_str("  ");
            paint(
                label,
                if layout.theme.colour { Style::Bold } else { Style::Plain },
                &layout.theme,
                out,
            );
            let mut at = INDENT + text::width(label);
            if at + 2 > left {
                out.push('\n');
                at = 0;
            }
            for line in text::wrap(text, room) {
                if !line.is_empty() {
                    out.extend(std::iter::repeat_n(' ', left - at));
                    paint(&line, *style, &layout.theme, out);
                }
                out.push('\n');
                at = 0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page() {
        let mut out = String::new();
        let layout = Layout { width: Some(36), header: true, theme: Theme::plain() };
        heading("ssh\x1bd", &layout.theme, &mut out);
        Block::new()
            .row("kind", "daemon")
            .row("because", "its parent is init, and it has no terminal")
            .row("", "and more")
            .row("a label that is much too long to fit", "text")
            .row("nothing", "")
            .render(&layout, &mut out);
        heading("next", &layout.theme, &mut out);
        insta::assert_snapshot!(out, @r"
        ssh\ed
          kind     daemon
          because  its parent is init, and
                   it has no terminal
                   and more
          a label that is much too long to fit
                   text
          nothing

        next
        ");
    }
}
