//! Writing values that other kinds share a type with: how they are written depends on the kind.

use std::fmt::Write;

use super::{
    super::words::Rules, super::words::quote, credentials::PARTS, paths, read::field, read::percent,
};
use crate::{table::Kind, values::Value};

/// The value as it is written behind `=` for a kind of this folder, such that it is read back the
/// same. `None` where the kind is not of this folder, or the value not of the kind.
pub fn print(kind: Kind, value: &Value) -> Option<String> {
    if !super::knows(kind) {
        return None;
    }
    let mut out = String::new();
    // Writing to a String does not fail.
    let _ = match (kind, value) {
        (_, Value::Selection(selection)) => write!(out, "{selection}"),
        (_, Value::Flag(flag)) => write!(out, "{}", if *flag { "yes" } else { "no" }),
        (_, Value::Stream(stream)) => out.write_str(&percent(&stream.to_string())),
        (_, Value::Binds(binds)) => {
            parted(&mut out, binds, |out, bind| out.write_str(&percent(&bind.to_string())))
        }
        (_, Value::Directories(folders)) => {
            parted(&mut out, folders, |out, folder| out.write_str(&percent(&folder.to_string())))
        }
        (Kind::Images, Value::List(words)) => {
            parted(&mut out, words, |out, word| Rules::TEXTS.write(out, &percent(word)))
        }
        (_, Value::List(words)) => {
            parted(&mut out, words, |out, word| Rules::PATHS.write(out, &percent(word)))
        }
        (_, Value::Pairs(pairs)) => print_pairs(&mut out, kind, pairs),
        (_, Value::Text(text)) => print_text(&mut out, kind, text),
        _ => return None,
    };
    Some(out)
}

fn print_pairs(out: &mut String, kind: Kind, pairs: &[(Box<str>, Box<str>)]) -> std::fmt::Result {
    parted(out, pairs, |out, pair| match kind {
        Kind::TemporaryFileSystems => paths::write_temporary(out, pair),
        Kind::ImageOptions => {
            Rules::TEXTS.write(out, &percent(&format!("{}:{}", pair.0, field(&pair.1))))
        }
        _ => {
            PARTS.write(out, &percent(&pair.0))?;
            out.push(':');
            // Specifiers are replaced in places to load from, not in data.
            let rest =
                if kind == Kind::LoadCredential { percent(&pair.1) } else { (*pair.1).into() };
            out.write_str(&rest)
        }
    })
}

fn print_text(out: &mut String, kind: Kind, text: &str) -> std::fmt::Result {
    match kind {
        Kind::ImportCredential => {
            let (glob, rename) = match text.split_once(':') {
                Some((glob, rename)) => (glob, Some(rename)),
                None => (text, None),
            };
            PARTS.write(out, &percent(glob))?;
            rename.map_or(Ok(()), |rename| write!(out, ":{rename}"))
        }
        Kind::InputText => {
            // What `quote` puts between quotes are C escapes; at its ends blanks would be cut.
            let quoted = quote(text);
            let inner = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            let inner = percent(inner.unwrap_or(&quoted));
            match inner.strip_prefix(' ') {
                Some(rest) => write!(out, "\\s{}", escape_end(rest)),
                None => write!(out, "{}", escape_end(&inner)),
            }
        }
        Kind::Label | Kind::ProtectHostname => out.write_str(&percent(text)),
        _ => out.write_str(text),
    }
}

/// A blank at the end as an escape: it would be cut.
fn escape_end(text: &str) -> String {
    match text.strip_suffix(' ') {
        Some(rest) => format!("{rest}\\s"),
        None => text.to_owned(),
    }
}

/// The items with blanks between them.
pub(in crate::values) fn parted<T>(
    out: &mut String,
    items: &[T],
    mut write: impl FnMut(&mut String, &T) -> std::fmt::Result,
) -> std::fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(' ');
        }
        write(out, item)?;
    }
    Ok(())
}
