//! Entries of /etc/cron.d: how timed services run where the manager knows no times.

use unit::time::Calendar;

use super::{OutFile, Unwritable, sh};
use crate::calendar::to_cron;
use crate::shell::quote;
use crate::{Definition, Lost, Output, RestartPolicy};

/// The longest command that cron takes (Debian's cron: MAX_COMMAND).
const LONGEST: usize = 990;

/// Writes a timed service as a file of /etc/cron.d.
///
/// # Errors
/// cron has no such times, or can't hold the command.
pub fn write_cron(definition: &Definition, lost: &mut Vec<Lost>) -> Result<OutFile, Unwritable> {
    let Some(schedule) = &definition.schedule else {
        return Err(Unwritable::new(format!("{} has no times", definition.name)));
    };
    let refused = |message: String| Unwritable::new(message).at(schedule.place.clone());
    if let Some((name, _)) = schedule.spans.first() {
        let message = format!("cron runs things at dates and times of day; {name}= is neither");
        return Err(refused(message).help("say it as a calendar event: OnCalendar="));
    }
    let mut times = Vec::new();
    for calendar in &schedule.calendars {
        let parsed = Calendar::parse(calendar).map_err(|problem| {
            refused(format!("{calendar} is no calendar event: {}", problem.message))
        })?;
        let fields = to_cron(&parsed)
            .map_err(|why| refused(format!("cron can't say \"{calendar}\": {why}")))?;
        times.push(fields);
    }
    if times.is_empty() {
        return Err(refused(format!("{} has no times", definition.name)));
    }
    if schedule.is_persistent {
        let why = "cron does not make up for times that were missed while the machine was off";
        lost.push(
            Lost::new("Persistent=yes", why).at(schedule.place.clone()).instead("anacron does"),
        );
    }
    if schedule.random_usec.is_some() {
        let why = "cron runs things at once when it is time";
        lost.push(Lost::new("RandomizedDelaySec=", why).at(schedule.place.clone()));
    }
    let command = command(definition, lost)?;
    let user = definition.user.as_deref().unwrap_or("root");
    let mut text = String::new();
    if let Some(description) = &definition.description {
        text.push_str(&format!("# {}\n", sh::one_line(description)));
    }
    text.push_str(
        "SHELL=/bin/sh\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n",
    );
    for fields in times {
        text.push_str(&format!("{fields} {user} {command}\n"));
    }
    // cron passes over files of that folder with a dot in their name.
    let name = definition.name.replace(['.', '@', ':', '+', '\\'], "-");
    Ok(OutFile { path: format!("/etc/cron.d/{name}"), text, mode: 0o644 })
}

/// The command with its surroundings, in one line.
fn command(definition: &Definition, lost: &mut Vec<Lost>) -> Result<String, Unwritable> {
    let mut parts: Vec<String> = Vec::new();
    if let Some(directory) = definition.directory.as_deref().filter(|path| *path != "~") {
        parts.push(format!("cd {}", quote(directory)));
    }
    if let Some(umask) = definition.umask {
        parts.push(format!("umask {umask:04o}"));
    }
    for line in sh::environment(definition, lost).into_iter().chain(sh::limits(definition, lost)) {
        parts.push(if line.contains("||") { format!("{{ {line}; }}") } else { line });
    }
    let steps = definition.pre.iter().chain(&definition.start).chain(&definition.post);
    for command in steps {
        let text = sh::line(&command.argv);
        parts.push(match command.ignores_failure {
            true => format!("{{ {text} || true; }}"),
            false => text,
        });
    }
    let mut text = parts.join(" && ");
    let stream = |output: &Option<Output>| match output {
        Some(Output::Append(path)) => Some(format!(">>{}", quote(path))),
        Some(Output::Truncate(path)) => Some(format!(">{}", quote(path))),
        Some(Output::Null) => Some(">/dev/null".to_owned()),
        _ => None,
    };
    let output = stream(&definition.output);
    let error = match &definition.error {
        Some(Output::Same) => Some("2>&1".to_owned()),
        other => stream(other).map(|stream| format!("2{stream}")),
    };
    if output.is_some() || error.is_some() {
        let streams: Vec<String> = output.into_iter().chain(error).collect();
        text = format!("{{ {text}; }} {}", streams.join(" "));
    }
    unsaid(definition, lost);
    let place = definition.place("start");
    if text.contains('\n') {
        let message = "cron takes a command in one line, and this one has a line end in it";
        return Err(Unwritable::new(message).at(place).help("put it into a script, and run that"));
    }
    text = text.replace('%', "\\%");
    if let Some(input) = &definition.input {
        let input = input.strip_suffix('\n').unwrap_or(input).replace('%', "\\%");
        text.push_str(&format!("%{}", input.replace('\n', "%")));
    }
    if text.len() > LONGEST {
        let message =
            format!("cron takes commands of {LONGEST} bytes; this one has {}", text.len());
        return Err(Unwritable::new(message).at(place).help("put it into a script, and run that"));
    }
    Ok(text)
}

/// What an entry of cron can't hold.
fn unsaid(definition: &Definition, lost: &mut Vec<Lost>) {
    let mut lose = |what: &str, field: &str| {
        let why = "an entry of cron has no such thing";
        lost.push(Lost::new(what, why).at(definition.place(field)));
    };
    if definition.restart.policy != RestartPolicy::No {
        lose("Restart=", "restart");
    }
    if definition.group.is_some() {
        lose("the group", "group");
    }
    if definition.root.is_some() {
        lose("the root directory", "root");
    }
    if definition.nice.is_some() || definition.io_scheduling.is_some() {
        lose("scheduling", "nice");
    }
    for directory in &definition.directories {
        lose(&format!("the folder {}", directory.path), "directories");
    }
    for condition in &definition.conditions {
        lose(&format!("the condition on {}", condition.path), "conditions");
    }
    for dependency in &definition.dependencies {
        lose(&format!("the dependency on {}", dependency.name), "dependencies");
    }
}
