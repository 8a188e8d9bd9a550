//! A finding in a text file: what is wrong, the line with a caret below, and what to do.

use std::fmt::Write as _;
use std::ops::Range;

use crate::style::{Style, Theme, paint};
use crate::text;

/// A spot in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot<'a> {
    /// The file's path.
    pub file: &'a str,
    /// The line, from 1.
    pub line: u32,
    /// Bytes of the line that are meant, from 0.
    pub columns: Range<u32>,
    /// The line, or the part of it that is worth showing.
    pub text: &'a str,
    /// The byte of the line at which `text` begins.
    pub from: u32,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding<'a> {
    /// The word for how bad it is.
    pub level: &'a str,
    /// How that word looks.
    pub style: Style,
    /// Which kind of finding, in brackets behind the level.
    pub code: &'a str,
    /// What it is about, in front of the message; empty where the spot says it.
    pub subject: &'a str,
    /// What is wrong.
    pub message: &'a str,
    /// Where.
    pub spot: Option<Spot<'a>>,
    /// What to do.
    pub help: Option<&'a str>,
}

/// Appends the finding. Bytes of files that a terminal would act on are made visible.
pub fn render(finding: &Finding<'_>, theme: &Theme, out: &mut String) {
    let head = format!("{}[{}]", finding.level, finding.code);
    paint(&head, finding.style, theme, out);
    out.push_str(": ");
    if !finding.subject.is_empty() {
        out.push_str(&text::clean(finding.subject.as_bytes()));
        out.push_str(": ");
    }
    paint(&text::clean(finding.message.as_bytes()), Style::Bold, theme, out);
    out.push('\n');
    let margin = finding.spot.as_ref().map_or(0, |spot| spot.line.to_string().len());
    if let Some(spot) = &finding.spot {
        excerpt(spot, margin, finding.style, theme, out);
    }
    if let Some(help) = finding.help {
        let _ = writeln!(out, "{:margin$} = help: {}", "", text::clean(help.as_bytes()));
    }
}

fn excerpt(spot: &Spot<'_>, margin: usize, style: Style, theme: &Theme, out: &mut String) {
    let bar = if theme.unicode { '│' } else { '|' };
    let file = text::clean(spot.file.as_bytes());
    let column = spot.columns.start.saturating_add(1);
    let _ = writeln!(out, "{:margin$}--> {file}:{}:{column}", "", spot.line);
    let at = |byte: u32| to_usize(byte.saturating_sub(spot.from)).min(spot.text.len());
    let (start, end) = (at(spot.columns.start), at(spot.columns.end));
    let part =
        |range: Range<usize>| text::clean(spot.text.as_bytes().get(range).unwrap_or_default());
    let (before, meant, after) = (part(0..start), part(start..end), part(end..spot.text.len()));
    let cut = shown(&before, &meant, &after, theme);
    let _ = writeln!(out, "{} {bar} {}", spot.line, cut.line.trim_end());
    let caret = "^".repeat(cut.width.max(1));
    let _ = write!(out, "{:margin$} {bar} {:indent$}", "", "", indent = cut.indent);
    paint(&caret, style, theme, out);
    out.push('\n');
}

/// A line as it is shown.
struct Shown {
    line: String,
    /// Columns before the caret.
    indent: usize,
    /// Columns of the caret.
    width: usize,
}

/// Cuts what stands far from the spot: an endless line is not worth a screen.
fn shown(before: &str, meant: &str, after: &str, theme: &Theme) -> Shown {
    const BEFORE: usize = 60;
    const MEANT: usize = 80;
    const AFTER: usize = 40;
    let lead = match text::width(before) > BEFORE {
        false => before.to_owned(),
        true => {
            let keep: String = {
                let mut tail: Vec<char> = before.chars().rev().take(BEFORE).collect();
                tail.reverse();
                tail.into_iter().collect()
            };
            format!("{}{keep}", theme.ellipsis())
        }
    };
    let meant = text::truncate(meant, MEANT);
    let after = text::truncate(after, AFTER);
    let (indent, width) = (text::width(&lead), text::width(&meant));
    let mut line = format!("{lead}{meant}{after}");
    if !theme.unicode {
        line = line.replace('…', theme.ellipsis());
    }
    Shown { line, indent, width }
}

fn to_usize(value: u32) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Finding, Spot, render};
    use crate::style::{Style, Theme};

    fn drawn(text: &str, columns: std::ops::Range<u32>) -> String {
        let spot = Spot { file: "/etc/a.service", line: 12, columns, text, from: 0 };
        let finding = Finding {
            level: "warning",
            style: Style::Warn,
            code: "value",
            subject: "",
            message: "bad \u{1b}[31m word",
            spot: Some(spot),
            help: Some("use another"),
        };
        let mut out = String::new();
        render(&finding, &Theme { colour: false, unicode: false }, &mut out);
        out
    }

    #[test]
    fn a_caret_below_the_word() {
        insta::assert_snapshot!(drawn("Key=one two", 8..11), @r"
        warning[value]: bad \e[31m word
          --> /etc/a.service:12:9
        12 | Key=one two
           |         ^^^
           = help: use another
        ");
    }

    #[test]
    fn wide_and_hostile_characters_do_not_move_the_caret() {
        let out = drawn("Key=日本\u{1b}]0;x two", 16..19);
        let lines: Vec<&str> = out.lines().collect();
        assert!(!out.contains('\u{1b}'));
        let (line, caret) = (lines[2], lines[3]);
        let word = line.find("two").expect("the word");
        assert_eq!(crate::text::width(&line[..word]), caret.find('^').expect("a caret"));
    }

    #[test]
    fn a_long_line_is_cut_on_both_sides() {
        let text = format!("{}BAD{}", "x".repeat(5000), "y".repeat(5000));
        let out = drawn(&text, 5000..5003);
        assert!(out.lines().all(|line| line.chars().count() < 200), "{out}");
        assert!(out.contains("xBADy"));
    }
}
