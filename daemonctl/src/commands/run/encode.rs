//! Settings as D-Bus properties, as `StartTransientUnit` of org.freedesktop.systemd1(5) takes them.
//!
//! How a setting is written comes from the table of directives; the type that its property has, from
//! the manager itself, so that what a newer manager holds differently (a flag that has become a
//! word) is sent as that one wants it. A few properties are set in another form than they are
//! shown in; those stand here.

mod forms;

use std::collections::HashMap;

use bus::Named;
use bus::wire::{Typed, Value as Wire};
use unit::table::{Directive, Group, Kind};
use unit::values::scalar::{Amount, parse_bool};
use unit::values::{Command, Condition, Stream, Value};

use forms::{bind, bits, ends, error_number, mask, networks, selected, text, texts, word_number};

/// The types of a manager's properties, by their names.
pub type Types = HashMap<String, String>;

/// Why a setting can't be sent.
#[derive(Debug, PartialEq, Eq)]
pub enum NotSent {
    /// This manager has no such property.
    Unknown,
    /// Its form on the bus is not one that is known here.
    Form,
}

/// The properties that a setting comes to: usually one.
pub fn encode(
    group: Group,
    directive: &Directive,
    value: &Value,
    types: &Types,
) -> Result<Vec<Named>, NotSent> {
    if let Some(special) = special(group, directive, value)? {
        return Ok(special);
    }
    let name = if directive.bus.is_empty() { directive.name } else { directive.bus };
    let signature = types.get(name).ok_or(NotSent::Unknown)?;
    let wire = plain(name, signature, value).ok_or(NotSent::Form)?;
    Ok(vec![(name.to_owned(), typed(signature, wire)?)])
}

fn typed(signature: &str, value: Wire) -> Result<Typed, NotSent> {
    Typed::new(signature, value).map_err(|_| NotSent::Form)
}

fn one(name: &str, signature: &str, value: Wire) -> Result<Option<Vec<Named>>, NotSent> {
    Ok(Some(vec![(name.to_owned(), typed(signature, value)?)]))
}

/// A value in the type that its property has.
fn plain(name: &str, signature: &str, value: &Value) -> Option<Wire> {
    Some(match (signature, value) {
        ("b", Value::Flag(flag)) => Wire::Bool(*flag),
        ("s", Value::Flag(flag)) => text(if *flag { "yes" } else { "no" }),
        ("s", Value::Word(word)) => text(word),
        ("t", Value::Word("idle")) if name.ends_with("CPUWeight") => Wire::Unsigned(0),
        ("i" | "u", Value::Word(word)) => number(signature, word_number(name, word)?)?,
        ("b", Value::Text(value)) => Wire::Bool(parse_bool(value)?),
        ("i", Value::Text(value)) => Wire::Signed(error_number(value)?),
        ("s", Value::Text(value)) => text(value),
        ("as", Value::Text(value)) => texts([value]),
        ("as", Value::List(items)) => texts(items.iter()),
        ("as", Value::Names(names)) => texts(names.iter().map(unit::Name::as_str)),
        ("s", Value::Names(names)) => text(names.first()?.as_str()),
        ("as", Value::Pairs(pairs)) => texts(pairs.iter().map(|(k, v)| format!("{k}={v}"))),
        ("a(ss)", Value::Pairs(pairs)) => {
            Wire::Array(pairs.iter().map(|(k, v)| Wire::Struct(vec![text(k), text(v)])).collect())
        }
        ("a(st)", Value::Pairs(pairs)) => Wire::Array(
            pairs
                .iter()
                .map(|(k, v)| {
                    let figure = unit::values::scalar::parse_size(v, 1000).ok()?;
                    Some(Wire::Struct(vec![text(k), Wire::Unsigned(figure)]))
                })
                .collect::<Option<_>>()?,
        ),
        ("aay", Value::Pairs(pairs)) => Wire::Array(
            pairs.iter().map(|(k, v)| Wire::Bytes(format!("{k}={v}").into_bytes())).collect(),
        ),
        ("a(say)", Value::Pairs(pairs)) => Wire::Array(
            pairs
                .iter()
                .map(|(k, v)| Wire::Struct(vec![text(k), Wire::Bytes(v.as_bytes().to_vec())]))
                .collect(),
        ),
        ("a(iayu)", Value::List(items)) => networks(items.iter())?,
        ("i", Value::List(_)) => Wire::Signed(i64::try_from(mask(name, value)?).ok()?),
        ("as", Value::Directories(folders)) => texts(folders.iter().map(|folder| &folder.path)),
        ("(bas)", Value::Selection(selection)) => selected(selection),
        ("a(ssbt)", Value::Binds(binds)) => Wire::Array(binds.iter().map(bind).collect()),
        ("ay", Value::Cpus(cpus)) => Wire::Bytes(bits(cpus.ranges())),
        ("(aiai)", Value::Statuses(statuses)) => ends(statuses),
        ("t", Value::Selection(_) | Value::Flag(_)) => Wire::Unsigned(mask(name, value)?),
        (_, Value::Integer(figure)) => number(signature, *figure)?,
        (_, Value::Signal(signal)) => number(signature, i64::from(*signal))?,
        ("t", Value::Usec(n) | Value::Nsec(n) | Value::Bytes(n) | Value::Mask(n)) => {
            Wire::Unsigned(*n)
        }
        ("t", Value::Amount(Amount::Exact(n))) => Wire::Unsigned(*n),
        ("t", Value::Amount(Amount::Infinity)) => Wire::Unsigned(u64::MAX),
        ("u", Value::Mode(mode)) => Wire::Unsigned(u64::from(*mode)),
        ("u", Value::Amount(share)) => Wire::Unsigned(u64::from(share.share_of_u32()?)),
        _ => return None,
    })
}

fn number(signature: &str, figure: i64) -> Option<Wire> {
    Some(match signature {
        "n" | "i" | "x" => Wire::Signed(figure),
        "q" | "u" | "t" => Wire::Unsigned(u64::try_from(figure).ok()?),
        _ => return None,
    })
}

/// Properties that are set in another form than they are shown in.
fn special(
    group: Group,
    directive: &Directive,
    value: &Value,
) -> Result<Option<Vec<Named>>, NotSent> {
    let name = directive.name;
    match value {
        Value::Command(command) => commands(name, command).map(Some),
        Value::Condition(condition) if group == Group::Unit => condition_of(name, condition),
        Value::Stream(stream) => stream_of(name, stream),
        Value::Limit(limit) => Ok(Some(vec![
            (name.to_owned(), Typed::u64(limit.hard)),
            (format!("{name}Soft"), Typed::u64(limit.soft)),
        ])),
        Value::Amount(Amount::Share(permyriad)) if directive.kind == Kind::CpuQuota => {
            // Microseconds in each second.
            Ok(Some(vec![(directive.bus.to_owned(), Typed::u64(u64::from(*permyriad) * 100))]))
        }
        Value::Amount(share @ Amount::Share(_))
            if matches!(directive.kind, Kind::Amount | Kind::Tasks) =>
        {
            let share = share.share_of_u32().ok_or(NotSent::Form)?;
            Ok(Some(vec![(format!("{name}Scale"), Typed::u32(share))]))
        }
        Value::Text(path) if name == "EnvironmentFile" => {
            let (path, optional) = match path.strip_prefix('-') {
                Some(path) => (path, true),
                None => (&**path, false),
            };
            let file = Wire::Struct(vec![text(path), Wire::Bool(optional)]);
            one("EnvironmentFiles", "a(sb)", Wire::Array(vec![file]))
        }
        // Labels are shown with their `-` apart, and set with it.
        Value::Text(label) if directive.kind == Kind::Label => one(name, "s", text(label)),
        Value::List(controllers) if name == "Delegate" => {
            one("DelegateControllers", "as", texts(controllers.iter()))
        }
        // One word for two properties.
        Value::Usec(usec) if name == "TimeoutSec" && group == Group::Service => {
            let both = ["TimeoutStartUSec", "TimeoutStopUSec"];
            Ok(Some(both.map(|name| (name.to_owned(), Typed::u64(*usec))).to_vec()))
        }
        Value::Calendar(calendar) if group == Group::Timer => {
            let elapses = Wire::Struct(vec![text(name), text(calendar.to_string())]);
            one("TimersCalendar", "a(ss)", Wire::Array(vec![elapses]))
        }
        Value::Usec(usec) if group == Group::Timer && name.starts_with("On") => {
            let base = format!("{}USec", name.trim_end_matches("Sec"));
            let elapses = Wire::Struct(vec![text(base), Wire::Unsigned(*usec)]);
            one("TimersMonotonic", "a(st)", Wire::Array(vec![elapses]))
        }
        _ => Ok(None),
    }
}

fn commands(name: &str, command: &Command) -> Result<Vec<Named>, NotSent> {
    use unit::values::command::Privilege;
    let mut sent = Vec::new();
    for line in command.lines() {
        let prefixes = line.prefixes;
        if prefixes.via_shell {
            return Err(NotSent::Form);
        }
        let argv = texts(line.argv());
        let flags = [
            (prefixes.ignores_failure, "ignore-failure"),
            (prefixes.keeps_variables, "no-env-expand"),
            (prefixes.privilege == Privilege::Full, "privileged"),
            (prefixes.privilege == Privilege::KeepUser, "no-setuid"),
            (prefixes.privilege == Privilege::Ambient, "ambient"),
        ];
        let is_plain = flags.iter().skip(1).all(|(is_set, _)| !is_set);
        sent.push(if is_plain {
            let ignores = Wire::Bool(prefixes.ignores_failure);
            let row = Wire::Struct(vec![text(&line.path), argv, ignores]);
            (name.to_owned(), typed("a(sasb)", Wire::Array(vec![row]))?)
        } else {
            let flags = texts(flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag));
            let row = Wire::Struct(vec![text(&line.path), argv, flags]);
            (format!("{name}Ex"), typed("a(sasas)", Wire::Array(vec![row]))?)
        });
    }
    Ok(sent)
}

fn condition_of(name: &str, condition: &Condition) -> Result<Option<Vec<Named>>, NotSent> {
    let list = if name.starts_with("Assert") { "Asserts" } else { "Conditions" };
    let row = Wire::Struct(vec![
        text(name),
        Wire::Bool(condition.is_trigger),
        Wire::Bool(condition.is_negated),
        text(&condition.parameter),
    ]);
    one(list, "a(sbbs)", Wire::Array(vec![row]))
}

fn stream_of(name: &str, stream: &Stream) -> Result<Option<Vec<Named>>, NotSent> {
    let (name, value) = match stream {
        Stream::Word(word) => (name.to_owned(), *word),
        Stream::Descriptor(fd) => (format!("{name}FileDescriptorName"), &**fd),
        Stream::File(path) => (format!("{name}File"), &**path),
        Stream::Append(path) => (format!("{name}FileToAppend"), &**path),
        Stream::Truncate(path) => (format!("{name}FileToTruncate"), &**path),
    };
    one(&name, "s", text(value))
}
