//! Files that the output of a script's daemon goes to: `>> FILE`, `--output FILE`, `output_log`, and what is called as
//! the service is.

use insight::snapshot::{Definition, Service};

use super::{read, substitute, variables};
use crate::gather::Gatherer;
use crate::logs::service_files;

/// Settings of units and scripts that name such a file.
const KEYS: [&str; 4] = ["StandardOutput", "StandardError", "output_log", "error_log"];
/// Options of start-stop-daemon(8), supervise-daemon(8) and of many daemons.
const OPTIONS: [&str; 10] = [
    "--output",
    "--stdout",
    "--stderr",
    "--logfile",
    "--log-file",
    "--log_file",
    "--log",
    "--error-log",
    "--error_log",
    "--errorlog",
];
/// What is no log whatever is written there.
const NEVER: [&str; 4] = ["/dev/", "/proc/", "/sys/", "/run/"];
/// So many are enough.
const MOST: usize = 16;

/// The files, as far as they are there and are text.
pub fn of(gatherer: &Gatherer<'_>, service: &Service) -> Vec<String> {
    let Some(definition) = &service.definition else { return Vec::new() };
    let mut found = of_settings(definition);
    let has_script = definition.language != insight::snapshot::Language::Unit;
    for command in &definition.commands {
        named(command.arguments.iter().map(String::as_str), &mut found);
        for text in command.arguments.iter().filter(|text| text.contains('>')) {
            named(words(text), &mut found);
        }
    }
    if has_script {
        let script = definition.files.first().and_then(|path| read(&gatherer.inside(path)));
        of_script(&script.unwrap_or_default(), definition, &mut found);
        let name = &service.name;
        found.extend(["log", "err", "out"].map(|end| format!("/var/log/{name}.{end}")));
        found.extend(in_folder(gatherer, &format!("/var/log/{name}")));
    }
    found.retain(|path| {
        let is_log = !NEVER.iter().any(|start| path.starts_with(start)) && !path.ends_with(".pid");
        is_log && service_files::is_text(&gatherer.inside(path))
    });
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()));
    found.truncate(MOST);
    found
}

fn of_settings(definition: &Definition) -> Vec<String> {
    let is_log = |key: &str| {
        let key = key.to_ascii_lowercase();
        KEYS.iter().any(|known| known.eq_ignore_ascii_case(&key))
            || key.ends_with("log")
            || key.ends_with("logfile")
            || key.ends_with("log_file")
    };
    let settings = definition.settings.iter().filter(|setting| is_log(&setting.key));
    let paths = settings.filter_map(|setting| {
        let value = setting.value.as_str();
        let path = value
            .split_once(":/")
            .map_or(value, |(_, _)| value.split_once(':').map_or(value, |(_, path)| path));
        path.starts_with('/').then(|| path.to_owned())
    });
    paths.collect()
}

fn of_script(text: &str, definition: &Definition, found: &mut Vec<String>) {
    let variables = variables(&definition.settings);
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if line.contains('>') || OPTIONS.iter().any(|option| line.contains(option)) {
            named(words(&substitute(line, &variables)), found);
        }
    }
}

/// Words of a shell's line; quotes part them as well, since they hold other lines.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', '\t', '"', '\'', ';', '(', ')', '\\']).filter(|word| !word.is_empty())
}

/// What redirections and options name.
fn named<'w>(words: impl Iterator<Item = &'w str>, found: &mut Vec<String>) {
    let mut is_next = false;
    for word in words {
        let behind = word.rsplit_once('>').map(|(_, path)| path);
        let value = word.split_once('=').filter(|(option, _)| OPTIONS.contains(option));
        let path = match (is_next, behind, value) {
            (_, Some(path), _) | (_, None, Some((_, path))) => path,
            (true, None, None) => word,
            (false, None, None) => "",
        };
        is_next = path.is_empty() && (behind.is_some() || OPTIONS.contains(&word));
        if path.starts_with('/') {
            found.push(path.trim_end_matches('&').to_owned());
        }
    }
}

fn in_folder(gatherer: &Gatherer<'_>, folder: &str) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(gatherer.inside(folder)) else { return Vec::new() };
    let names = entries.flatten().take(64).filter_map(|entry| entry.file_name().into_string().ok());
    let is_log = |name: &String| [".log", ".err", ".out"].iter().any(|end| name.ends_with(end));
    let mut paths: Vec<String> =
        names.filter(is_log).map(|name| format!("{folder}/{name}")).collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_line(line: &str) -> Vec<String> {
        let mut found = Vec::new();
        of_script(line, &Definition::default(), &mut found);
        found
    }

    #[test]
    fn redirections_and_options_name_files() {
        let line = r#"start-stop-daemon --start --exec /bin/sh -- -c "exec /opt/shop >> /var/log/a.log 2>&1""#;
        assert_eq!(of_line(line), ["/var/log/a.log"]);
        assert_eq!(
            of_line("/opt/shop >/var/log/b.log 2>/var/log/c.log &"),
            ["/var/log/b.log", "/var/log/c.log"]
        );
        assert_eq!(
            of_line("ssd --output /var/log/d.log --stderr=/var/log/e.log -- x"),
            ["/var/log/d.log", "/var/log/e.log"]
        );
        assert_eq!(of_line("# x > /var/log/no.log"), Vec::<String>::new());
        assert_eq!(of_line("test $A -gt 3 && echo /x"), Vec::<String>::new());
    }
}
