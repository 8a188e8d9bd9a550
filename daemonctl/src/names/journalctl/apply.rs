//! What options do that do more than set one thing.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::failure::Failure;
use super::grammar::Words;
use super::option_table::{Done, Flow};
use super::settings::{Action, BootChoice, Lines, Settings, text};
use super::{help, values};

/// A path.
pub fn path(value: Option<&OsStr>) -> Option<PathBuf> {
    value.map(PathBuf::from)
}

/// `--pager-end`
pub fn pager_end(settings: &mut Settings, _: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.pager_end = true;
    if settings.lines == Lines::Unsaid {
        settings.lines = Lines::Last(1000);
    }
    settings.boot = settings.boot.or(Some(BootChoice::default()));
    Ok(Flow::On)
}

/// `--output`
pub fn output(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    let name = text(value);
    if name == "help" {
        return Ok(Flow::Answer(help::formats()));
    }
    settings.format = values::format(&name)?;
    settings.quiet |= settings.format.is_quiet();
    Ok(Flow::On)
}

/// `--lines`: a number that is the next word counts too.
pub fn lines(settings: &mut Settings, value: Option<&OsStr>, words: &mut Words<'_>) -> Done {
    if let Some(value) = value {
        let value = value.to_string_lossy();
        settings.lines = values::lines(&value)
            .ok_or_else(|| Failure::new(format!("Failed to parse lines '{value}'")))?;
        return Ok(Flow::On);
    }
    settings.lines = Lines::Last(10);
    // No value in the same word: the next one may be meant for it.
    if let Some(lines) = words.following().and_then(|next| values::lines(next.to_str()?)) {
        settings.lines = lines;
        words.take();
    }
    Ok(Flow::On)
}

/// `--boot`: a boot that is the next word counts too.
pub fn boot(settings: &mut Settings, value: Option<&OsStr>, words: &mut Words<'_>) -> Done {
    settings.boot = Some(BootChoice::default());
    if let Some(value) = value {
        let value = value.to_string_lossy();
        let bad = || Failure::new(format!("Failed to parse boot descriptor '{value}'"));
        settings.boot = values::boot(&value).ok_or_else(bad)?;
    } else if let Some(boot) = words.following().and_then(|next| values::boot(next.to_str()?)) {
        settings.boot = boot;
        words.take();
    }
    Ok(Flow::On)
}

/// `--dmesg`
pub fn dmesg(settings: &mut Settings, _: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.kernel = true;
    settings.boot = settings.boot.or(Some(BootChoice::default()));
    Ok(Flow::On)
}

/// `--file`
pub fn file(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    let value = value.unwrap_or_default();
    if value == "-" {
        settings.standard_input = true;
        return Ok(Flow::On);
    }
    settings.files.extend(values::files(value));
    Ok(Flow::On)
}

/// `--root`
pub fn root(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.root = values::root(value.unwrap_or_default())?;
    Ok(Flow::On)
}

/// `--identifier`
pub fn identifier(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.identifiers.push(value.unwrap_or_default().to_owned());
    Ok(Flow::On)
}

/// `--exclude-identifier`
pub fn exclude_identifier(
    settings: &mut Settings,
    value: Option<&OsStr>,
    _: &mut Words<'_>,
) -> Done {
    settings.excluded_identifiers.push(value.unwrap_or_default().as_bytes().to_vec());
    Ok(Flow::On)
}

/// `--facility`
pub fn facility(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    for word in text(value).split(',').filter(|word| !word.is_empty()) {
        if word == "help" {
            return Ok(Flow::Answer(help::facilities(settings.quiet)));
        }
        settings.facilities.push(values::facility(word)?);
    }
    Ok(Flow::On)
}

/// `--case-sensitive`
pub fn case_sensitive(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.case = values::case(value.map(|value| value.to_string_lossy()).as_deref())?;
    Ok(Flow::On)
}

/// `--interval`
pub fn interval(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.interval_usec = values::interval(&text(value))?;
    Ok(Flow::On)
}

/// `--verify-key`
pub fn verify_key(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    settings.verify_key = Some(text(value));
    settings.action = Action::Verify;
    settings.merge = false;
    Ok(Flow::On)
}

/// A point in time.
pub fn time(settings: &Settings, value: Option<&OsStr>) -> Result<u64, Failure> {
    values::time(&text(value), settings.now_usec)
}

/// `--smart-relinquish-var`
pub fn smart_relinquish_var(settings: &mut Settings, _: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    if values::is_on_root_file_system("/var/log/journal/") {
        return Ok(Flow::Answer(String::new()));
    }
    settings.action = Action::RelinquishVar;
    Ok(Flow::On)
}

/// `--vacuum-size` and its kin
pub fn vacuum(settings: &mut Settings) -> Flow {
    settings.action = match settings.action {
        Action::Rotate => Action::RotateAndVacuum,
        _ => Action::Vacuum,
    };
    Flow::On
}

/// `--output-fields`
pub fn output_fields(settings: &mut Settings, value: Option<&OsStr>, _: &mut Words<'_>) -> Done {
    for word in text(value).split(',').filter(|word| !word.is_empty()) {
        let word = word.as_bytes().to_vec();
        if !settings.output_fields.contains(&word) {
            settings.output_fields.push(word);
        }
    }
    Ok(Flow::On)
}
