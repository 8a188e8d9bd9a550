//! supervisord.conf: each program is a service, and so is each of its processes.

use super::ini::{self, Section};
use super::supervisord_program::{self as program, Shared};
use super::supervisord_words as words;
use super::{ReadError, Reading, Source};
use crate::{Link, Lost};

/// Sections that say nothing of programs: supervisord's own.
const OWN: [&str; 4] = ["unix_http_server", "inet_http_server", "supervisorctl", "ctlplugin"];

/// Reads a configuration.
pub(super) fn read(source: &Source<'_>, name: Option<&str>) -> Result<Reading, ReadError> {
    let (text, wrong) = source.text();
    let mut reading = Reading { lost: wrong.into_iter().collect(), ..Reading::default() };
    let mut wrong = Vec::new();
    let sections = ini::read(&text, &mut |line, number| wrong.push((line.to_owned(), number)));
    for (line, number) in wrong {
        let why = "it is no \"key = value\" of a section";
        reading.lost.push(Lost::new(line, why).at(source.place(number)));
    }
    let shared = shared(source, &sections, &mut reading);
    let mut found = Vec::new();
    for section in &sections {
        match section.name.split_once(':') {
            Some(("program", name)) => {
                found.extend(program::read(source, section, name.trim(), &shared));
            }
            _ => other(source, section, &mut reading),
        }
    }
    if found.is_empty() {
        let error = ReadError::new("it has no [program:…] section").at(source.place(1));
        return Err(error.with(reading.lost));
    }
    match (name, found.as_mut_slice()) {
        (Some(name), [one]) => name.clone_into(&mut one.definition.name),
        (Some(name), many) => {
            for one in many {
                one.definition.name = format!("{name}-{}", one.definition.name);
            }
        }
        (None, _) => {}
    }
    order(&mut found);
    reading.definitions.extend(found.into_iter().map(|found| found.definition));
    Ok(reading)
}

/// A section that is no program.
fn other(source: &Source<'_>, section: &Section, reading: &mut Reading) {
    let place = source.place(section.line);
    let what = format!("[{}]", section.name);
    let kind = section.name.split(':').next().unwrap_or_default();
    let (why, instead) = match kind {
        "supervisord" => return,
        "eventlistener" => (
            "supervisord itself speaks with it, over a protocol of its own".to_owned(),
            "OnFailure= and OnSuccess= start units when others end",
        ),
        "fcgi-program" => (
            "supervisord itself opens its socket".to_owned(),
            "a socket unit can hand one over: ListenStream= and StandardInput=socket",
        ),
        "group" => {
            let programs = section.entries.iter().find(|entry| entry.key == "programs");
            let programs = programs.map_or(String::new(), |entry| entry.value.replace('\n', " "));
            (
                format!("services have no groups; {programs} stay services of their own"),
                "a target with Wants= starts several at once, PartOf= stops them with it",
            )
        }
        "include" => {
            for entry in &section.entries {
                let what = format!("[include] {}", entry.source());
                let lost = Lost::new(what, "files that it names are files of their own");
                let lost = lost.at(source.place(entry.line));
                reading.lost.push(lost.instead("convert each of them, too"));
            }
            return;
        }
        kind if OWN.contains(&kind) || kind == "rpcinterface" => (
            "it is about supervisord itself, not about a program".to_owned(),
            "daemonctl and the init's own tools drive the services",
        ),
        _ => {
            let lost = Lost::new(what, "supervisord has no such section").at(place);
            reading.lost.push(lost);
            return;
        }
    };
    reading.lost.push(Lost::new(what, why).at(place).instead(instead));
}

/// What `[supervisord]` says that holds for all programs.
fn shared(source: &Source<'_>, sections: &[Section], reading: &mut Reading) -> Shared {
    let mut shared = Shared::default();
    for section in sections.iter().filter(|section| section.name == "supervisord") {
        for entry in &section.entries {
            let place = source.place(entry.line);
            match entry.key.as_str() {
                "environment" => match words::environment(&entry.value) {
                    Ok(pairs) => shared.environment.extend(pairs),
                    Err(why) => reading.lost.push(Lost::new(entry.source(), why).at(place)),
                },
                "umask" => shared.umask = super::account::mode(&entry.value),
                "user" => shared.user = Some(entry.value.clone()),
                "minfds" => shared.files = entry.value.parse().ok(),
                "minprocs" => shared.processes = entry.value.parse().ok(),
                "directory" => shared.directory = Some(entry.value.clone()),
                _ => {
                    let what = format!("[supervisord] {}", entry.source());
                    let why = "it is about supervisord itself, not about a program";
                    reading.lost.push(Lost::new(what, why).at(place));
                }
            }
        }
    }
    shared
}

/// Lower priorities start first.
fn order(found: &mut [program::Found]) {
    let priorities: Vec<(i64, String)> =
        found.iter().map(|found| (found.priority, found.definition.name.clone())).collect();
    for one in found {
        // The nearest lower priority is enough: those have theirs.
        let lower = priorities.iter().filter(|(priority, _)| *priority < one.priority);
        let Some(nearest) = lower.map(|(priority, _)| *priority).max() else { continue };
        for (_, name) in priorities.iter().filter(|(priority, _)| *priority == nearest) {
            let place = one.definition.place("priority");
            one.definition.depends(Link::After, name.clone(), place);
        }
    }
}
