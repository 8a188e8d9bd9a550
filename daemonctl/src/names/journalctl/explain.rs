//! The message catalogue: `--list-catalog`, `--dump-catalog`, `--update-catalog`.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use journal::Id128;
use journal::catalog::{self, Catalog};

use super::failure::{Failure, words};
use super::settings::Action;
use super::{Level, Tool};

fn language() -> String {
    catalog::language(|name| std::env::var(name).ok())
}

fn root(tool: &Tool) -> PathBuf {
    tool.settings.root.clone().unwrap_or_else(|| PathBuf::from("/"))
}

/// `--list-catalog`, `--dump-catalog`
///
/// # Errors
/// There is no catalogue, or it does not know what was asked for.
pub fn show(tool: &Tool, ids: &[OsString]) -> Result<(), Failure> {
    let failed = |error: &io::Error| format!("Failed to list catalog: {}", words(error));
    let catalog = Catalog::open(&root(tool)).map_err(|error| Failure::new(failed(&error)))?;
    let language = language();
    let write = match tool.settings.action {
        Action::ListCatalog => catalog::one_line,
        _ => catalog::dump,
    };
    let mut text = Vec::new();
    if ids.is_empty() {
        catalog.all(&language).for_each(|(id, item)| text.extend(write(id, item)));
        return tool.print_paged(&text);
    }
    let mut first = None;
    for word in ids {
        let word = word.to_string_lossy();
        let why = match word.parse::<Id128>() {
            Err(_) => {
                let text = format!("Failed to parse id128 '{word}': Invalid argument");
                tool.say(Level::Error, &text);
                "Invalid argument"
            }
            Ok(id) => match catalog.text(id, &language) {
                Some(item) => {
                    text.extend(write(id, item));
                    continue;
                }
                None => {
                    let why = "No such file or directory";
                    let text = format!("Failed to retrieve catalog entry for '{word}': {why}");
                    tool.say(Level::Notice, &text);
                    why
                }
            },
        };
        first = first.or(Some(why));
    }
    tool.print_paged(&text)?;
    match first {
        Some(why) => Err(Failure::new(format!("Failed to list catalog: {why}"))),
        None => Ok(()),
    }
}

/// `--update-catalog`
///
/// # Errors
/// It can't be read or written.
pub fn update(tool: &Tool) -> Result<(), Failure> {
    let root = root(tool);
    // The words are journalctl's own.
    Catalog::compile(&root)
        .and_then(|catalog| catalog.save(&root))
        .map_err(|error| Failure::new(format!("Failed to list catalog: {}", words(&error))))
}
