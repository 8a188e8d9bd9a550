//! Which commands a script understands: the arms of the `case` that it looks its argument up in,
//! or, where that stands elsewhere, what its usage text promises.

/// Most commands that are kept of one script.
const MOST_COMMANDS: usize = 64;
/// Deepest nesting of `case` that is followed.
const DEEPEST: usize = 16;

/// The commands that a script understands, as far as reading tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Commands {
    /// In the order of the script.
    pub names: Vec<String>,
}

impl Commands {
    /// Whether it understands a command; `None` where the script does not show what it does with
    /// its argument.
    pub fn has(&self, command: &str) -> Option<bool> {
        if self.names.is_empty() {
            return None;
        }
        Some(self.names.iter().any(|name| name == command))
    }

    fn add(&mut self, name: &str) {
        let plain =
            |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        let is_word = !name.is_empty() && name.len() <= 64 && name.bytes().all(plain);
        if is_word && self.names.len() < MOST_COMMANDS && !self.names.iter().any(|n| n == name) {
            self.names.push(name.to_owned());
        }
    }
}

/// Of an init script for sysvinit.
pub(crate) fn find(text: &str) -> Commands {
    if let Some(commands) = of_debians_library(text) {
        return commands;
    }
    let mut commands = Commands::default();
    arms(text).iter().for_each(|name| commands.add(name));
    if commands.names.is_empty() {
        usage(text, &mut commands);
    }
    commands
}

/// Scripts that init-d-script(5) runs only fill in what it leaves open.
fn of_debians_library(text: &str) -> Option<Commands> {
    if !uses_library(text) {
        return None;
    }
    let mut commands = Commands::default();
    for name in ["start", "stop", "status", "restart", "try-restart", "force-reload"] {
        commands.add(name);
    }
    let code = text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    let reloads =
        |line: &str| line.contains("do_reload") || line.trim_start().starts_with("RELOAD_SIGNAL=");
    if code.into_iter().any(reloads) {
        commands.add("reload");
    }
    Some(commands)
}

fn uses_library(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        line.ends_with("/lib/init/init-d-script")
            && (line.starts_with("#!") || line.contains(". /") || line.contains("source /"))
    })
}

/// Its `status` is answered by a function that keeps to the LSB's exit statuses.
pub(super) fn answers_by_library(text: &str) -> bool {
    let code = text.lines().map(str::trim_start).filter(|line| !line.starts_with('#'));
    uses_library(text) || code.into_iter().any(|line| line.contains("status_of_proc"))
}

/// The library starts a daemon, unless the script has put something else in its place.
pub(super) fn starts_by_library(text: &str) -> bool {
    uses_library(text)
        && !["do_start_cmd", "do_start()", "do_start_override", "DAEMON=none"]
            .iter()
            .any(|own| text.contains(own))
}

/// A `case` that is being read.
#[derive(Default)]
struct Case {
    arms: Vec<String>,
    /// The next word is a pattern: it has just begun, or an arm has just ended.
    at_pattern: bool,
}

/// The patterns of each `case` that has an arm `start` or `stop`.
fn arms(text: &str) -> Vec<String> {
    let mut open: Vec<Case> = Vec::new();
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if !line.starts_with('#') {
            read_line(line, &mut open, &mut found);
        }
    }
    // A script that is cut off, or that we lost track of.
    while let Some(case) = open.pop() {
        close(case, &mut found);
    }
    found
}

fn read_line(line: &str, open: &mut Vec<Case>, found: &mut Vec<String>) {
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with('#') {
            return;
        }
        if rest.split(|c: char| !c.is_ascii_alphanumeric()).next() == Some("esac") {
            if let Some(case) = open.pop() {
                close(case, found);
            }
            rest = rest.get(4..).unwrap_or_default();
            continue;
        }
        if let Some(case) = open.last_mut().filter(|case| case.at_pattern) {
            let Some((pattern, after)) = rest.split_once(')') else { return };
            let names = pattern.trim_start_matches('(').split('|');
            case.arms.extend(names.map(|n| n.trim().trim_matches(['"', '\'']).to_owned()));
            case.at_pattern = false;
            rest = after;
            continue;
        }
        if let Some(after) = begins_case(rest) {
            if open.len() >= DEEPEST {
                return;
            }
            open.push(Case { at_pattern: true, ..Case::default() });
            rest = after;
            continue;
        }
        rest = next_command(rest, open);
    }
}

/// `case WORD in`: what follows it.
fn begins_case(rest: &str) -> Option<&str> {
    let word = rest.strip_prefix("case")?;
    word.starts_with(char::is_whitespace).then_some(())?;
    match word.split_once(" in") {
        Some((_, after)) if after.is_empty() || after.starts_with(char::is_whitespace) => {
            Some(after)
        }
        _ => None,
    }
}

/// Goes on behind the next separator of commands; two semicolons end an arm.
fn next_command<'a>(rest: &'a str, open: &mut [Case]) -> &'a str {
    let mut quote = None;
    let mut before = ' ';
    let mut chars = rest.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(q), _) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '\\') => {
                chars.next();
            }
            (None, '#') if before.is_whitespace() => return "",
            (None, ';') => {
                let ends_arm = chars.peek().is_some_and(|(_, next)| *next == ';');
                if ends_arm && let Some(case) = open.last_mut() {
                    case.at_pattern = true;
                }
                return rest.get(at + 1 + usize::from(ends_arm)..).unwrap_or_default();
            }
            (None, '&' | '|' | '{') => return rest.get(at + 1..).unwrap_or_default(),
            (None, _) => {}
        }
        before = c;
    }
    ""
}

fn close(case: Case, found: &mut Vec<String>) {
    if case.arms.iter().any(|arm| arm == "start" || arm == "stop") {
        found.extend(case.arms);
    }
}

/// `Usage: x {start|stop|reload}`.
fn usage(text: &str, commands: &mut Commands) {
    for line in text.lines().filter(|line| line.to_ascii_lowercase().contains("usage")) {
        let list = line
            .split(['{', '}', '[', ']', '(', ')', '<', '>', '"', '\''])
            .find(|part| part.contains('|') && part.split('|').any(|w| w.trim() == "start"));
        list.into_iter().flat_map(|list| list.split('|')).for_each(|w| commands.add(w.trim()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<String> {
        find(text).names
    }

    #[test]
    fn arms_are_read() {
        let text = "#!/bin/sh\ncase $? in\n0|1) log;;\n2) no;;\nesac\ncase \"$1\" in\n  start)\n\t\
                    do_start\n\tcase \"$?\" in\n\t\t0|1) ok ;;\n\t\t2) no ;;\n\tesac\n\t;;\n\
                    'stop') do_stop;;\n(restart|\"force-reload\") $0 stop; $0 start ;;\n\
                    # gone) x ;;\n  status) status_of_proc -p $P $D && exit 0 || exit $? ;;\n  \
                    *) echo \"Usage: {a|b}\" ;;\nesac\n";
        assert_eq!(names(text), ["start", "stop", "restart", "force-reload", "status"]);
        assert_eq!(find(text).has("reload"), Some(false));
    }

    #[test]
    fn one_line_is_enough() {
        let text = "#!/bin/sh\ncase $1 in start) a;; stop) b;; esac\n";
        assert_eq!(names(text), ["start", "stop"]);
    }

    #[test]
    fn a_usage_text_tells_where_no_case_stands() {
        let text =
            "#!/bin/sh\n. /lib/common\nrun \"$1\" || echo \"Usage: $0 {start|stop|status}\"\n";
        assert_eq!(names(text), ["start", "stop", "status"]);
        assert_eq!(find("#!/bin/sh\nexec /opt/x/ctl \"$@\"\n").has("start"), None);
    }

    #[test]
    fn debians_library_brings_its_own() {
        let text = "#!/usr/bin/env /lib/init/init-d-script\nDAEMON=/usr/sbin/x\n";
        assert_eq!(find(text).has("status"), Some(true));
        assert_eq!(find(text).has("reload"), Some(false));
        let text = format!("{text}RELOAD_SIGNAL=HUP\n");
        assert_eq!(find(&text).has("reload"), Some(true));
    }

    #[test]
    fn what_is_cut_off_is_read_as_far_as_it_goes() {
        assert_eq!(names("#!/bin/sh\ncase $1 in\nstart) x"), ["start"]);
        let deep = "case a in b) ".repeat(1000);
        assert!(names(&deep).is_empty());
    }
}
