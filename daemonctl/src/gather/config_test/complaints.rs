//! What a test's output says is wrong.

use regex::bytes::{Captures, Regex, RegexBuilder};

use super::Complaint;
use super::subject::Subject;
use super::table::Row;

/// No list is longer: the first ones say it.
const COMPLAINTS_MAX: usize = 50;
/// What every test's output may have: a path with a line.
const ANYWHERE: &str = r"^(?:\w+: )?(?P<file>/[^\s:]+):(?P<line>\d+):(?:\d+:)? *(?P<message>\S.*)";

/// A complaint, and the setting that it is about.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// What is wrong.
    pub complaint: Complaint,
    /// The setting's name, where the line does not say where it stands.
    pub key: Option<String>,
}

/// A pattern over bytes: letters of other alphabets are no letters to it.
pub fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(pattern).unicode(false).build().ok()
}

/// What the lines complain about, in their order. Where no row knows the words: the last line.
pub fn find(row: &Row, output: &[String]) -> Vec<Found> {
    let compile = |pattern: &&str| super::complaints::compile(pattern);
    let patterns: Vec<Regex> = row.complaints.iter().filter_map(compile).collect();
    let noise: Vec<Regex> = row.noise.iter().filter_map(compile).collect();
    let mut found: Vec<Found> = Vec::new();
    let is_noise = |line: &str| {
        line.trim().is_empty() || noise.iter().any(|noise| noise.is_match(line.as_bytes()))
    };
    for (index, line) in output.iter().enumerate().filter(|(_, line)| !is_noise(line)) {
        let next = output.get(index + 1).map_or("", |line| line.trim());
        let captures = patterns.iter().find_map(|pattern| pattern.captures(line.as_bytes()));
        let Some(one) = captures.and_then(|captures| complaint(&captures, next)) else { continue };
        if !found.contains(&one) {
            found.push(one);
        }
        if found.len() >= COMPLAINTS_MAX {
            break;
        }
    }
    if !found.is_empty() || row.judged_by_output {
        return found;
    }
    let anywhere = compile(&ANYWHERE);
    let by_place = output
        .iter()
        .filter(|line| !is_noise(line))
        .find_map(|line| complaint(&anywhere.as_ref()?.captures(line.as_bytes())?, ""));
    let last = || {
        output
            .iter()
            .rev()
            .find(|line| !is_noise(line))
            .map(|line| Found { complaint: (None, None, line.trim().to_owned()), key: None })
    };
    by_place.or_else(last).into_iter().collect()
}

fn complaint(captures: &Captures<'_>, next: &str) -> Option<Found> {
    let group = |name: &str| {
        let text = String::from_utf8_lossy(captures.name(name)?.as_bytes()).trim().to_owned();
        (!text.is_empty()).then_some(text)
    };
    let message =
        group("message").or_else(|| Some(next.to_owned()).filter(|next| !next.is_empty()))?;
    let line = group("line").and_then(|line| line.parse().ok());
    Some(Found { complaint: (group("file"), line, message), key: group("key") })
}

/// Complaints with file and line, where a setting's name tells them.
pub fn located(found: Vec<Found>, places: &[String], subject: &Subject<'_>) -> Vec<Complaint> {
    if found.iter().all(|found| found.key.is_none()) {
        return found.into_iter().map(|found| found.complaint).collect();
    }
    let files: Vec<_> = places.iter().flat_map(|place| in_place(place, subject)).collect();
    let place = |found: Found| {
        let (file, line, message) = found.complaint;
        if line.is_some() {
            return (file, line, message);
        }
        let known = found.key.and_then(|key| setting(&key, &files));
        match known {
            Some((file, line)) => (Some(file), Some(line), message),
            None => (file, line, message),
        }
    };
    found.into_iter().map(place).collect()
}

/// Files of a place: the file itself, or those of a folder (`/etc/mysql/conf.d/`) in their order.
fn in_place(place: &str, subject: &Subject<'_>) -> Vec<(String, Vec<String>)> {
    let mut names = match place.ends_with('/') {
        true => subject.resolver.list(place).unwrap_or_default(),
        false => vec![String::new()],
    };
    names.sort_unstable();
    let texts = names.into_iter().take(200).filter_map(|name| {
        let path = format!("{place}{name}");
        let lines = crate::gather::lookups::lines(subject.resolver, &path)?;
        Some((path, lines))
    });
    texts.collect()
}

/// Where a setting stands: the last time, which is the one that counts. `-` and `_` are the same to those who need this.
pub fn setting(key: &str, files: &[(String, Vec<String>)]) -> Option<(String, u32)> {
    let plain = |text: &str| text.replace('-', "_").to_ascii_lowercase();
    let key = plain(key);
    for (path, lines) in files.iter().rev() {
        let is_it = |line: &String| {
            let name = line
                .trim_start()
                .trim_start_matches('$')
                .split(|c: char| c == '=' || c.is_whitespace())
                .next();
            name.is_some_and(|name| plain(name) == key)
        };
        if let Some(index) = lines.iter().rposition(is_it) {
            return Some((path.clone(), u32::try_from(index + 1).ok()?));
        }
    }
    None
}
