//! Which paths a value may hold.

use std::{borrow::Cow, ops::Range};

use super::Reader;
use crate::values::{
    sandbox::forms::NAME_BYTES,
    text::{simplify, without_var_run},
};

/// The longest path in bytes (PATH_MAX without the NUL).
const PATH_BYTES: usize = 4095;

/// What a path has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::values) enum Rule {
    /// Anything.
    Any,
    /// It begins with a slash.
    Absolute,
    /// It doesn't.
    Relative,
    /// Absolute, and not below /dev, /proc or /sys.
    NotApi,
    /// Absolute, and not below /proc or /sys.
    NotApiButDev,
}

impl Reader<'_, '_> {
    /// A path: specifiers replaced, needless slashes and dots removed, checked.
    pub(in crate::values) fn path<'t>(
        &mut self,
        text: Cow<'t, str>,
        at: &Range<usize>,
        rule: Rule,
    ) -> Option<Cow<'t, str>> {
        let path = self.expand(text, at)?;
        self.checked_path(path, at, rule)
    }

    /// A path without specifiers.
    pub(in crate::values) fn checked_path<'t>(
        &mut self,
        path: Cow<'t, str>,
        at: &Range<usize>,
        rule: Rule,
    ) -> Option<Cow<'t, str>> {
        let path = match rule {
            Rule::Any => path,
            Rule::Relative if path.starts_with('/') => {
                let help = "leave the slash in front away";
                self.advise(at.clone(), format!("the path \"{path}\" is absolute"), help);
                return None;
            }
            Rule::Absolute | Rule::NotApi | Rule::NotApiButDev if !path.starts_with('/') => {
                let help = "write the path from the root folder on, with a slash in front";
                self.advise(at.clone(), format!("the path \"{path}\" is not absolute"), help);
                return None;
            }
            _ => path,
        };
        // Nothing would become the folder itself.
        let path = if path.is_empty() { path } else { simplify(path) };
        if path.is_empty() || path.len() > PATH_BYTES || path.split('/').any(is_long) {
            let message = format!(
                "the path is empty, longer than {PATH_BYTES} bytes, or has a part longer than \
                 {NAME_BYTES} bytes"
            );
            self.advise(at.clone(), message, "shorten it");
            return None;
        }
        if path.split('/').any(|part| part == "..") || path == "." {
            let help = "write the path without \"..\"";
            self.advise(at.clone(), format!("the path \"{path}\" is not normalized"), help);
            return None;
        }
        let api: &[&str] = match rule {
            Rule::NotApi => &["/dev", "/proc", "/sys"],
            Rule::NotApiButDev => &["/proc", "/sys"],
            Rule::Any | Rule::Absolute | Rule::Relative => &[],
        };
        if api.iter().any(|root| is_below(&path, root)) {
            let help = "choose a path outside of the kernel's own file systems";
            let message = format!("the path \"{path}\" is below {}", api.join(", "));
            self.advise(at.clone(), message, help);
            return None;
        }
        Some(path)
    }

    /// `/var/run` is an old name of `/run`.
    pub(in crate::values) fn modern_run<'t>(
        &mut self,
        path: Cow<'t, str>,
        at: &Range<usize>,
    ) -> Cow<'t, str> {
        let mut problems = Vec::new();
        let path = without_var_run(path, at.clone(), &mut problems);
        for problem in problems {
            self.push(problem);
        }
        path
    }
}

fn is_long(part: &str) -> bool {
    part.len() > NAME_BYTES
}

/// Whether a path is the folder or below it.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
