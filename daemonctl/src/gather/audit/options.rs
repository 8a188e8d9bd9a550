//! What known daemons' configurations say, line by line.

mod table;

use insight::snapshot::{ConfigOption, Place, Service};

use super::read::Reader;
use table::{KNOWN, Known, Syntax};

/// The options of a service's configuration. `names`: what its programs are called.
pub fn of_service(
    reader: &mut Reader<'_>,
    service: &Service,
    names: &[String],
) -> Vec<ConfigOption> {
    let mut found = Vec::new();
    for known in KNOWN
        .iter()
        .filter(|known| known.programs.iter().any(|name| names.iter().any(|own| own == name)))
    {
        let mut files: Vec<String> =
            known.files.iter().flat_map(|pattern| reader.matching(pattern)).collect();
        files.extend(
            service
                .config_files
                .iter()
                .map(|(path, _)| path.clone())
                .filter(|path| fits(known, path)),
        );
        files.sort();
        files.dedup();
        // Drop-ins of sshd are read first: its first value counts.
        if known.daemon == "sshd" {
            files.sort_by_key(|path| !path.contains(".d/"));
        }
        for file in files {
            let Some(text) = reader.text(&file) else { continue };
            parse(known, &file, &text, &mut found);
        }
        if known.takes_arguments {
            let main =
                service.processes.iter().find(|process| Some(process.pid) == service.main_pid);
            if let Some(process) = main.or(service.processes.first()) {
                arguments(known, &process.command, &mut found);
            }
        }
    }
    found.iter_mut().for_each(hide);
    found
}

fn fits(known: &Known, path: &str) -> bool {
    let end = match known.daemon {
        "postgresql" => "pg_hba.conf",
        "sshd" => "sshd_config",
        _ => return true,
    };
    path.ends_with(end)
}

/// What is secret is not kept.
fn hide(option: &mut ConfigOption) {
    let is_user = option.key == "user" && option.daemon == "redis";
    if super::secrets::is_secret_name(&option.key) && !option.value.is_empty() {
        option.value = "set".to_owned();
    } else if is_user {
        let words =
            option.value.split_whitespace().filter(|word| !word.starts_with(['>', '#', '<', '!']));
        option.value = words.collect::<Vec<_>>().join(" ");
    }
}

fn parse(known: &Known, path: &str, text: &str, found: &mut Vec<ConfigOption>) {
    let mut section = String::new();
    let mut above: Vec<(usize, String)> = Vec::new();
    for (raw, line) in text.lines().zip(1_u32..) {
        let trimmed = raw.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) || trimmed.starts_with("//") {
            continue;
        }
        // What holds for some clients only is not what holds for all.
        if known.daemon == "sshd" && trimmed.to_ascii_lowercase().starts_with("match ") {
            break;
        }
        let pair = match known.syntax {
            Syntax::Words => {
                let (key, value) = trimmed.split_once(char::is_whitespace).unwrap_or((trimmed, ""));
                Some((key.to_owned(), value.to_owned()))
            }
            Syntax::Ini(sections) => {
                if let Some(name) = trimmed.strip_prefix('[') {
                    section = name.trim_end_matches(']').to_ascii_lowercase();
                    continue;
                }
                let is_wanted =
                    sections.is_empty() || sections.iter().any(|start| section.starts_with(start));
                let (key, value) = trimmed.split_once('=').unwrap_or((trimmed, ""));
                is_wanted.then(|| {
                    (
                        key.trim().replace('_', if known.daemon == "mysql" { "-" } else { "_" }),
                        value.to_owned(),
                    )
                })
            }
            Syntax::Yaml => yaml(raw, &mut above),
            Syntax::Json => {
                let pair = trimmed.trim_end_matches(',').split_once(':');
                pair.map(|(key, value)| (key.trim().trim_matches('"').to_owned(), value.to_owned()))
            }
            Syntax::Lines(key) => Some((key.to_owned(), trimmed.to_owned())),
        };
        let Some((key, value)) = pair else { continue };
        // memcached's file holds its command line.
        let key = if known.daemon == "memcached" { key } else { key.to_ascii_lowercase() };
        let value = value
            .split(" #")
            .next()
            .unwrap_or_default()
            .trim()
            .trim_matches(['"', '\''])
            .to_owned();
        found.push(ConfigOption {
            daemon: known.daemon,
            key,
            value,
            place: Place { path: path.to_owned(), line },
        });
    }
}

fn yaml(raw: &str, above: &mut Vec<(usize, String)>) -> Option<(String, String)> {
    let depth = raw.len().saturating_sub(raw.trim_start().len());
    above.retain(|(known, _)| *known < depth);
    let (key, value) = raw.trim().split_once(':')?;
    let full = above.iter().map(|(_, key)| key.as_str()).chain([key]).collect::<Vec<_>>().join(".");
    if value.trim().is_empty() {
        above.push((depth, key.to_owned()));
        return None;
    }
    Some((full, value.to_owned()))
}

fn arguments(known: &Known, command: &str, found: &mut Vec<ConfigOption>) {
    let mut words = command.split_whitespace().skip(1).peekable();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            continue;
        }
        let (key, value) = match word.split_once('=') {
            Some((key, value)) => (key, value.to_owned()),
            None => (
                word,
                words
                    .peek()
                    .filter(|next| !next.starts_with('-'))
                    .map(|next| (*next).to_owned())
                    .unwrap_or_default(),
            ),
        };
        let key = if known.daemon == "memcached" { key } else { key.trim_start_matches('-') };
        let key = match key {
            "auth" if known.daemon == "mongodb" => "security.authorization",
            key => key,
        };
        let value = if key == "security.authorization" { "enabled".to_owned() } else { value };
        found.push(ConfigOption {
            daemon: known.daemon,
            key: key.to_owned(),
            value,
            place: Place::default(),
        });
    }
}
