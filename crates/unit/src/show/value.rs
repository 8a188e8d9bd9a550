//! Values by their kind: how most properties are printed.

use super::{Lines, Show, one, text, yes_no};
use crate::{
    table::{Directive, Kind},
    time::span::{format_nsec, format_usec},
    values::{Amount, Value, scalar::format_permyriad},
};

/// The lines of a property whose settings have these values, in order.
pub(super) fn lines(show: &Show<'_>, directive: &'static Directive, values: &[&Value]) -> Lines {
    let Some(last) = values.last() else { return Some(unset(directive)) };
    match last {
        Value::Command(_) => Some(commands(values)),
        Value::List(_) => one(text::join(values.iter().flat_map(|value| list(value)))),
        Value::Pairs(_) => Some(pairs(values)),
        Value::Names(_) => one(names(values)),
        Value::Text(_) if directive.merge != crate::table::Merge::Last => {
            one(text::join(values.iter().filter_map(|value| value_text(value))))
        }
        value => scalar(show, directive, value),
    }
}

/// What is printed of a scalar that nobody set and that has no default.
fn unset(directive: &Directive) -> Vec<String> {
    match directive.kind {
        Kind::ExitStatus | Kind::Weight(_) => vec!["[not set]".to_owned()],
        Kind::Bool => vec!["no".to_owned()],
        _ => Vec::new(),
    }
}

fn list(value: &Value) -> impl Iterator<Item = &str> {
    let words: &[Box<str>] = match value {
        Value::List(words) => words,
        _ => &[],
    };
    words.iter().map(|word| &**word)
}

fn value_text(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text),
        Value::Word(word) => Some(word),
        _ => None,
    }
}

fn names(values: &[&Value]) -> String {
    let names = values.iter().flat_map(|value| match value {
        Value::Names(names) => &**names,
        _ => &[],
    });
    text::join(names.map(crate::name::Name::as_str))
}

/// Commands: what files say of them.
fn commands(values: &[&Value]) -> Vec<String> {
    let commands = values.iter().filter_map(|value| match value {
        Value::Command(command) => Some(command),
        _ => None,
    });
    commands
        .flat_map(|command| command.lines())
        .map(|line| {
            let ignored = yes_no(line.prefixes.ignores_failure);
            let argv: Vec<&str> = line.argv().collect();
            format!(
                "{{ path={} ; argv[]={} ; ignore_errors={ignored} }}",
                line.path,
                argv.join(" ")
            )
        })
        .collect()
}

fn pairs(values: &[&Value]) -> Vec<String> {
    let pairs = values.iter().flat_map(|value| match value {
        Value::Pairs(pairs) => &**pairs,
        _ => &[],
    });
    pairs.map(|(name, value)| format!("{name}:{value}")).collect()
}

/// One value.
fn scalar(show: &Show<'_>, directive: &'static Directive, value: &Value) -> Lines {
    let text = match value {
        Value::Flag(flag) => yes_no(*flag).to_owned(),
        Value::Integer(number) => number.to_string(),
        Value::Usec(usec) => format_usec(*usec, 1),
        Value::Nsec(nsec) => format_nsec(*nsec),
        Value::Bytes(bytes) => bytes.to_string(),
        Value::Amount(amount) => return self::amount(show, directive, *amount),
        Value::Mode(mode) => format!("{mode:04o}"),
        Value::Signal(signal) => signal.to_string(),
        Value::Mask(mask) => format!("0x{mask:x}"),
        Value::Word(word) => (*word).to_owned(),
        Value::Text(text) if text.contains('\n') => "[unprintable]".to_owned(),
        Value::Text(text) => text.to_string(),
        Value::Limit(limit) => limit.to_string(),
        other => other.written(directive.kind).to_string(),
    };
    one(text)
}

/// Bytes of memory, or `infinity`; shares are of the machine's.
fn amount(show: &Show<'_>, directive: &Directive, amount: Amount) -> Lines {
    let whole = match (amount, directive.kind) {
        (Amount::Share(_), Kind::Amount) => return share_of_memory(show, amount),
        (Amount::Share(share), _) => return one(permyriad(share)),
        _ => 0,
    };
    match amount.of(whole) {
        // The one limit of memory that 252 forgets.
        u64::MAX if directive.name == "MemoryMin" && show.version() < 254 => {
            one(u64::MAX.to_string())
        }
        u64::MAX => one("infinity"),
        exact => one(exact.to_string()),
    }
}

/// A share of all pages.
fn share_of_memory(show: &Show<'_>, amount: Amount) -> Lines {
    let page = show.context.machine.page_bytes?;
    let pages = show.context.machine.memory_bytes?.checked_div(page)?;
    one(amount.of(pages).saturating_mul(page).to_string())
}

fn permyriad(share: u32) -> String {
    struct Share(u32);
    impl std::fmt::Display for Share {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            format_permyriad(self.0, f)
        }
    }
    Share(share).to_string()
}
