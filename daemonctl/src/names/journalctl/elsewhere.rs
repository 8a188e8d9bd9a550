//! Where systemd is not, and nothing keeps a journal: what is asked for is looked for where that machine
//! keeps it, in syslog files, in the kernel's ring buffer, and in files of the services' own.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;
use journal::set::Set;

use super::Tool;
use super::failure::Failure;
use super::settings::{Action, Lines, Settings};
use crate::cli::Cli;
use crate::commands;

/// Whether that is so: there is no journal, none was named, and no systemd that would keep one.
pub fn applies(settings: &Settings, set: &Set) -> bool {
    let names_one = settings.names_places()
        || settings.standard_input
        || settings.machine.is_some()
        || settings.namespace != journal::places::Namespace::Default;
    settings.action == Action::Show
        && !names_one
        && set.is_empty()
        && set.unread().is_empty()
        && !Path::new("/run/systemd/system").is_dir()
}

/// Shows it, as `daemonctl logs` does.
///
/// # Errors
/// Nothing can be read, or what is asked for is not there.
pub fn show(tool: &Tool, words: &[OsString]) -> Result<(), Failure> {
    let cli = Cli::try_parse_from(line(&tool.settings, words))
        .map_err(|error| Failure::new(error.to_string()))?;
    match commands::run(cli) {
        Ok(status) if status == ExitCode::SUCCESS => Ok(()),
        Ok(_) => Err(Failure::silent()),
        Err(failure) => {
            // It has been told in its own words.
            failure.report();
            Err(Failure::silent())
        }
    }
}

/// The same in the other command's words.
fn line(settings: &Settings, words: &[OsString]) -> Vec<OsString> {
    let mut line: Vec<OsString> = vec!["daemonctl".into(), "logs".into()];
    let mut option = |name: &str, value: &OsStr| {
        let mut word = OsString::from(format!("--{name}="));
        word.push(value);
        line.push(word);
    };
    option("output", settings.format.name().as_ref());
    let time = |usec: u64| format!("@{}.{:06}", usec / 1_000_000, usec % 1_000_000);
    if let Some(usec) = settings.since_usec {
        option("since", time(usec).as_ref());
    }
    if let Some(usec) = settings.until_usec {
        option("until", time(usec).as_ref());
    }
    if let Lines::Last(count) = settings.lines {
        option("lines", count.to_string().as_ref());
    }
    if settings.priorities != u8::MAX {
        let (best, worst) =
            (7 - settings.priorities.leading_zeros(), settings.priorities.trailing_zeros());
        option("priority", format!("{worst}..{best}").as_ref());
    }
    if let Some(pattern) = &settings.pattern {
        option("grep", pattern.as_ref());
    }
    settings.identifiers.iter().for_each(|name| option("identifier", name));
    if !settings.output_fields.is_empty() {
        let fields = settings.output_fields.join(&b',');
        option("output-fields", String::from_utf8_lossy(&fields).as_ref().as_ref());
    }
    for (name, is_said) in [
        ("--follow", settings.follow),
        ("--reverse", settings.reverse && !settings.follow),
        ("--kernel", settings.kernel),
        ("--utc", settings.utc),
        ("--no-hostname", settings.no_hostname),
        ("--all", settings.all),
        ("--no-full", !settings.full),
        ("--no-pager", settings.no_pager),
        ("--pager-end", settings.pager_end),
        ("--quiet", settings.quiet),
    ] {
        if is_said {
            line.push(name.into());
        }
    }
    line.push("--".into());
    // Services have no suffix there.
    let service = |unit: &String| unit.strip_suffix(".service").unwrap_or(unit).into();
    line.extend(settings.units.iter().map(service));
    line.extend(words.iter().cloned());
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::journalctl::grammar::Understood;

    #[test]
    fn what_is_asked_is_asked_in_other_words() {
        let said = |text: &str| {
            let args: Vec<OsString> = text.split(' ').map(OsString::from).collect();
            let Ok(Understood::Do(settings, words)) = Settings::parse("journalctl", &args, 0)
            else {
                panic!("{text}");
            };
            let line = line(&settings, &words);
            assert!(Cli::try_parse_from(&line).is_ok(), "{line:?}");
            line.iter()
                .skip(2)
                .map(|word| word.to_string_lossy().into_owned())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(said("-u nginx.service -f"), "--output=short --lines=10 --follow -- nginx");
        assert_eq!(
            said("-p warning..err -k -n5 --since=@12.5 -o cat -g x"),
            "--output=cat --since=@12.500000 --lines=5 --priority=3..4 --grep=x --reverse --kernel --quiet --"
        );
        assert_eq!(
            said("-t cron _PID=1 + _PID=2"),
            "--output=short --identifier=cron -- _PID=1 + _PID=2"
        );
    }
}
