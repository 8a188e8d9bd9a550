//! Paths: absolute, without superfluous slashes and dots, without `..`.

use std::{borrow::Cow, ops::Range};

use super::{expand, expand_word, refused, try_expand};
use crate::{
    diagnostic::{Code, Problem, Severity},
    table::kind::{PathRule, Words as Known, word},
    values::{
        Context, Value,
        words::{Rules, Words, shown},
    },
};

/// The longest path, in bytes: the kernel counts the NUL behind it too.
const MAX_PATH_BYTES: usize = 4095;
/// The longest name of a file, in bytes.
const MAX_NAME_BYTES: usize = 255;

/// Whether it can be the name of a file in a folder.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        && !matches!(name, "." | "..")
        && !name.contains(['/', '\0'])
}

/// The path without doubled slashes, a slash at its end, and `.` between slashes; `..` right behind
/// the root goes too.
pub fn simplify(path: Cow<'_, str>) -> Cow<'_, str> {
    if is_simple(&path) {
        return path;
    }
    let is_absolute = path.starts_with('/');
    let mut simple = String::with_capacity(path.len());
    let mut at_root = is_absolute;
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if at_root && part == ".." {
            continue;
        }
        at_root = false;
        if is_absolute || !simple.is_empty() {
            simple.push('/');
        }
        simple.push_str(part);
    }
    if simple.is_empty() {
        simple.push(if is_absolute { '/' } else { '.' });
    }
    Cow::Owned(simple)
}

fn is_simple(path: &str) -> bool {
    let Some(below) = path.strip_prefix('/') else {
        return !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "."));
    };
    below.is_empty()
        || below.split('/').all(|part| !matches!(part, "" | "."))
            && below != ".."
            && !below.starts_with("../")
}

/// The path, simplified, where it is absolute and doesn't climb; else what is wrong with it.
pub(crate) fn absolute_path(path: Cow<'_, str>, at: Range<usize>) -> Result<Cow<'_, str>, Problem> {
    let wrong = |path: &str, what: &str, help: &str| {
        Err(Problem::value(at, format!("{} {what}", shown(path))).with_help(help))
    };
    if !path.starts_with('/') {
        return wrong(&path, "is not an absolute path", "begin it with a slash");
    }
    let path = simplify(path);
    let mut parts = path.split('/');
    if path.len() > MAX_PATH_BYTES || parts.clone().any(|part| part.len() > MAX_NAME_BYTES) {
        let help = "a path has at most 4095 bytes, each name in it at most 255";
        return wrong(&path, "is too long for a path", help);
    }
    if parts.any(|part| part == "..") {
        return wrong(&path, "has .. in it", "write the path without ..");
    }
    Ok(path)
}

/// What is below /var/run is below /run: the first is a link to the second nowadays. Gives a hint.
pub fn without_var_run<'t>(
    path: Cow<'t, str>,
    at: Range<usize>,
    problems: &mut Vec<Problem>,
) -> Cow<'t, str> {
    let Some(below) = path.strip_prefix("/var/run/") else { return path };
    let moved = format!("/run/{}", below.trim_start_matches('/'));
    problems.push(Problem {
        at,
        code: Code::Deprecated,
        severity: Severity::Hint,
        message: format!("{} is below the old folder /var/run", shown(&path)),
        help: Some(format!("write {moved}")),
    });
    Cow::Owned(moved)
}

pub(super) fn one(
    rule: PathRule,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let at = 0..text.len();
    let is_fatal = context.directive.fatal;
    let checked = try_expand(text, at.clone(), context).and_then(|expanded| match rule {
        PathRule::Absolute => absolute_path(expanded, at.clone()),
        PathRule::AbsoluteOrDash => match expanded.strip_prefix('-') {
            Some(path) => {
                absolute_path(path.into(), at.clone()).map(|path| Cow::Owned(format!("-{path}")))
            }
            None => absolute_path(expanded, at.clone()),
        },
        PathRule::BelowRun => below_run(expanded, at.clone(), context),
    });
    let path = checked
        .map_err(|problem| {
            // A specifier that is unknown in PIDFile= costs only the line.
            let is_fatal = is_fatal && (rule != PathRule::BelowRun || problem.code == Code::Value);
            problems.push(if is_fatal { refused(problem) } else { problem });
        })
        .ok()?;
    let path = match rule {
        PathRule::BelowRun => without_var_run(path, at, problems),
        _ => path,
    };
    Some(Value::Text(path.into()))
}

fn below_run<'t>(
    path: Cow<'t, str>,
    at: Range<usize>,
    context: &Context<'_>,
) -> Result<Cow<'t, str>, Problem> {
    let absolute = match path.starts_with('/') {
        true => path,
        false => {
            let run = context.expander.expand("%t");
            let run = run.as_deref().ok().filter(|run| run.starts_with('/')).unwrap_or("/run");
            Cow::Owned(format!("{run}/{path}"))
        }
    };
    let path = absolute_path(absolute, at.clone())?;
    let is_of_kernel = ["/proc", "/sys", "/dev"].iter().any(|root| {
        path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    });
    match is_of_kernel {
        true => Err(Problem::value(at, format!("{} is where no file can be made", shown(&path)))
            .with_help("write a path below /run")),
        false => Ok(path),
    }
}

pub(super) fn or_word(
    words: Known,
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let (dash, path) = match text.strip_prefix('-') {
        Some(path) => ("-", path),
        None => ("", text),
    };
    if let Some(word) = word(words, path) {
        return Some(Value::Text(format!("{dash}{word}").into()));
    }
    let at = dash.len()..text.len();
    let checked = try_expand(path, at.clone(), context).and_then(|path| absolute_path(path, at));
    match checked {
        Ok(path) => Some(Value::Text(format!("{dash}{path}").into())),
        Err(problem) => {
            let is_fatal = dash.is_empty() && context.directive.fatal;
            problems.push(if is_fatal { refused(problem) } else { problem });
            None
        }
    }
}

pub(super) fn several(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    // Mounts are looked for one by one; of links the rest is lost with a bad one.
    let goes_on = context.directive.name != "Symlinks";
    let mut paths: Vec<Box<str>> = Vec::new();
    for word in Words::new(text, Rules::PATHS) {
        let path = word
            .map_err(|error| (error.problem(), false))
            .and_then(|word| expand_word(word, context).map_err(|problem| (problem, goes_on)))
            .and_then(|(path, at)| absolute_path(path, at).map_err(|problem| (problem, goes_on)));
        match path {
            Ok(path) => paths.push(path.into()),
            Err((problem, goes_on)) => {
                problems.push(problem);
                if !goes_on {
                    break;
                }
            }
        }
    }
    (!paths.is_empty()).then(|| Value::List(paths.into()))
}

/// The rules by which a list with colons is split and written.
pub(crate) const WITH_COLONS: Rules = Rules::PLAIN.separators(b":").each();

pub(super) fn with_colons(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let mut paths: Vec<Box<str>> = Vec::new();
    for word in Words::new(text, WITH_COLONS) {
        let path = word
            .map_err(|error| error.problem())
            .and_then(|word| expand_word(word, context))
            .and_then(|(path, at)| absolute_path(path, at));
        match path {
            Ok(path) => paths.push(path.into()),
            Err(problem) => {
                problems.push(problem);
                break;
            }
        }
    }
    (!paths.is_empty()).then(|| Value::List(paths.into()))
}

/// A path with specifiers, `-` in front where it may be missing: `EnvironmentFile=`.
pub(in crate::values) fn with_dash(
    text: &str,
    context: &Context<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Value> {
    let at = 0..text.len();
    let expanded = expand(text, at.clone(), context, problems)?;
    let checked = match expanded.strip_prefix('-') {
        Some(path) => {
            let behind = at.start.saturating_add(1)..at.end;
            absolute_path(path.into(), behind).map(|path| Cow::Owned(format!("-{path}")))
        }
        None => absolute_path(expanded, at),
    };
    let path = checked.map_err(|problem| problems.push(problem)).ok()?;
    Some(Value::Text(path.into()))
}
