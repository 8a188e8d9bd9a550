//! `--property KEY=VALUE`, read as in a unit file.

use bus::Named;
use unit::diagnostic::Problem;
use unit::table::{Group, Id, Kind, suggest, suggest_anywhere};
use unit::values::{self, Parsed};
use unit::{Facts, Name, Severity, UnitType};

use super::encode::{NotSent, Types, encode};
use crate::failure::Failure;

/// The properties that one `KEY=VALUE` comes to. The directive may be one of any section that a
/// unit of this type has.
///
/// # Errors
/// There is no such directive, its value is wrong, or this manager can't be given it.
pub fn property(text: &str, name: &Name, types: &Types) -> Result<Vec<Named>, Failure> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Failure::usage(format_args!("--property {text}: there is no \"=\" in it"))
            .hint("write it as in a unit file: --property MemoryMax=1G"));
    };
    let (key, value) = (key.trim(), value.trim());
    let unit = name.unit_type();
    let sections = ["Unit"].into_iter().chain(unit.section());
    let found = sections.filter_map(|section| Id::in_section(section, unit, key)).next_back();
    let Some((id, _)) = found else { return Err(no_such(key, unit)) };
    let directive = id.directive();
    let wrong = |why: &str| Failure::usage(format_args!("--property {key}: {why}"));
    if id.group() == Group::Install {
        return Err(wrong("a transient unit has no [Install] section"));
    }
    match parse(value, id, name) {
        Ok(Parsed::Value(parsed)) => {
            encode(id.group(), directive, &parsed, types).map_err(|reason| match reason {
                NotSent::Unknown => {
                    wrong("this manager does not know it, or not in transient units")
                        .hint("daemonctl directives tells since which version of systemd it exists")
                }
                NotSent::Form => wrong("it can't be given to a transient unit in this form")
                    .hint("put it into a unit file: daemonctl install, or systemctl edit"),
            })
        }
        // Nothing was assigned before.
        Ok(Parsed::Reset) => Ok(Vec::new()),
        Ok(Parsed::Ignored) if directive.kind == Kind::Anything => {
            let instead = directive.status.instead().unwrap_or("nothing");
            Err(wrong("it has no effect any more").hint(format_args!("use {instead}")))
        }
        Ok(Parsed::Ignored) => Err(wrong("its value is wrong")),
        Err(failure) => Err(failure),
    }
}

fn parse(value: &str, id: Id, name: &Name) -> Result<Parsed, Failure> {
    let directive = id.directive();
    // A transient unit takes every text as it is: "%" stands for itself.
    let literal;
    let value = if values::knows_specifiers(directive.kind) {
        literal = value.replace('%', "%%");
        &literal
    } else {
        value
    };
    let facts = Facts::default();
    let expander = unit::specifier::Expander::new(&facts, name);
    let context = values::Context { directive, unit: name.unit_type(), expander: &expander };
    let mut problems = Vec::new();
    let parsed = values::parse(value, &context, &mut problems);
    let usable = matches!(parsed, Parsed::Value(_));
    // What systemd merely advises against (to run as "nobody") is for whoever asks for it to know.
    let advice_only = usable && matches!(directive.kind, Kind::User | Kind::Users);
    let is_wrong = |problem: &Problem| problem.severity > Severity::Hint && !advice_only;
    match problems.into_iter().find(is_wrong) {
        None => Ok(parsed),
        Some(problem) => {
            let failure =
                Failure::usage(format_args!("--property {}: {}", directive.name, problem.message));
            Err(match problem.help {
                Some(help) => failure.hint(help),
                None => failure,
            })
        }
    }
}

fn no_such(key: &str, unit: UnitType) -> Failure {
    let failure = Failure::usage(format_args!("--property {key}: there is no such directive"));
    let section = unit.section().unwrap_or("Unit");
    match suggest(section, unit, key).or_else(|| suggest_anywhere(key)) {
        Some(near) => failure.hint(format_args!("did you mean {near}=?")),
        None => failure.hint("daemonctl directives lists them"),
    }
}
