//! crontab(5), a user's and the system's: each entry is a service with its times.

use super::cron_line::{self, Entry, Line};
use super::{ReadError, Reading, Source};
use crate::{Command, Definition, Level, Lost, Readiness, Schedule};

/// Reads a crontab.
pub(super) fn read(
    source: &Source<'_>,
    name: Option<&str>,
    is_system: bool,
) -> Result<Reading, ReadError> {
    let (text, wrong) = source.text();
    let mut reading = Reading { lost: wrong.into_iter().collect(), ..Reading::default() };
    let mut variables = Variables::default();
    let mut entries = Vec::new();
    for (line, number) in text.lines().zip(1_u32..) {
        let place = source.place(number);
        match cron_line::read(line, is_system, variables.zone.as_deref()) {
            None => {}
            Some(Line::Variable(name, value)) => {
                if let Some(lost) = variables.set(&name, value) {
                    reading.lost.push(lost.at(place));
                }
            }
            Some(Line::Wrong(why)) => {
                let lost = Lost::new(line.trim(), why).at(place);
                reading.lost.push(lost);
            }
            Some(Line::Entry(entry)) => entries.push((entry, variables.clone(), place)),
        }
    }
    if entries.is_empty() {
        let error = ReadError::new("it has no entry that could be read").at(source.place(1));
        let help = "an entry is five times and a command; /etc/crontab and /etc/cron.d have a user \
                    between them: --from crontab or --from system-crontab";
        return Err(error.help(help).with(reading.lost));
    }
    let base = name.map_or_else(|| base_name(source.file_name()), str::to_owned);
    let owner = owner(source.path).filter(|_| !is_system);
    if owner.is_none() && !is_system {
        let why = "a user's crontab does not say whose it is";
        let instead = "add User= to the services; without it they run as root";
        reading.lost.push(Lost::new("the user", why).at(source.place(1)).instead(instead));
    }
    let is_one = entries.len() == 1;
    for ((entry, variables, place), number) in entries.into_iter().zip(1_usize..) {
        let name = if is_one { base.clone() } else { format!("{base}-{number}") };
        let mut definition = definition(name, &entry, &variables);
        definition.user = entry.user.or_else(|| owner.clone()).filter(|user| user != "root");
        if let Some(schedule) = &mut definition.schedule {
            schedule.place.clone_from(&place);
        }
        definition.places.extend(place.map(|place| ("start", place)));
        reading.definitions.push(definition);
    }
    Ok(reading)
}

/// A name for the services of a file.
fn base_name(file: &str) -> String {
    let is_fit = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let name: String = file.chars().map(|c| if is_fit(c) { c } else { '-' }).collect();
    match name.trim_start_matches(['-', '.']) {
        "" => "cron".to_owned(),
        name => name.to_owned(),
    }
}

/// Whose crontab lies there: /var/spool/cron has one for each user.
fn owner(path: &str) -> Option<String> {
    let (folder, file) = path.rsplit_once('/')?;
    let ends = ["/cron", "crontabs", "/tabs"];
    let is_spool = folder.contains("spool") && ends.iter().any(|end| folder.ends_with(end));
    is_spool.then(|| file.to_owned())
}

/// The variables that hold from a line on.
#[derive(Clone, Debug, Default)]
struct Variables {
    zone: Option<String>,
    shell: Option<String>,
    home: Option<String>,
    environment: Vec<(String, String)>,
}

impl Variables {
    fn set(&mut self, name: &str, value: String) -> Option<Lost> {
        match name {
            "CRON_TZ" => self.zone = Some(value).filter(|zone| !zone.is_empty()),
            "SHELL" => self.shell = Some(value),
            // No mail is what everything else sends.
            "MAILTO" | "MAILFROM" if value.is_empty() => {}
            "MAILTO" | "MAILFROM" | "CONTENT_TYPE" | "CONTENT_TRANSFER_ENCODING" => {
                let why = "only cron mails what a command writes; it goes to the log";
                let lost = Lost::new(format!("{name}={value}"), why);
                return Some(lost.instead("OnFailure= can start a unit that sends mail"));
            }
            "RANDOM_DELAY" | "START_HOURS_RANGE" => {
                let why = "only cron delays all entries of a file";
                let lost = Lost::new(format!("{name}={value}"), why);
                return Some(lost.instead("RandomizedDelaySec= of each timer"));
            }
            _ => {
                if name == "HOME" {
                    self.home = Some(value.clone());
                }
                self.environment.retain(|(known, _)| known != name);
                self.environment.push((name.to_owned(), value));
            }
        }
        None
    }
}

fn definition(name: String, entry: &Entry, variables: &Variables) -> Definition {
    let mut definition = Definition::new(name);
    let shell = variables.shell.as_deref().unwrap_or("/bin/sh");
    definition.description = Some(described(&entry.command));
    definition.start = vec![Command::of([shell, "-c", &entry.command])];
    definition.readiness = Readiness::Oneshot;
    definition.environment.clone_from(&variables.environment);
    definition.input.clone_from(&entry.input);
    definition.levels = vec![Level::Normal];
    // cron starts commands in the home of their user, or where HOME= says that is.
    let home = variables.home.clone().filter(|home| home.starts_with('/'));
    definition.directory = Some(home.unwrap_or_else(|| "~".to_owned()));
    if !entry.calendars.is_empty() {
        let random = u64::from(entry.random_minutes).saturating_mul(60_000_000);
        definition.schedule = Some(Schedule {
            calendars: entry.calendars.clone(),
            random_usec: (random > 0).then_some(random),
            // cron is punctual to the minute, so its timers are no less.
            accuracy_usec: Some(1_000_000),
            ..Schedule::default()
        });
        if random > 0 {
            let why = "the moment is drawn each time, not once a start of cron";
            definition.lost.push(Lost::change(entry.times.clone(), why));
        }
    }
    definition
}

/// The command in a line that is not too long.
fn described(command: &str) -> String {
    /// Characters of a command that a description shows.
    const MOST: usize = 60;
    let shown: String = command.chars().filter(|char| !char.is_control()).take(MOST).collect();
    let dots = if shown.len() < command.len() { "…" } else { "" };
    format!("{shown}{dots}")
}
