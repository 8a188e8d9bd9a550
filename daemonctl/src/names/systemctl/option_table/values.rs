//! Options whose arguments are lists or words of a vocabulary.

use unit::values::scalar::parse_signal;

use super::Flow;
use crate::names::systemctl::failure::Failure;
use crate::names::systemctl::options::{Options, TimeStyle};
use crate::names::systemctl::vocabulary;

fn words(value: &str) -> impl Iterator<Item = String> {
    value.split(',').filter(|word| !word.is_empty()).map(str::to_owned)
}

/// `-t`
pub fn types(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    if value.is_empty() {
        return Err(Failure::new("--type= requires arguments."));
    }
    for word in words(value) {
        if word == "help" {
            let head = if options.legend() { "Available unit types:\n" } else { "" };
            return Ok(Flow::Answer(format!("{head}{}", vocabulary::lines(vocabulary::TYPES))));
        } else if vocabulary::TYPES.contains(&&*word) {
            options.types.push(word);
        } else if vocabulary::LOAD_STATES.contains(&&*word) {
            options.states.push(word);
        } else {
            return Err(Failure::new(format!(
                "Unknown unit type or load state '{word}'.\nUse -t help to see a list of allowed \
                 values."
            )));
        }
    }
    Ok(Flow::On)
}

/// `--state`
pub fn states(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    if value.is_empty() {
        return Err(Failure::new("--state= requires arguments."));
    }
    if words(value).any(|word| word == "help") {
        return Ok(Flow::Answer(vocabulary::all_states(options.legend())));
    }
    options.states.extend(words(value));
    Ok(Flow::On)
}

/// `-p`
pub fn properties(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    options.properties.get_or_insert_default().extend(words(value));
    options.show_empty = true;
    Ok(Flow::On)
}

/// `-s`
pub fn signal(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    match value {
        "help" => return Ok(Flow::Answer(vocabulary::lines(&vocabulary::signals()))),
        "list" => {
            return Err(Failure::new("--signal=list is not supported: see daemonctl signals."));
        }
        _ => {}
    }
    let Some(signal) = parse_signal(value) else {
        return Err(Failure::new(format!("Failed to parse signal string \"{value}\".")));
    };
    options.signal = Some(signal);
    Ok(Flow::On)
}

/// `-o`
pub fn output(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    if value == "help" {
        return Ok(Flow::Answer(vocabulary::lines(vocabulary::OUTPUTS)));
    }
    if !vocabulary::OUTPUTS.contains(&value) {
        return Err(Failure::new(format!("Unknown output '{value}'.")));
    }
    options.output = Some(value.to_owned());
    if options.json().is_some() {
        options.legend = Some(false);
        options.plain = true;
    }
    Ok(Flow::On)
}

/// `--preset-mode`
pub fn preset_mode(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    if value == "help" {
        return Ok(Flow::Answer(vocabulary::lines(vocabulary::PRESET_MODES)));
    }
    if !vocabulary::PRESET_MODES.contains(&value) {
        return Err(Failure::new(format!("Failed to parse preset mode: {value}.")));
    }
    options.preset_mode = Some(value.to_owned());
    Ok(Flow::On)
}

/// `--what`
pub fn what(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    if value.is_empty() {
        return Err(Failure::new("--what= requires arguments."));
    }
    if words(value).any(|word| word == "help") {
        return Ok(Flow::Answer(vocabulary::lines(vocabulary::RESOURCES)));
    }
    options.what.extend(words(value));
    Ok(Flow::On)
}

/// `--timestamp`
pub fn timestamp(options: &mut Options, value: &str) -> Result<Flow, Failure> {
    options.time = match value {
        "help" => return Ok(Flow::Answer(vocabulary::lines(vocabulary::TIME_STYLES))),
        "pretty" => TimeStyle::Pretty,
        "us" | "µs" | "μs" => TimeStyle::Us,
        "utc" => TimeStyle::Utc,
        "us+utc" | "µs+utc" | "μs+utc" => TimeStyle::UsUtc,
        "unix" => TimeStyle::Unix,
        other => return Err(Failure::new(format!("Invalid value: {other}."))),
    };
    Ok(Flow::On)
}
