//! Diagnostics of unit files, shown: text with carets, and JSON.

use files::Disk;
use present::excerpt::{self, Finding, Spot};
use present::json::Object;
use present::{Style, Theme, Value, Why};
use unit::{Diagnostic, Files as _, Severity};

/// How a severity looks.
pub fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Bad,
        Severity::Warning => Style::Warn,
        Severity::Hint => Style::Dim,
    }
}

/// Findings that know a line by its number alone get its text, so that people can see it.
pub fn with_texts(disk: &Disk, findings: &mut [Diagnostic]) {
    let mut known: Option<(std::sync::Arc<str>, Vec<u8>)> = None;
    for finding in findings {
        let Some(place) = finding.place.as_mut().filter(|place| place.text.is_empty()) else {
            continue;
        };
        if known.as_ref().is_none_or(|(path, _)| *path != place.file) {
            // What can't be read any more has no text to show.
            let bytes = disk.read(&place.file).map_or_else(|_| Vec::new(), |content| content.bytes);
            known = Some((place.file.clone(), bytes));
        }
        let Some((_, bytes)) = &known else { continue };
        let index = usize::try_from(place.line.saturating_sub(1)).unwrap_or(usize::MAX);
        let Some(line) = bytes.split(|byte| *byte == b'\n').nth(index) else { continue };
        let text = String::from_utf8_lossy(line.get(..line.len().min(1000)).unwrap_or_default());
        let lead = text.len() - text.trim_start().len();
        let to_column = |at: usize| u32::try_from(at).unwrap_or(0);
        place.columns = to_column(lead)..to_column(text.trim_end().len().max(lead));
        place.text = text.as_ref().into();
    }
}

/// One finding as text.
pub fn draw(finding: &Diagnostic, theme: &Theme, out: &mut String) {
    let spot = finding.place.as_ref().map(|place| Spot {
        file: &place.file,
        line: place.line,
        columns: place.columns.clone(),
        text: &place.text,
        from: place.from,
    });
    let subject = match (&spot, &finding.unit) {
        (None, Some(unit)) => unit,
        _ => "",
    };
    let shown = Finding {
        level: finding.severity.word(),
        style: style(finding.severity),
        code: finding.code.name(),
        subject,
        message: &finding.message,
        spot,
        help: finding.help.as_deref(),
    };
    excerpt::render(&shown, theme, out);
}

/// One finding as JSON (docs/json.md).
pub fn json(finding: &Diagnostic) -> Object {
    let text = |text: Option<&str>| match text {
        Some(text) => Value::text(text.to_owned()),
        None => Value::Missing(Why::NotApplicable),
    };
    let place = finding.place.as_ref();
    let number = |number: Option<u32>| Value::or_missing(number, Why::NotApplicable);
    let mut object = Object::new();
    object
        .put("severity", finding.severity.word())
        .put("code", finding.code.name())
        .put("unit", text(finding.unit.as_deref()))
        .put("file", text(place.map(|place| &*place.file)))
        .put("line", number(place.map(|place| place.line)))
        .put("column", number(place.map(|place| place.columns.start.saturating_add(1))))
        .put("end_column", number(place.map(|place| place.columns.end.saturating_add(1))))
        .put("message", finding.message.clone())
        .put("help", text(finding.help.as_deref()));
    object
}
