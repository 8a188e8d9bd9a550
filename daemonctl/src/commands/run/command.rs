//! The command line, its variables and folders, as a manager takes them.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bus::Named;
use bus::wire::{Typed, Value};

use crate::failure::Failure;

/// `run-backup-1a2b3c4d`: after the program, and nobody else's.
pub fn generated_name(program: &str) -> String {
    let base = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
    let word: String = base
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' })
        .take(60)
        .collect();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let nanos = now.map_or(0, |now| now.as_nanos());
    let unique = (nanos >> 10) as u32 ^ std::process::id().rotate_left(16);
    format!("run-{word}-{unique:08x}")
}

/// `NAME=VALUE`; the value is ours where none is given.
///
/// # Errors
/// It is no variable's name, or not set here.
pub fn variable(text: &str) -> Result<String, Failure> {
    let wrong = |why: &str| Failure::usage(format_args!("--env {text}: {why}"));
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    let is_name = !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if !is_name {
        return Err(wrong("that is no variable's name"));
    }
    if text.contains('=') {
        return Ok(text.to_owned());
    }
    match std::env::var(name) {
        Ok(value) => Ok(format!("{name}={value}")),
        Err(_) => Err(wrong("it is not set here, or not as text")
            .hint(format_args!("give it a value: --env {name}=VALUE"))),
    }
}

/// A path as the manager takes it: it has another working directory.
///
/// # Errors
/// It is not UTF-8.
pub fn absolute(path: &Path) -> Result<String, Failure> {
    let path = std::path::absolute(path)
        .map_err(|error| Failure::failed(format_args!("{}: {error}", path.display())))?;
    path.into_os_string()
        .into_string()
        .map_err(|path| Failure::usage(format_args!("{path:?}: systemd takes UTF-8 only")))
}

/// `ExecStart`: the program by its full path, its arguments as they are.
///
/// # Errors
/// There is no such program.
pub fn exec_start(words: &[String]) -> Result<Named, Failure> {
    let program = words.first().map_or("", String::as_str);
    let path = find(program)?;
    let argv: Vec<Value> = words
        .iter()
        // The manager replaces variables in arguments: here a dollar sign is one.
        .map(|word| Value::Text(word.replace('$', "$$")))
        .collect();
    let row = Value::Struct(vec![Value::Text(path), Value::Array(argv), Value::Bool(false)]);
    let typed = Typed::new("a(sasb)", Value::Array(vec![row]))
        .map_err(|error| Failure::failed(format_args!("the command line: {error}")))?;
    Ok(("ExecStart".to_owned(), typed))
}

/// Where a program lies: looked for as a shell does.
fn find(program: &str) -> Result<String, Failure> {
    let is_program = |path: &Path| {
        path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
    };
    if program.contains('/') {
        let path = absolute(Path::new(program))?;
        return match is_program(Path::new(&path)) {
            true => Ok(path),
            false => Err(Failure::failed(format_args!("{path} is no program that can be run"))),
        };
    }
    let folders = std::env::var_os("PATH")
        .unwrap_or_else(|| "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".into());
    std::env::split_paths(&folders)
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|path| is_program(path))
        .and_then(|path| path.into_os_string().into_string().ok())
        .ok_or_else(|| {
            Failure::failed(format_args!("there is no program {program} in PATH"))
                .hint("give its path")
        })
}
