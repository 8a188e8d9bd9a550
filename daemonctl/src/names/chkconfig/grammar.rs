//! The command line of chkconfig.

use std::ffi::OsString;

use super::super::common::plain;
use super::super::getopt::{self, Line, Opt, Order, flag, valued};
use super::levels::digits;

const OPTIONS: &[Opt] = &[
    flag('A', "add", ""),
    flag('D', "del", ""),
    flag('O', "override", ""),
    flag('N', "no-redirect", ""),
    flag('L', "list", ""),
    valued('l', "level", ""),
    valued('l', "levels", ""),
    valued('T', "type", ""),
    flag('h', "help", ""),
    flag('v', "version", ""),
];

/// What a command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub enum Asked {
    /// It is shown how to ask.
    Usage,
    /// The version.
    Version,
    /// All services, or one.
    List(Option<String>),
    /// It becomes known.
    Add(String),
    /// It is known no more.
    Delete(String),
    /// Its header's overrides take effect.
    Override(String),
    /// Whether it is on in a level, or in the current one.
    Query(String, Option<u8>),
    /// It starts.
    On(String),
    /// It doesn't.
    Off(String),
    /// It starts where its header says.
    Reset(String),
    /// Levels are left as they are, the order of the links is worked out anew.
    ResetPriorities(String),
}

/// What is asked for, and the levels that were given; none where it is empty.
///
/// # Errors
/// What is wrong with it, in the original's words.
pub fn read(args: &[OsString]) -> Result<(Asked, Vec<u8>), String> {
    if let Some(letter) = args.iter().map(|arg| arg.to_string_lossy()).find(|arg| is_letter(arg)) {
        return Err(format!("{letter}: unknown option"));
    }
    let line = getopt::parse(OPTIONS, args, Order::Anywhere).map_err(|text| popt(args, &text))?;
    ask(&line)
}

/// The letters of the table are for looking up: only two of them can be typed.
fn is_letter(arg: &str) -> bool {
    arg.starts_with('-') && !arg.starts_with("--") && !matches!(arg, "-h" | "-v" | "-")
}

/// Problems of the command line, as the library that the original uses words them.
fn popt(args: &[OsString], text: &str) -> String {
    if text.contains("requires an argument") {
        let option = args.last().map(|arg| arg.to_string_lossy()).unwrap_or_default();
        return format!("{option}: missing argument");
    }
    let unknown = args.iter().map(|arg| arg.to_string_lossy()).find(|arg| {
        arg.starts_with('-') && !OPTIONS.iter().any(|option| **arg == format!("--{}", option.long))
    });
    format!("{}: unknown option", unknown.unwrap_or_default())
}

/// What is asked for, and the levels that were given.
fn ask(line: &Line) -> Result<(Asked, Vec<u8>), String> {
    if line.has('v') {
        return Ok((Asked::Version, Vec::new()));
    }
    if line.has('h') {
        return Ok((Asked::Usage, Vec::new()));
    }
    let kind = line.value('T').map(|kind| kind.to_string_lossy().into_owned());
    if kind.is_some_and(|kind| kind != "sysv" && kind != "xinetd") {
        return Err("--type must be 'sysv' or 'xinetd'".to_owned());
    }
    if ['L', 'A', 'D', 'O'].iter().filter(|letter| line.has(**letter)).count() > 1 {
        return Err("only one of --list, --add, --del, or --override may be specified".to_owned());
    }
    let levels = match line.value('l') {
        Some(text) => match digits(&text.to_string_lossy()) {
            Some(levels) => levels,
            None => return Ok((Asked::Usage, Vec::new())),
        },
        None => Vec::new(),
    };
    let words = line.texts();
    let names: Vec<&str> = words.iter().map(|word| plain(base_name(word))).collect();
    let one = |make: fn(String) -> Asked| match names.as_slice() {
        [name] if !name.is_empty() => make((*name).to_owned()),
        _ => Asked::Usage,
    };
    let asked = match () {
        () if line.has('A') => one(Asked::Add),
        () if line.has('D') => one(Asked::Delete),
        () if line.has('O') => one(Asked::Override),
        () if line.has('L') && names.len() > 1 => Asked::Usage,
        () if line.has('L') => Asked::List(names.first().map(|&name| name.to_owned())),
        () => change(&words, &levels)?,
    };
    Ok((asked, levels))
}

fn base_name(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn change(words: &[String], levels: &[u8]) -> Result<Asked, String> {
    let Some(name) = words.first().map(|name| plain(name).to_owned()) else {
        let asked = if levels.is_empty() { Asked::List(None) } else { Asked::Usage };
        return Ok(asked);
    };
    Ok(match words.get(1).map(String::as_str) {
        None if levels.len() > 1 => {
            return Err("only one runlevel may be specified for a chkconfig query".to_owned());
        }
        None => Asked::Query(name, levels.first().copied()),
        Some("on") => Asked::On(name),
        Some("off") => Asked::Off(name),
        Some("reset") => Asked::Reset(name),
        Some("resetpriorities") => Asked::ResetPriorities(name),
        Some(_) => Asked::Usage,
    })
}

#[cfg(test)]
mod tests {
    use super::super::super::hand_over;
    use super::*;

    fn asked(args: &[&str]) -> Result<(Asked, Vec<u8>), String> {
        read(&hand_over::words(args))
    }

    #[test]
    fn the_grammar_is_chkconfig_8s() {
        let nginx = || "nginx".to_owned();
        let plain = |asked| Ok((asked, Vec::new()));
        assert_eq!(asked(&[]), plain(Asked::List(None)));
        assert_eq!(asked(&["--list"]), plain(Asked::List(None)));
        assert_eq!(asked(&["--list", "nginx"]), plain(Asked::List(Some(nginx()))));
        assert_eq!(asked(&["nginx"]), plain(Asked::Query(nginx(), None)));
        assert_eq!(asked(&["nginx", "on"]), plain(Asked::On(nginx())));
        assert_eq!(asked(&["--add", "nginx"]), plain(Asked::Add(nginx())));
        assert_eq!(asked(&["--add"]), plain(Asked::Usage));
        assert_eq!(asked(&["nginx", "bogus"]), plain(Asked::Usage));
        assert_eq!(
            asked(&["--level", "35", "nginx", "off"]),
            Ok((Asked::Off(nginx()), vec![3, 5]))
        );
        assert_eq!(asked(&["--levels=3", "nginx"]), Ok((Asked::Query(nginx(), Some(3)), vec![3])));
        assert!(asked(&["--level", "35", "nginx"]).unwrap_err().contains("only one runlevel"));
        assert!(asked(&["--add", "--del", "x"]).unwrap_err().contains("only one of"));
        assert!(asked(&["--type", "bogus", "x"]).unwrap_err().contains("--type must be"));
    }
}
