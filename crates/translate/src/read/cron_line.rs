//! A line of a crontab.

use crate::calendar;

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// `NAME=value`
    Variable(String, String),
    /// When, as whom, what.
    Entry(Entry),
    /// Why it says nothing.
    Wrong(String),
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// Calendar events; none: at boot.
    pub calendars: Vec<String>,
    /// Up to how many minutes later, at random.
    pub random_minutes: u32,
    pub user: Option<String>,
    pub command: String,
    /// What the command finds on standard input.
    pub input: Option<String>,
    /// As the times are written.
    pub times: String,
}

/// Reads a line; `None`: it is empty or a comment.
pub(super) fn read(line: &str, is_system: bool, zone: Option<&str>) -> Option<Line> {
    let text = line.trim_start();
    if text.is_empty() || text.starts_with('#') {
        return None;
    }
    Some(
        variable(text)
            .unwrap_or_else(|| entry(text, is_system, zone).map_or_else(Line::Wrong, Line::Entry)),
    )
}

fn variable(text: &str) -> Option<Line> {
    let (name, value) = text.split_once('=')?;
    let name = unquoted(name.trim());
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let is_fit = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    (is_fit && name.bytes().all(is_name))
        .then(|| Line::Variable(name.to_owned(), unquoted(value.trim()).to_owned()))
}

fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

/// The next field, and what stands behind it.
fn take(text: &str) -> (&str, &str) {
    let text = text.trim_start();
    let end = text.find([' ', '\t']).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn entry(text: &str, is_system: bool, zone: Option<&str>) -> Result<Entry, String> {
    let mut random_minutes = 0;
    let (calendars, times, mut rest) = if text.starts_with('@') {
        let (name, rest) = take(text);
        let calendars = match calendar::nickname(name) {
            Some(fields) => calendar::from_cron(fields, zone)?,
            None if name.eq_ignore_ascii_case("@reboot") => Vec::new(),
            None => return Err(format!("{name} is no time that cron knows")),
        };
        (calendars, name.to_owned(), rest)
    } else {
        let mut rest = text;
        let mut fields = [""; 5];
        for field in &mut fields {
            (*field, rest) = take(rest);
        }
        let times = fields.join(" ");
        if fields.contains(&"") {
            return Err("five times must stand in front of a command".to_owned());
        }
        // A dash in front keeps SUSE's cron from logging; elsewhere it means nothing.
        let [minute, hour, day, month, weekday] = fields;
        let minute = minute.trim_start_matches('-');
        let (minute, more) = random(minute).unwrap_or_else(|| (minute.to_owned(), 0));
        random_minutes = more;
        let fields = [minute.as_str(), hour, day, month, weekday];
        (calendar::from_cron(&fields, zone)?, times, rest)
    };
    let mut user = None;
    if is_system {
        let (name, behind) = take(rest);
        // FreeBSD's cron takes a group and a login class, too.
        user = Some(name.split([':', '/']).next().unwrap_or(name).to_owned());
        rest = behind;
    }
    let (command, input) = input(rest.trim());
    if command.is_empty() {
        let what = if is_system { "a user and a command" } else { "a command" };
        return Err(format!("{what} must follow the times"));
    }
    Ok(Entry { calendars, random_minutes, user, command, input, times })
}

/// cronie's `5~20`: some minute between. The first, and how many more there are.
fn random(field: &str) -> Option<(String, u32)> {
    let (from, to) = field.split_once('~')?;
    let from: u32 = if from.is_empty() { 0 } else { from.parse().ok()? };
    let to: u32 = if to.is_empty() { 59 } else { to.parse().ok()? };
    Some((from.to_string(), to.checked_sub(from)?))
}

/// The command up to the first `%` that no backslash stands before; what follows it is its input,
/// where more of them end lines.
fn input(text: &str) -> (String, Option<String>) {
    let (mut command, mut input) = (String::new(), None::<String>);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        let target = input.as_mut().unwrap_or(&mut command);
        match char {
            '\\' if chars.peek() == Some(&'%') => {
                target.push('%');
                chars.next();
            }
            '%' => match &mut input {
                Some(input) => input.push('\n'),
                None => input = Some(String::new()),
            },
            char => target.push(char),
        }
    }
    if let Some(input) = &mut input
        && !input.ends_with('\n')
    {
        input.push('\n');
    }
    (command.trim_end().to_owned(), input)
}
