//! What was converted, and what is lost, for people and for programs.

use present::json::{Document, Object};
use present::text::clean;
use present::{Value, Why};
use translate::{Lost, ReadError};

use super::Converted;
use crate::context::Context;
use crate::failure::Failure;

/// Why a file could not be read, with what was lost besides.
pub fn unread(error: &ReadError) -> Failure {
    notes(&error.lost);
    let failure = Failure::failed(error);
    match &error.help {
        Some(help) => failure.hint(help),
        None => failure,
    }
}

/// Prints what is lost to standard error.
pub fn notes(lost: &[Lost]) {
    use std::io::Write as _;

    let mut text = String::new();
    for lost in lost {
        text.push_str(&line(lost));
    }
    // Nothing is left to do when standard error itself is closed.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

fn line(lost: &Lost) -> String {
    let safe = |text: &str| clean(text.as_bytes()).into_owned();
    let place = lost.place.as_ref().map(|place| format!("{}: ", safe(&place.to_string())));
    let (place, what, why) = (place.unwrap_or_default(), safe(&lost.what), safe(&lost.why));
    let mut text = format!("{place}{}: {what}: {why}\n", lost.word());
    if let Some(instead) = &lost.instead {
        text.push_str(&format!("  instead: {}\n", safe(instead)));
    }
    text
}

/// Prints the definitions, or where they were written, and what is lost.
///
/// # Errors
/// Standard output is closed or full.
pub fn text(context: &Context, converted: &Converted) -> Result<(), Failure> {
    let mut out = String::new();
    if converted.written.is_empty() {
        let is_one = converted.files.len() == 1;
        for (at, file) in converted.files.iter().enumerate() {
            if !is_one {
                let gap = if at > 0 { "\n" } else { "" };
                out.push_str(&format!("{gap}# {}\n", file.path));
            }
            out.push_str(&file.text);
        }
    }
    for path in &converted.written {
        out.push_str(&format!("{}\n", clean(path.as_os_str().as_encoded_bytes())));
    }
    context.print(&out)?;
    notes(&converted.lost);
    Ok(())
}

/// The same as JSON (docs/json.md).
///
/// # Errors
/// Standard output is closed or full.
pub fn json(context: &Context, converted: &Converted) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    let mut document = Document::begin(&mut bytes, "convert")?;
    document.put_json("from", &converted.from.name().into())?;
    document.put_json("to", &converted.to.name().into())?;
    document.array("files")?;
    for (at, file) in converted.files.iter().enumerate() {
        let mut object = Object::new();
        object.put("path", &*file.path);
        object.put("mode", &*format!("{:04o}", file.mode));
        object.put("text", &*file.text);
        let written = converted.written.get(at).map(|path| path.to_string_lossy().into_owned());
        object.put("written_to", Value::or_missing(written, Why::NotApplicable));
        document.item(object)?;
    }
    document.end_array()?;
    document.array("lost")?;
    for lost in &converted.lost {
        document.item(self::lost(lost))?;
    }
    document.end_array()?;
    document.finish(&[])?;
    context.print(&String::from_utf8_lossy(&bytes))?;
    Ok(())
}

/// Something that is lost.
pub fn lost(lost: &Lost) -> Object {
    let mut object = Object::new();
    object.put("kind", lost.word());
    object.put("what", &*lost.what);
    object.put("why", &*lost.why);
    let instead = lost.instead.as_deref();
    object.put("instead", Value::or_missing(instead, Why::NotApplicable));
    let place = lost.place.as_ref();
    let file = place.map(|place| &*place.file);
    object.put("file", Value::or_missing(file, Why::NotApplicable));
    let line = place.map(|place| u64::from(place.line));
    object.put("line", Value::or_missing(line, Why::NotApplicable));
    object
}
