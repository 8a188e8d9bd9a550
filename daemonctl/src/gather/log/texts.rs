//! Lines of files: those that the service writes itself, and its own in syslog files.

use std::path::{Path, PathBuf};

use insight::snapshot::{Line, LogSource, Unseen};
use journal::text::{Direction, Family, Files, Kind, Options, Record, Seek, Source, Trouble, Why};

use super::{Subject, journal as entries};
use crate::gather::Gatherer;
use crate::logs::service_files;

/// So much of each file is read, from its end.
const BYTES_MAX: usize = 256 << 10;
/// Larger files are not searched for the service's lines, only their ends are read.
const SEARCHED_MAX: u64 = 64 << 20;
/// Programs that speak of services in syslog.
const SUPERVISORS: [&str; 3] = ["supervise-daemon", "start-stop-daemon", "rc-service"];

/// What was read.
#[derive(Debug, Default)]
pub struct Texts {
    /// Lines, in no order.
    pub lines: Vec<Line>,
    /// Files that were read.
    pub origins: Vec<String>,
    /// There was more.
    pub is_cut: bool,
}

/// Lines of its own files and, with `syslog`, of what syslogd writes for it.
pub fn lines(gatherer: &Gatherer<'_>, subject: &Subject, syslog: bool, max: usize) -> Texts {
    let mut found = Texts::default();
    for path in &subject.files {
        let family = Family::new(path.clone(), Kind::Service);
        let identifier = subject.identifiers.first().map_or("", String::as_str);
        let options =
            Options { identifier: Some(identifier.as_bytes().to_vec()), ..options(gatherer) };
        let mut source = Files::new(family, options);
        read(gatherer, &mut source, path, max, &mut found, &|_| Some(LogSource::Service));
    }
    if syslog {
        let (families, troubles) = service_files::syslog_families(&gatherer.root());
        note(gatherer, troubles);
        let needles = needles(subject);
        for family in families {
            let path = family.path.clone();
            // To look for words that are not there would read all of a large file: its end will have to do.
            let size = std::fs::metadata(&path).map_or(0, |meta| meta.len());
            let needles = if size > SEARCHED_MAX { Vec::new() } else { needles.clone() };
            let options = Options { needles, ..options(gatherer) };
            let mut source = Files::new(family, options);
            let whose = |record: &Record<'_>| whose(record, subject);
            read(gatherer, &mut source, &path, max, &mut found, &whose);
        }
        dedup(&mut found.lines);
    }
    found
}

fn options(gatherer: &Gatherer<'_>) -> Options {
    let name = rustix::system::uname().nodename().to_bytes().to_vec();
    Options { hostname: Some(name), ..Options::new(gatherer.zone.clone()) }
}

/// Texts one of which is in each line of the service.
fn needles(subject: &Subject) -> Vec<Vec<u8>> {
    let names = subject.identifiers.iter().map(String::as_str);
    let stem = subject.name.strip_suffix(".service").unwrap_or(&subject.name);
    let mut all: Vec<Vec<u8>> = names.chain([stem]).map(|name| name.as_bytes().to_vec()).collect();
    all.extend(subject.pids.iter().map(|pid| format!("[{pid}]").into_bytes()));
    all.sort();
    all.dedup();
    all
}

/// Whose line of syslog it is; `None`: not of this service.
fn whose(record: &Record<'_>, subject: &Subject) -> Option<LogSource> {
    let identifier = record.get(b"SYSLOG_IDENTIFIER").unwrap_or_default();
    let identifier = String::from_utf8_lossy(identifier);
    let stem = subject.name.strip_suffix(".service").unwrap_or(&subject.name);
    if identifier == "kernel" {
        return None;
    }
    if identifier.strip_prefix("/etc/init.d/").is_some_and(|name| name == stem) {
        return Some(LogSource::Manager);
    }
    if SUPERVISORS.contains(&identifier.as_ref()) {
        let message = String::from_utf8_lossy(record.get(b"MESSAGE").unwrap_or_default());
        let names = subject.identifiers.iter().map(String::as_str).chain([stem]);
        return names.into_iter().any(|n| message.contains(n)).then_some(LogSource::Manager);
    }
    let name = identifier.rsplit('/').next().unwrap_or_default();
    let own = identifier == stem || subject.identifiers.iter().any(|known| known == name);
    // `postfix/smtpd`, `dovecot: imap`: a part of it.
    let is_part = identifier.split('/').next() == Some(stem);
    let pid = record.get(b"SYSLOG_PID").and_then(|pid| str::from_utf8(pid).ok()?.parse().ok());
    let is_pid = pid.is_some_and(|pid| subject.pids.contains(&pid));
    (own || is_part || is_pid).then_some(LogSource::Service)
}

/// Reads a source from its end backward.
fn read(
    gatherer: &Gatherer<'_>,
    source: &mut Files,
    path: &Path,
    max: usize,
    found: &mut Texts,
    whose: &dyn Fn(&Record<'_>) -> Option<LogSource>,
) {
    source.seek(Seek::Tail, Direction::Backward);
    let origin = shown(gatherer, path);
    let (mut bytes, mut count) = (0_usize, 0_usize);
    let mut lines = Vec::new();
    while source.peek().is_some() {
        if bytes > BYTES_MAX || count >= max {
            found.is_cut = true;
            break;
        }
        let Some(record) = source.record() else { break };
        let message = record.get(b"MESSAGE").unwrap_or_default();
        bytes = bytes.saturating_add(message.len() + 32);
        count += 1;
        if let Some(source) = whose(&record) {
            lines.push(line(&record, source, &origin));
        }
        source.advance();
    }
    // Lines of one time keep the order in which they were written.
    lines.reverse();
    found.lines.extend(lines);
    let troubles = source.take_troubles();
    // An empty log is one that could be read.
    if count > 0 || troubles.is_empty() {
        found.origins.push(origin);
    }
    note(gatherer, troubles);
}

/// The path as it is within the root that is looked at.
fn shown(gatherer: &Gatherer<'_>, path: &Path) -> String {
    let inside = path.strip_prefix(gatherer.root()).map(|rest| PathBuf::from("/").join(rest));
    inside.unwrap_or_else(|_| path.to_owned()).to_string_lossy().into_owned()
}

fn line(record: &Record<'_>, source: LogSource, origin: &str) -> Line {
    let number = |name: &[u8]| str::from_utf8(record.get(name)?).ok()?.parse::<u32>().ok();
    let level = number(b"PRIORITY").and_then(|level| u8::try_from(level).ok());
    let identifier = record.get(b"SYSLOG_IDENTIFIER").map(String::from_utf8_lossy);
    Line {
        time_usec: Some(record.realtime_usec).filter(|usec| *usec != 0),
        source,
        origin: origin.to_owned(),
        level: level.map(entries::level),
        pid: number(b"SYSLOG_PID").or_else(|| number(b"_PID")),
        identifier: identifier.map(|name| name.into_owned()),
        message_id: None,
        message: entries::message(record.get(b"MESSAGE").unwrap_or_default()),
        is_of_last_run: false,
    }
}

/// The same line stands in several files: `syslog` and `daemon.log`.
fn dedup(lines: &mut Vec<Line>) {
    let mut seen = std::collections::HashSet::new();
    let key = |line: &Line| (line.time_usec, line.pid, line.message.clone());
    let mut last: Option<String> = None;
    lines.retain(|line| {
        let is_same_file = last.as_ref() == Some(&line.origin);
        last = Some(line.origin.clone());
        seen.insert(key(line)) || is_same_file
    });
}

fn note(gatherer: &Gatherer<'_>, troubles: Vec<Trouble>) {
    for trouble in troubles {
        let is_denied = trouble.why == Why::NotPermitted;
        gatherer.unseen(Unseen {
            what: trouble.path.to_string_lossy().into_owned(),
            why: trouble.detail.into_owned(),
            remedy: is_denied.then(|| "root".to_owned()),
        });
    }
}
