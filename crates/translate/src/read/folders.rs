//! Commands that make folders: checkpath, mkdir, install, and chown and its kin behind them.

use super::account::mode;
use super::call::Call;
use crate::{Definition, Directory};

/// Takes a command that makes folders or says whose they are. `false`: it does something else.
pub(super) fn take(definition: &mut Definition, call: &Call, arguments: &[String]) -> bool {
    match call.name().as_str() {
        "checkpath" => checkpath(definition, arguments),
        "mkdir" => mkdir(definition, arguments),
        "install" => install(definition, arguments),
        "chown" | "chgrp" | "chmod" => change(definition, &call.name(), arguments),
        _ => false,
    }
}

/// A folder belongs to root where nothing else is said.
fn of_root() -> Directory {
    Directory { owner: Some("root".to_owned()), ..Directory::default() }
}

/// `--name=value` and `-nvalue` as name and value.
fn split<'a>(argument: &'a str, letters: &[&str]) -> (&'a str, Option<String>) {
    if let Some((name, value)) = argument.split_once('=').filter(|_| argument.starts_with("--")) {
        return (name, Some(value.to_owned()));
    }
    if argument.len() > 2 && letters.iter().any(|letter| argument.starts_with(letter)) {
        let (name, value) = argument.split_at_checked(2).unwrap_or((argument, ""));
        return (name, Some(value.to_owned()));
    }
    (argument, None)
}

/// `checkpath -d -m 0755 -o user:group /run/x`
fn checkpath(definition: &mut Definition, arguments: &[String]) -> bool {
    let mut arguments = arguments.iter();
    let (mut directory, mut is_directory) = (of_root(), false);
    let mut paths = Vec::new();
    while let Some(argument) = arguments.next() {
        let (name, given) = split(argument, &[]);
        let mut value = || given.clone().or_else(|| arguments.next().cloned()).unwrap_or_default();
        match name {
            "--directory" | "--directory-truncate" => is_directory = true,
            "--file" | "--file-truncate" | "--pipe" => return false,
            "--mode" => directory.mode = mode(&value()),
            "--owner" => own_as(&mut directory, &value()),
            "--quiet" | "--writable" => {}
            // Letters may stand together: -dm 0755.
            letters if letters.starts_with('-') => {
                is_directory |= letters.contains(['d', 'D']);
                if letters.contains(['f', 'F', 'p']) {
                    return false;
                }
                match letters.chars().last() {
                    Some('m') => directory.mode = mode(&value()),
                    Some('o') => own_as(&mut directory, &value()),
                    _ => {}
                }
            }
            path => paths.push(path.to_owned()),
        }
    }
    is_directory && add(definition, &directory, &paths)
}

fn add(definition: &mut Definition, like: &Directory, paths: &[String]) -> bool {
    if paths.is_empty() || paths.iter().any(|path| !path.starts_with('/')) {
        return false;
    }
    for path in paths {
        let path = path.trim_end_matches('/').to_owned();
        definition.directories.retain(|known| known.path != path);
        definition.directories.push(Directory { path, ..like.clone() });
    }
    true
}

fn own_as(directory: &mut Directory, text: &str) {
    let (user, group) = text.split_once(':').unwrap_or((text, ""));
    if !user.is_empty() {
        directory.owner = Some(user.to_owned());
    }
    if !group.is_empty() {
        directory.group = Some(group.to_owned());
    }
}

fn mkdir(definition: &mut Definition, arguments: &[String]) -> bool {
    let mut directory = of_root();
    let mut paths = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let (name, given) = split(argument, &["-m"]);
        match name {
            "-p" | "--parents" | "-v" | "--verbose" | "--" => {}
            "-m" | "-pm" | "--mode" => {
                let text = given.or_else(|| arguments.next().cloned());
                directory.mode = text.and_then(|text| mode(&text));
            }
            option if option.starts_with('-') => return false,
            path => paths.push(path.to_owned()),
        }
    }
    add(definition, &directory, &paths)
}

fn install(definition: &mut Definition, arguments: &[String]) -> bool {
    let mut directory = of_root();
    let (mut paths, mut is_directory) = (Vec::new(), false);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let (name, given) = split(argument, &["-m", "-o", "-g"]);
        let mut value = || given.clone().or_else(|| arguments.next().cloned());
        match name {
            "-d" | "--directory" => is_directory = true,
            "-m" | "--mode" => directory.mode = value().and_then(|text| mode(&text)),
            "-o" | "--owner" => directory.owner = value(),
            "-g" | "--group" => directory.group = value(),
            // -dm 0755, -do user: letters together.
            "-dm" => {
                is_directory = true;
                directory.mode = value().and_then(|text| mode(&text));
            }
            "-v" | "--" => {}
            option if option.starts_with('-') => return false,
            path => paths.push(path.to_owned()),
        }
    }
    is_directory && add(definition, &directory, &paths)
}

/// `chown`, `chgrp` and `chmod` of a folder that was made just before.
fn change(definition: &mut Definition, name: &str, arguments: &[String]) -> bool {
    let mut rest = arguments.iter().filter(|argument| !argument.starts_with('-'));
    let Some(what) = rest.next() else { return false };
    let find = |path: &String| {
        let path = path.trim_end_matches('/');
        definition.directories.iter().position(|known| known.path == path)
    };
    // The PID file is its writer's business.
    let found: Option<Vec<usize>> = rest.filter(|path| !path.ends_with(".pid")).map(find).collect();
    let Some(found) = found else { return false };
    for at in found {
        let Some(directory) = definition.directories.get_mut(at) else { continue };
        match name {
            "chown" => own_as(directory, what),
            "chgrp" => directory.group = Some(what.clone()),
            _ => match mode(what) {
                Some(mode) => directory.mode = Some(mode),
                None => return false,
            },
        }
    }
    true
}
