//! Replacing variables, when a program is about to start.

use std::borrow::Cow;

use super::CommandLine;
use crate::values::{
    environment::is_variable_name,
    words::{Rules, Words},
};

impl CommandLine {
    /// All that the program finds, its name first, with variables replaced as systemd.service(5)
    /// says: `$NAME` alone becomes the words of the value, `${NAME}` the value, `$$` one `$`; a
    /// variable that isn't set is empty. With the prefix `:` nothing is replaced.
    ///
    /// `value` looks up a variable.
    pub fn expand<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Vec<String> {
        let mut argv = Vec::with_capacity(self.arguments.len().saturating_add(1));
        for word in self.argv() {
            let bare = word
                .strip_prefix('$')
                .filter(|name| !self.prefixes.keeps_variables && !name.starts_with(['{', '$']));
            match bare {
                _ if self.prefixes.keeps_variables => argv.push(word.to_owned()),
                Some(name) if is_variable_name(name) => {
                    let words =
                        Words::new(value(name).unwrap_or_default(), Rules::PATHS.unclosed());
                    argv.extend(words.flatten().map(|word| word.text.into_owned()));
                }
                // Not a name: it stands for nothing.
                Some(_) => {}
                None => argv.push(replace(word, &value).into_owned()),
            }
        }
        argv
    }
}

/// Replaces `${NAME}` and `$$` in a word.
fn replace<'w, 'v>(word: &'w str, value: &impl Fn(&str) -> Option<&'v str>) -> Cow<'w, str> {
    if memchr::memchr(b'$', word.as_bytes()).is_none() {
        return Cow::Borrowed(word);
    }
    let mut replaced = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, behind)) = rest.split_once('$') {
        replaced.push_str(before);
        if let Some(behind) = behind.strip_prefix('$') {
            replaced.push('$');
            rest = behind;
        } else if let Some((name, behind)) = braced(behind) {
            if is_variable_name(name) {
                replaced.push_str(value(name).unwrap_or_default());
            }
            rest = behind;
        } else {
            replaced.push('$');
            rest = behind;
        }
    }
    replaced.push_str(rest);
    Cow::Owned(replaced)
}

/// The name between braces, and what stands behind them. A colon in it would be another language's
/// default value: such a thing is left as it is.
fn braced(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('{')?;
    let end = inner.find(['}', ':'])?;
    let behind = inner.get(end..)?.strip_prefix('}')?;
    Some((inner.get(..end)?, behind))
}
