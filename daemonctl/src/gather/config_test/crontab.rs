//! crontab(5): cron has no test, and ignores a table with a mistake, or one that others could write.

use insight::snapshot::{Entry, Seen};

use super::subject::Subject;
use super::{Complaint, Parsed};
use crate::gather::lookups::{self, Accounts};

const MAIN: &str = "/etc/crontab";
const FOLDER: &str = "/etc/cron.d";
const TABLES_MAX: usize = 1000;

/// A field of five: its name in cron's messages, its bounds, and names that stand for numbers.
type Field = (&'static str, u32, u32, &'static [&'static str]);
const FIELDS: [Field; 5] = [
    ("minute", 0, 59, &[]),
    ("hour", 0, 23, &[]),
    ("day-of-month", 1, 31, &[]),
    (
        "month",
        1,
        12,
        &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    ),
    ("day-of-week", 0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];
const WORDS: [&str; 8] =
    ["reboot", "yearly", "annually", "monthly", "weekly", "daily", "midnight", "hourly"];

/// The machine's tables.
pub fn parse(subject: &Subject<'_>) -> Option<Parsed> {
    // Alpine's crond has tables for each user alone.
    let is_debian = subject.exists("/etc/debian_version");
    let accounts = Accounts::read(subject.resolver, true);
    let mut names = subject.resolver.list(FOLDER).unwrap_or_default();
    names.retain(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    names.sort_unstable();
    let paths = names.iter().take(TABLES_MAX).map(|name| format!("{FOLDER}/{name}"));
    let mut complaints = Vec::new();
    for path in [MAIN.to_owned()].into_iter().chain(paths) {
        let fact = subject.resolver.look(&path).fact;
        let Some(entry) = fact.target() else { continue };
        if let Some(why) = unsafe_to_cron(entry) {
            complaints.push((Some(path), None, why));
            continue;
        }
        // What is longer is cut: its last line could be half a line.
        let Some(text) = lookups::start(subject.resolver, &path, 1 << 20) else { continue };
        let is_user = |name: &str| accounts.user(name) != Seen::Absent;
        complaints.extend(of_table(&path, &text, is_debian, &is_user));
    }
    Some(Parsed { complaints, harmless: true })
}

/// Why cron does not read a table at all.
fn unsafe_to_cron(entry: &Entry) -> Option<String> {
    if entry.uid != 0 {
        return Some("it does not belong to root, so cron ignores it".to_owned());
    }
    let is_open = entry.mode & 0o022 != 0;
    is_open
        .then(|| format!("its mode is {:04o}: others can write it, so cron ignores it", entry.mode))
}

fn of_table(
    path: &str,
    text: &str,
    is_debian: bool,
    is_user: &dyn Fn(&str) -> bool,
) -> Vec<Complaint> {
    let mut complaints: Vec<Complaint> = Vec::new();
    let at = |line: usize| (Some(path.to_owned()), u32::try_from(line).ok());
    for (index, line) in text.lines().enumerate() {
        if let Err(why) = of_line(line, is_user) {
            let (file, line) = at(index + 1);
            complaints.push((file, line, why));
        }
    }
    let is_last_whole = text.is_empty() || text.ends_with('\n');
    if is_debian && !is_last_whole && complaints.is_empty() {
        let (file, line) = at(text.lines().count());
        let why = "its last line does not end with a newline, so cron ignores it";
        complaints.push((file, line, why.to_owned()));
    }
    complaints
}

fn of_line(line: &str, is_user: &dyn Fn(&str) -> bool) -> Result<(), String> {
    let line = line.trim_start_matches([' ', '\t']);
    if line.is_empty() || line.starts_with('#') || is_assignment(line) {
        return Ok(());
    }
    // cronie: does not log.
    let line = line.strip_prefix('-').unwrap_or(line);
    let mut words = line.split([' ', '\t']).filter(|word| !word.is_empty());
    if let Some(word) = line.strip_prefix('@') {
        let name = word.split([' ', '\t']).next().unwrap_or_default();
        words.next();
        if !WORDS.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            return Err(format!("bad time specifier: @{name}"));
        }
    } else {
        for field in &FIELDS {
            let word = words.next().unwrap_or_default();
            if !is_field(word, field) {
                return Err(format!("bad {}: {word:?}", field.0));
            }
        }
    }
    let user = words.next().ok_or("bad username: there is none")?;
    // FreeBSD's `user:group/class`.
    if !is_user(user.split([':', '/']).next().unwrap_or(user)) {
        return Err(format!("bad username: there is no user {user}"));
    }
    words.next().map(|_| ()).ok_or_else(|| "bad command: there is none".to_owned())
}

/// `NAME = value`, the name quoted or not.
fn is_assignment(line: &str) -> bool {
    let Some((name, _)) = line.split_once('=') else { return false };
    let name = name.trim_end();
    let is_quoted =
        |quote: char| name.len() > 1 && name.starts_with(quote) && name.ends_with(quote);
    let is_plain = !name.is_empty() && !name.contains([' ', '\t']) && !name.starts_with(['*', '@']);
    is_plain || is_quoted('"') || is_quoted('\'')
}

fn is_field(word: &str, field: &Field) -> bool {
    !word.is_empty() && word.split(',').all(|part| is_part(part, field))
}

/// `*`, `a`, `a-b`, and after a slash a step; cronie's `a~b`.
fn is_part(part: &str, field: &Field) -> bool {
    let (range, step) = match part.split_once('/') {
        Some((range, step)) => (range, Some(step)),
        None => (part, None),
    };
    let is_step = step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0));
    let number = |text: &str| {
        let by_name = || {
            let place = field.3.iter().position(|name| name.eq_ignore_ascii_case(text))?;
            Some(field.1 + u32::try_from(place).ok()?)
        };
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let value = if is_number { text.parse().ok() } else { by_name() };
        value.filter(|value| (field.1..=field.2).contains(value))
    };
    let is_range = match range.split_once(['-', '~']) {
        _ if range == "*" || range == "~" => true,
        Some((from, to)) => match (number(from), number(to)) {
            (Some(from), Some(to)) => from <= to,
            _ => range.contains('~') && (from.is_empty() || to.is_empty()),
        },
        // Vixie's cron takes a step after a single number for a mistake; others don't.
        None => number(range).is_some(),
    };
    is_step && is_range
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(text: &str) -> Vec<(u32, String)> {
        let is_user = |name: &str| name == "root";
        let found = of_table("/etc/crontab", text, true, &is_user);
        found.into_iter().map(|(_, line, why)| (line.unwrap(), why)).collect()
    }

    #[test]
    fn tables_of_distributions_are_right() {
        let text = "# /etc/crontab\nSHELL=/bin/sh\nPATH = /bin:/usr/bin\nMAILTO=\"\"\n\n17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly\n25 6\t* * *\troot test -x /usr/sbin/anacron || { cd / && x; }\n47 6 * * 7 root x\n52 6 1 * * root x = y\n5-55/10 * * * * root command -v debian-sa1 > /dev/null && debian-sa1 1 1\n@reboot root x\n30 3 * jan-mar,dec Mon-Fri root x\n09,39 * * * * root x\n";
        assert_eq!(complaints(text), []);
    }

    #[test]
    fn mistakes_as_cron_names_them() {
        let one = |line: &str| {
            complaints(&format!("{line}\n")).pop().map(|(_, why)| why).unwrap_or_default()
        };
        assert!(one("61 * * * * root x").starts_with("bad minute"));
        assert!(one("* 24 * * * root x").starts_with("bad hour"));
        assert!(one("* * 0 * * root x").starts_with("bad day-of-month"));
        assert!(one("* * * foo * root x").starts_with("bad month"));
        assert!(one("* * * * 8 root x").starts_with("bad day-of-week"));
        assert!(one("*/0 * * * * root x").starts_with("bad minute"));
        assert!(one("* * * * * nosuch x").starts_with("bad username"));
        assert!(one("* * * * * root").starts_with("bad command"));
        assert!(one("@often root x").starts_with("bad time specifier"));
        assert!(one("foo bar").starts_with("bad minute"));
        assert_eq!(complaints("\n* * * * * root x\n* * * * *\n")[0].0, 3);
        assert!(complaints("* * * * * root x")[0].1.contains("newline"));
    }
}
