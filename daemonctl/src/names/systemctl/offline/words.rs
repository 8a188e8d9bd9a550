//! What is said of what an operation on files came to, in systemctl's words.

use unit::install::{Failure as Refusal, Note, Why};

use crate::names::systemctl::{Tool, unit_files};

/// What the C library says of what a refusal comes to.
pub fn errno(refusal: &Refusal) -> &'static str {
    match refusal.why {
        Why::NoSuchUnit => "No such file or directory",
        Why::Name | Why::NoTemplates => "Invalid argument",
        Why::Masked => "Operation not possible due to RF-kill",
        Why::Generated => "Cannot assign requested address",
        _ => "Too many levels of symbolic links",
    }
}

/// Says what is worth knowing besides.
pub fn say_note(tool: &Tool, verb: &str, note: &Note) {
    match note {
        Note::Masked(unit) => tool.note(&format!("Unit {unit} is masked, ignoring.")),
        Note::Dangling(unit) => {
            tool.note(&format!("Unit {unit} is an alias to a unit that is not present, ignoring."));
        }
        Note::MissingTarget(target, unit) => tool.note(&format!(
            "Unit {unit} is added as a dependency to a non-existent unit {target}."
        )),
        Note::Also(refusal) => {
            tool.note(&format!("Failed to enable auxiliary unit {}, ignoring.", refusal.what));
        }
        Note::Skipped(refusal) => tool.note(&refused(verb, refusal)),
        Note::Line(file, line, problem) => tool.note(&format!("{file}:{line}: {problem}")),
        Note::NothingToInstall if verb != "preset" && verb != "disable" => {
            if !tool.options.no_warn {
                unit_files::say_nothing_to_install(tool);
            }
        }
        Note::NothingToInstall | Note::NoSuchUnit(_) => {}
    }
}

/// Why something was refused.
pub fn refused(verb: &str, refusal: &Refusal) -> String {
    let what = &refusal.what;
    let why = match &refusal.why {
        Why::Exists(Some(target)) => {
            format!("file \"{what}\" already exists and is a symlink to \"{target}\"")
        }
        Why::Exists(None) => format!("file \"{what}\" already exists"),
        Why::Masked => format!("unit {what} is masked"),
        Why::Generated => format!("unit {what} is transient or generated"),
        Why::BelowUnitFolders => {
            format!("file {what} is under the systemd unit hierarchy already")
        }
        Why::Specifier(_) => format!("invalid specifier in \"{what}\""),
        Why::Name => format!("\"{what}\" is not a valid unit name"),
        Why::IsLink => format!("refusing to operate on linked unit file {what}"),
        Why::Alias(unit, _) => format!("cannot alias {unit} as {what}"),
        Why::Reference => format!("invalid unit reference \"{what}\""),
        Why::NoSuchUnit => format!("unit {what} does not exist"),
        Why::WantsInstance(unit) => {
            return format!(
                "Failed to {verb} {unit}, destination unit {what} is a non-template unit."
            );
        }
        _ => format!("{refusal}"),
    };
    format!("Failed to {verb} unit, {why}.")
}
