//! The surroundings of processes in a unit file.

use unit::Value;
use unit::table::{Group, Kind};

use super::Unwritable;
use super::systemd_text::Text;
use crate::{Command, Definition, Directory, Lost, Output};

/// Folders that systemd makes by itself, and the directives for them.
const OWN: [(&str, &str); 5] = [
    ("/var/run/", "RuntimeDirectory"),
    ("/run/", "RuntimeDirectory"),
    ("/var/lib/", "StateDirectory"),
    ("/var/cache/", "CacheDirectory"),
    ("/var/log/", "LogsDirectory"),
];

/// The mode that they have where none is said.
const USUAL_MODE: u32 = 0o755;

pub(super) fn write(
    definition: &Definition,
    text: &mut Text,
    lost: &mut Vec<Lost>,
) -> Result<(), Unwritable> {
    let texts = [
        ("User", definition.user.clone()),
        ("Group", definition.group.clone()),
        ("RootDirectory", definition.root.clone()),
        ("WorkingDirectory", definition.directory.clone()),
    ];
    for (key, value) in texts {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text.text(Group::Exec, key, &value)?;
        }
    }
    if !definition.supplementary_groups.is_empty() {
        text.raw("SupplementaryGroups", &definition.supplementary_groups.join(" "));
    }
    if let Some(umask) = definition.umask {
        text.raw("UMask", &format!("{umask:04o}"));
    }
    environment(definition, text, lost)?;
    streams(definition, text)?;
    for limit in &definition.limits {
        let (soft, hard) = (limit.soft, limit.hard);
        let value = unit::values::Limit { soft, hard };
        text.raw(&format!("Limit{}", limit.name), &value.to_string());
    }
    scheduling(definition, text);
    directories(definition, text)?;
    for command in &definition.pre {
        text.command(definition, "ExecStartPre", command)?;
    }
    Ok(())
}

fn environment(
    definition: &Definition,
    text: &mut Text,
    lost: &mut Vec<Lost>,
) -> Result<(), Unwritable> {
    for (name, value) in &definition.environment {
        if !unit::values::environment::is_variable_name(name) {
            let why = "systemd takes letters, digits and _ for the name of a variable";
            lost.push(Lost::new(format!("the variable {name}"), why));
            continue;
        }
        let pair: (Box<str>, Box<str>) = (name.as_str().into(), value.as_str().into());
        text.put("Environment", Kind::Environment, &Value::Pairs(Box::new([pair])))?;
    }
    for file in &definition.environment_files {
        let dash = if file.is_optional { "-" } else { "" };
        text.text(Group::Exec, "EnvironmentFile", &format!("{dash}{}", file.path))?;
        // A file that a unit named was written for systemd; one that a script reads was not.
        if definition.place("environment_files").is_none() {
            let why = "systemd takes plain NAME=value lines of it, and nothing that a shell would \
                       work out";
            lost.push(Lost::change(file.path.clone(), why).at(definition.place("start")));
        }
    }
    Ok(())
}

fn streams(definition: &Definition, text: &mut Text) -> Result<(), Unwritable> {
    if let Some(input) = &definition.input {
        text.raw("StandardInput", "data");
        let body = input.strip_suffix('\n').unwrap_or(input);
        match body.is_empty() {
            true => text.raw("StandardInputData", "Cg=="),
            false => text.raw("StandardInputText", &escaped(body)),
        }
    }
    let rows = [("StandardOutput", &definition.output), ("StandardError", &definition.error)];
    for (key, output) in rows {
        let value = match output {
            None => continue,
            Some(Output::Log) => "journal".to_owned(),
            Some(Output::Null) => "null".to_owned(),
            Some(Output::Same) => "inherit".to_owned(),
            Some(Output::Append(path)) => format!("append:{path}"),
            Some(Output::Truncate(path)) => format!("truncate:{path}"),
        };
        if value.contains(char::is_control) {
            let message = format!("{key}= can't name a file with control characters in its name");
            return Err(Unwritable::new(message));
        }
        text.raw(key, &value.replace('%', "%%"));
    }
    Ok(())
}

/// A text with C escapes for what a line can't hold.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    let last = text.chars().count().saturating_sub(1);
    for (at, char) in text.chars().enumerate() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '%' => out.push_str("%%"),
            ' ' if at == 0 || at == last => out.push_str("\\x20"),
            char if char.is_ascii_control() => out.push_str(&format!("\\x{:02x}", u32::from(char))),
            char => out.push(char),
        }
    }
    out
}

fn scheduling(definition: &Definition, text: &mut Text) {
    if let Some(nice) = definition.nice {
        text.raw("Nice", &nice.clamp(-20, 19).to_string());
    }
    if let Some((policy, priority)) = &definition.cpu_scheduling {
        text.raw("CPUSchedulingPolicy", policy);
        if let Some(priority) = priority.filter(|priority| *priority > 0) {
            text.raw("CPUSchedulingPriority", &priority.to_string());
        }
    }
    if let Some((class, priority)) = &definition.io_scheduling {
        text.raw("IOSchedulingClass", class);
        if let Some(priority) = priority.filter(|_| class != "idle") {
            text.raw("IOSchedulingPriority", &priority.clamp(0, 7).to_string());
        }
    }
    if let Some(score) = definition.oom_score_adjust {
        text.raw("OOMScoreAdjust", &score.to_string());
    }
}

/// Folders: those that belong to the service's user by systemd's own directives, others by
/// install(1).
fn directories(definition: &Definition, text: &mut Text) -> Result<(), Unwritable> {
    let mut by_command: Vec<&Directory> = Vec::new();
    let mut own: Vec<(&str, Vec<&str>, u32)> = Vec::new();
    for directory in &definition.directories {
        let found = OWN.iter().find_map(|(prefix, key)| {
            let rest = directory.path.strip_prefix(prefix)?;
            (is_plain(rest) && is_of_service(definition, directory)).then_some((*key, rest))
        });
        let Some((key, rest)) = found else {
            by_command.push(directory);
            continue;
        };
        let mode = directory.mode.unwrap_or(USUAL_MODE);
        match own.iter_mut().find(|(known, _, _)| *known == key) {
            // One mode holds for all of a kind.
            Some((_, names, known)) if *known == mode => names.push(rest),
            Some(_) => by_command.push(directory),
            None => own.push((key, vec![rest], mode)),
        }
    }
    for (key, names, mode) in own {
        text.raw(key, &names.join(" "));
        if mode != USUAL_MODE {
            text.raw(&format!("{key}Mode"), &format!("{mode:04o}"));
        }
    }
    for directory in by_command {
        text.command(definition, "ExecStartPre", &made(definition, directory))?;
    }
    Ok(())
}

/// The command that makes a folder.
fn made(definition: &Definition, directory: &Directory) -> Command {
    let mode = format!("{:04o}", directory.mode.unwrap_or(USUAL_MODE));
    let mut argv: Vec<String> =
        ["/usr/bin/install", "-d", "-m", &mode].iter().map(|word| (*word).to_owned()).collect();
    let group = match directory.owner {
        None => directory.group.as_ref().or(definition.group.as_ref()),
        Some(_) => directory.group.as_ref(),
    };
    for (option, name) in
        [("-o", directory.owner.as_ref().or(definition.user.as_ref())), ("-g", group)]
    {
        if let Some(name) = name {
            argv.extend([option.to_owned(), name.clone()]);
        }
    }
    argv.push(directory.path.clone());
    Command { as_root: true, ..Command::of(argv) }
}

/// Whether the folder belongs to whom systemd would give it.
fn is_of_service(definition: &Definition, directory: &Directory) -> bool {
    let user = definition.user.as_deref().unwrap_or("root");
    let group = definition.group.as_deref();
    let is_own_group = |own: &str| Some(own) == group || (group.is_none() && own == user);
    directory.owner.as_deref().is_none_or(|owner| owner == user)
        && directory.group.as_deref().is_none_or(is_own_group)
}

fn is_plain(path: &str) -> bool {
    let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./+@".contains(&byte);
    let is_name = |part: &str| !matches!(part, "" | "." | "..");
    path.bytes().all(is_fit) && path.split('/').all(is_name)
}
