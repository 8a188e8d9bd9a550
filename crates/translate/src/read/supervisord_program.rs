//! A `[program:…]` of supervisord.conf.

use super::Source;
use super::account::{mode, seconds, signal};
use super::ini::{Entry, Section};
use super::supervisord_words::{environment, is_no, padded, plain};
use crate::shell::plain_words;
use crate::{Command, Definition, Level, Limit, Lost, Native, RestartPolicy, System, Word};

/// What holds for all programs.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    pub environment: Vec<(String, String)>,
    pub umask: Option<u32>,
    pub user: Option<String>,
    pub directory: Option<String>,
    pub files: Option<u64>,
    pub processes: Option<u64>,
}

/// A program, and when it starts among the others.
pub(super) struct Found {
    pub definition: Definition,
    pub priority: i64,
}

/// The priority of programs that give none.
const USUAL_PRIORITY: i64 = 999;
/// So many processes of one program are made services of.
const MOST_PROCESSES: u32 = 256;

/// Reads a program: one service for each of its processes.
pub(super) fn read(
    source: &Source<'_>,
    section: &Section,
    name: &str,
    shared: &Shared,
) -> Vec<Found> {
    let number = |key: &str| {
        let entry = section.entries.iter().rev().find(|entry| entry.key == key)?;
        entry.value.parse::<u32>().ok()
    };
    let count = number("numprocs").unwrap_or(1).clamp(1, MOST_PROCESSES);
    let first = number("numprocs_start").unwrap_or(0);
    let mut all = Vec::new();
    for process in (first..).take(usize::try_from(count).unwrap_or(1)) {
        let full = if count > 1 { format!("{name}-{process}") } else { name.to_owned() };
        let mut reader = Reader {
            source,
            program: name,
            process,
            definition: Definition::new(full),
            priority: USUAL_PRIORITY,
        };
        reader.share(shared);
        // The last of several values holds.
        for (at, entry) in section.entries.iter().enumerate() {
            let mut later = section.entries.iter().skip(at.saturating_add(1));
            if later.all(|other| other.key != entry.key) {
                reader.entry(entry);
            }
        }
        reader.finish(section, count);
        all.push(Found { definition: reader.definition, priority: reader.priority });
    }
    all
}

pub(super) struct Reader<'a> {
    pub source: &'a Source<'a>,
    program: &'a str,
    process: u32,
    pub definition: Definition,
    priority: i64,
}

impl Reader<'_> {
    fn share(&mut self, shared: &Shared) {
        let definition = &mut self.definition;
        definition.levels = vec![Level::Normal];
        definition.restart.policy = RestartPolicy::OnFailure;
        definition.environment.clone_from(&shared.environment);
        definition.umask = shared.umask;
        definition.user = shared.user.clone().filter(|user| user != "root");
        definition.directory.clone_from(&shared.directory);
        for (name, limit) in [("NOFILE", shared.files), ("NPROC", shared.processes)] {
            if let Some(limit) = limit {
                let (name, soft, hard) = (name.to_owned(), limit, limit);
                definition.limits.push(Limit { name, soft, hard });
            }
        }
    }

    pub fn lose(&mut self, entry: &Entry, why: &str) {
        let lost = Lost::new(entry.source(), why).at(self.source.place(entry.line));
        self.definition.lost.push(lost);
    }

    fn change(&mut self, entry: &Entry, why: &str) {
        let lost = Lost::change(entry.source(), why).at(self.source.place(entry.line));
        self.definition.lost.push(lost);
    }

    fn remember(&mut self, field: &'static str, entry: &Entry) {
        self.definition.places.extend(self.source.place(entry.line).map(|place| (field, place)));
    }

    /// `%(program_name)s` and its kin. What the environment gives becomes a variable.
    fn expand(&mut self, entry: &Entry, value: &str) -> Word {
        let mut word = Word::default();
        let mut rest = value;
        while let Some((before, behind)) = rest.split_once('%') {
            word.push(before);
            if let Some(behind) = behind.strip_prefix('%') {
                word.push("%");
                rest = behind;
                continue;
            }
            let named = behind.strip_prefix('(').and_then(|text| text.split_once(')'));
            let Some((name, behind)) = named else {
                word.push("%");
                rest = behind;
                continue;
            };
            let end = behind.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
            let cut = behind.split_at_checked(end.saturating_add(1));
            let (form, behind) = cut.unwrap_or((behind, ""));
            rest = behind;
            self.one(entry, name, form, &mut word);
        }
        word.push(rest);
        word
    }

    fn one(&mut self, entry: &Entry, name: &str, form: &str, word: &mut Word) {
        match name {
            "program_name" | "group_name" => word.push(self.program),
            "process_num" => word.push(&padded(self.process, form)),
            "here" => {
                let folder = self.source.path.rsplit_once('/').map_or(".", |(folder, _)| folder);
                word.push(folder);
            }
            _ => match name.strip_prefix("ENV_") {
                Some(variable) => word.push_variable(variable),
                None => {
                    self.lose(entry, &format!("the value of %({name}){form} is not known here"))
                }
            },
        }
    }

    /// A text that must be known.
    pub fn text(&mut self, entry: &Entry) -> Option<String> {
        let known = self.expand(entry, &entry.value).known();
        if known.is_none() {
            self.lose(entry, "what supervisord's own environment holds is not known");
        }
        known
    }

    fn entry(&mut self, entry: &Entry) {
        match entry.key.as_str() {
            "command" => self.command(entry),
            "process_name" | "numprocs" | "numprocs_start" => {}
            "priority" => {
                self.priority = entry.value.parse().unwrap_or(USUAL_PRIORITY);
                self.remember("priority", entry);
            }
            "autostart" => {
                if is_no(&entry.value) {
                    self.definition.levels.clear();
                }
            }
            "autorestart" => {
                self.definition.restart.policy = match entry.value.to_ascii_lowercase().as_str() {
                    "unexpected" => RestartPolicy::OnFailure,
                    value if is_no(value) => RestartPolicy::No,
                    _ => RestartPolicy::Always,
                };
                self.remember("restart", entry);
            }
            "startsecs" | "startretries" => self.start(entry),
            "exitcodes" => self.exit_codes(entry),
            "stopsignal" | "stopwaitsecs" | "stopasgroup" | "killasgroup" => self.stop(entry),
            "user" => self.definition.user = self.text(entry).filter(|user| user != "root"),
            "directory" => self.definition.directory = self.text(entry),
            "umask" => self.definition.umask = mode(&entry.value),
            "environment" => self.environment(entry),
            key if key == "redirect_stderr" || key.starts_with("std") => self.output(entry),
            _ => self.lose(entry, "only supervisord has such a thing"),
        }
    }

    fn command(&mut self, entry: &Entry) {
        self.remember("start", entry);
        // Words are split first: what the environment gives is one word, whatever is in it.
        match plain_words(&entry.value) {
            Ok(words) => {
                // supervisord has no shell: a dollar is one.
                let argv = words.iter().map(|word| self.expand(entry, &plain(word))).collect();
                self.definition.start = vec![Command { argv, ..Command::default() }];
            }
            Err(wrong) => {
                self.lose(entry, &format!("there is no {} to what begins in it", wrong.what));
            }
        }
    }

    fn start(&mut self, entry: &Entry) {
        let Ok(number) = entry.value.parse::<u64>() else {
            self.lose(entry, "it is no number");
            return;
        };
        if entry.key == "startsecs" {
            if number != 0 {
                self.change(entry, "a service counts as started at once, not after a while");
            }
            return;
        }
        let restart = &mut self.definition.restart;
        restart.burst = Some(number.saturating_add(1));
        // supervisord waits a second longer each time.
        let span = number.saturating_mul(number.saturating_add(1)) / 2;
        restart.interval_usec = Some(span.saturating_add(10).saturating_mul(1_000_000));
        restart.delay_usec.get_or_insert(1_000_000);
    }

    fn stop(&mut self, entry: &Entry) {
        match entry.key.as_str() {
            "stopsignal" => match signal(&entry.value) {
                Some(signal) => self.definition.stop_signal = Some(signal),
                None => self.lose(entry, "it is no signal's name"),
            },
            "stopwaitsecs" => self.definition.stop_timeout_usec = seconds(&entry.value),
            _ if is_no(&entry.value) => {}
            _ => {
                let why = "systemd signals all processes of a service anyway; elsewhere only the \
                           main one is";
                self.change(entry, why);
            }
        }
    }

    /// Exit statuses that are no failure.
    fn exit_codes(&mut self, entry: &Entry) {
        let codes = entry.value.split(',').map(str::trim).filter(|code| *code != "0");
        let value = codes.collect::<Vec<_>>().join(" ");
        if !value.is_empty() {
            let (system, section) = (System::Systemd, "Service".to_owned());
            let (key, place) = ("SuccessExitStatus".to_owned(), self.source.place(entry.line));
            self.definition.natives.push(Native { system, section, key, value, place });
        }
    }

    fn environment(&mut self, entry: &Entry) {
        let pairs = match environment(&entry.value) {
            Ok(pairs) => pairs,
            Err(why) => {
                self.lose(entry, &why);
                return;
            }
        };
        for (name, value) in pairs {
            let Some(value) = self.expand(entry, &value).known() else {
                let one = Entry { key: "environment".to_owned(), value: name, line: entry.line };
                self.lose(&one, "what supervisord's own environment holds is not known");
                continue;
            };
            self.definition.environment.retain(|(known, _)| *known != name);
            self.definition.environment.push((name, value));
        }
    }

    fn finish(&mut self, section: &Section, count: u32) {
        let place = self.source.place(section.line);
        let definition = &mut self.definition;
        if definition.start.is_empty() {
            let lost = Lost::new(format!("[{}]", section.name), "it has no command");
            definition.lost.push(lost.at(place));
        }
        definition.description = Some(match count {
            1 => self.program.to_owned(),
            _ => format!("{}, process {}", self.program, self.process),
        });
        // Variables of supervisord's environment are nobody's who is not started by it.
        let names = definition.commands().flat_map(Command::variables).map(str::to_owned);
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        for name in names {
            if !definition.environment.iter().any(|(known, _)| *known == name) {
                let why = "supervisord's own environment gave its value, which is not known";
                let lost = Lost::new(format!("%(ENV_{name})s"), why).at(definition.place("start"));
                let instead = format!("set {name} in the service's environment");
                definition.lost.push(lost.instead(instead));
            }
        }
    }
}
