//! What must hold of one text, in each grammar of texts.

use std::ops::Range;

use unit::{
    Facts, Name, UnitType, escape,
    specifier::{Account, Directories, Expander},
    table::{Directive, Group, Kind},
    time::{Calendar, OnlyUtc, span, timestamp},
    values::{
        self, Context, Parsed, Value,
        words::{self, Rules, Words},
    },
};

type Verdict = Result<(), String>;

/// Facts of which some are not known, as in an image that does not run.
pub fn facts() -> Facts {
    Facts {
        directories: Directories::of_system(),
        architecture: Some("x86-64".into()),
        host_name: Some("host.example".into()),
        account: Some(Account::root()),
        ..Facts::default()
    }
}

/// That a range of a text is one: within it, and on the boundaries of characters.
fn within(text: &str, at: &Range<usize>, what: &dyn std::fmt::Debug) -> Verdict {
    match text.get(at.clone()) {
        Some(_) => Ok(()),
        None => Err(format!("points out of a text of {} bytes: {what:?}", text.len())),
    }
}

fn check(holds: bool, or: impl FnOnce() -> String) -> Verdict {
    if holds { Ok(()) } else { Err(or()) }
}

/// All directives, with a type of unit that has them.
pub fn directives() -> Vec<(UnitType, &'static Directive)> {
    let home = |group| match group {
        Group::Socket => UnitType::Socket,
        Group::Timer => UnitType::Timer,
        Group::Path => UnitType::Path,
        Group::Mount => UnitType::Mount,
        Group::Automount => UnitType::Automount,
        Group::Swap => UnitType::Swap,
        Group::Scope => UnitType::Scope,
        Group::Slice => UnitType::Slice,
        _ => UnitType::Service,
    };
    let rows = Group::ALL
        .into_iter()
        .flat_map(|group| group.rows().iter().map(move |directive| (home(group), directive)));
    rows.collect()
}

/// One value of one directive.
pub fn parse(
    unit: UnitType,
    directive: &'static Directive,
    text: &str,
) -> (Parsed, Vec<unit::diagnostic::Problem>) {
    let facts = facts();
    let name: Name = format!("foo-bar@in-st.{}", unit.suffix()).parse().unwrap();
    let expander = Expander::new(&facts, &name).with_fragment(Some("/etc/systemd/system/foo"));
    let context = Context { directive, unit, expander: &expander };
    let mut problems = Vec::new();
    let parsed = values::parse(text, &context, &mut problems);
    (parsed, problems)
}

/// Findings lie within the text, what is ignored is spoken of, and what is written is read back.
pub fn value(unit: UnitType, directive: &'static Directive, text: &str) -> Verdict {
    let text = text.trim_matches([' ', '\t', '\n', '\r']);
    let (parsed, problems) = parse(unit, directive, text);
    let key = directive.name;
    for problem in &problems {
        within(text, &problem.at, &problem).map_err(|why| format!("{key}= {why}"))?;
    }
    check(problems.len() <= 4100, || format!("{key}= has {} findings", problems.len()))?;
    let Parsed::Value(value) = parsed else { return Ok(()) };
    if let Value::Command(command) = &value {
        commands(command)?;
    }
    read_back(unit, directive, &value)
}

/// What a value writes parses to the same value. A line of a file holds no line ends.
pub fn read_back(unit: UnitType, directive: &'static Directive, value: &Value) -> Verdict {
    let written = value.written(directive.kind).to_string();
    if written.contains(['\n', '\r', '\0']) {
        return Ok(());
    }
    let (again, problems) = parse(unit, directive, &written);
    check(again == Parsed::Value(value.clone()), || {
        format!("{}= {value:?} is written {written:?}: {again:?} {problems:?}", directive.name)
    })
}

/// Replacing variables ends, keeps what holds none, and never makes a word of nothing.
fn commands(command: &values::Command) -> Verdict {
    for line in command.lines() {
        let count = line.argv().count();
        let none = line.expand(|_| None);
        check(none.len() <= count, || format!("{line:?} grows to {none:?}"))?;
        let words = line.expand(|_| Some("a 'b c' \"d"));
        check(words.len() <= count * 3, || format!("{line:?} becomes {words:?}"))?;
        let plain: Vec<String> = line.argv().map(str::to_owned).collect();
        let has_none = plain.iter().all(|word| !word.contains('$'));
        check(!has_none || none == plain, || format!("{plain:?} becomes {none:?}"))?;
    }
    Ok(())
}

/// Calendar events: what is written is the same event, and elapses go forward.
pub fn calendar(text: &str) -> Verdict {
    let event = match Calendar::parse(text) {
        Ok(event) => event,
        Err(problem) => return within(text, &problem.at, &problem),
    };
    let written = event.to_string();
    let again = Calendar::parse(&written);
    check(again.as_ref() == Ok(&event), || format!("{event:?} is written {written:?}: {again:?}"))?;
    let mut after = 1_700_000_000_000_000;
    for next in event.elapses(after, &OnlyUtc).take(3) {
        check(next > after, || format!("{written} elapses at {next} after {after}"))?;
        after = next;
    }
    Ok(())
}

/// Time spans: what is written is as long.
pub fn time_span(text: &str) -> Verdict {
    match span::parse_usec(text, 1_000_000) {
        Err(problem) => within(text, &problem.at, &problem)?,
        Ok(usec) => {
            let written = span::format_usec(usec, 1);
            let again = span::parse_usec(&written, 1_000_000);
            check(again == Ok(usec), || format!("{usec} is written {written:?}: {again:?}"))?;
        }
    }
    match span::parse_nsec(text) {
        Err(problem) => within(text, &problem.at, &problem),
        Ok(nsec) => {
            let written = span::format_nsec(nsec);
            let again = span::parse_nsec(&written);
            check(again == Ok(nsec), || format!("{nsec} ns is written {written:?}: {again:?}"))
        }
    }
}

/// Timestamps: findings lie within the text.
pub fn instant(text: &str) -> Verdict {
    match timestamp::parse(text, 1_700_000_000_000_000, &OnlyUtc) {
        Ok(_) => Ok(()),
        Err(problem) => within(text, &problem.at, &problem),
    }
}

/// Specifiers: findings lie within the text, `%%` is `%`, nothing is replaced twice.
pub fn specifiers(text: &str) -> Verdict {
    let facts = facts();
    let name: Name = "foo-bar@in-st\\x2dance.service".parse().unwrap();
    for expander in [
        Expander::new(&facts, &name).with_fragment(Some("/etc/x")),
        Expander::for_install(&facts, &name, Some("d")),
    ] {
        for expanded in [expander.expand(text), expander.expand_name(text)] {
            if let Err(problem) = expanded {
                within(text, &problem.at, &problem)?;
            }
        }
        for remark in expander.remarks(text) {
            within(text, &remark.at, &remark)?;
        }
        let doubled = text.replace('%', "%%");
        let whole = expander.expand(&doubled);
        check(whole.as_deref() == Ok(text), || format!("{doubled:?} becomes {whole:?}"))?;
    }
    Ok(())
}

/// Words: each lies where it says, behind the one before; any text can be quoted as one word.
pub fn split(text: &str) -> Verdict {
    for rules in [Rules::PLAIN, Rules::NAMES, Rules::TEXTS, Rules::PATHS, Rules::SHELL] {
        let mut end = 0;
        for word in Words::new(text, rules) {
            match word {
                Err(error) => within(text, &error.at, &error)?,
                Ok(word) => {
                    within(text, &word.at, &word)?;
                    check(word.at.start >= end, || format!("{word:?} begins before {end}"))?;
                    end = word.at.end;
                }
            }
        }
    }
    if let Err(error) = words::unescape(text) {
        within(text, &error.at, &error)?;
    }
    let quoted = words::quote(text);
    let mut again = Words::new(&quoted, Rules::SHELL);
    let first = again.next().map(|word| word.map(|word| word.text.into_owned()));
    check(first == Some(Ok(text.to_owned())) && again.next().is_none(), || {
        format!("is quoted as {quoted:?}, which reads {first:?}")
    })
}

/// Names: what is one is kept, and escaping takes any bytes and gives them back.
pub fn names(bytes: &[u8]) -> Verdict {
    let escaped = escape::escape(bytes);
    let again = escape::unescape(&escaped);
    check(again.as_deref() == Ok(bytes), || format!("is escaped as {escaped:?}: {again:?}"))?;
    if let Ok(escaped) = escape::escape_path(bytes) {
        let path = escape::unescape_path(&escaped);
        let twice = path.as_ref().ok().map(escape::escape_path);
        let is_same = matches!(&twice, Some(Ok(twice)) if *twice == escaped);
        check(is_same, || format!("path {escaped:?}: {path:?} {twice:?}"))?;
    }
    for unit_type in [UnitType::Mount, UnitType::Device] {
        if let Ok(name) = Name::of_path(bytes, unit_type) {
            check(name.unit_type() == unit_type, || format!("{name} is no {unit_type:?}"))?;
            check(name.is_hashed() || name.to_path().is_ok(), || format!("{name} has no path"))?;
        }
    }
    for patterns in [false, true] {
        let Ok(mangled) = unit::name::mangle(bytes, UnitType::Service, patterns) else { continue };
        let is_name = mangled.parse::<Name>().is_ok();
        check(is_name || (patterns && unit::name::is_pattern(&mangled)), || {
            format!("is mangled to {mangled:?}")
        })?;
        let again = unit::name::mangle(mangled.as_bytes(), UnitType::Service, patterns);
        check(again.as_ref() == Ok(&mangled), || format!("{mangled:?} is mangled to {again:?}"))?;
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    let Ok(name) = text.parse::<Name>() else { return Ok(()) };
    check(name.as_str() == text, || format!("becomes {name}"))?;
    let folders: Vec<String> = name.folders(".d").collect();
    let first = format!("{name}.d");
    check(folders.first() == Some(&first) && folders.len() < 1000, || format!("{folders:?}"))?;
    for unit_type in UnitType::ALL {
        if let Some(other) = name.with_type(unit_type) {
            check(other.stem() == name.stem(), || format!("{name} as {unit_type:?}: {other}"))?;
        }
    }
    if let Some(template) = name.template() {
        let back = template.with_instance(name.instance().unwrap_or_default());
        check(template.is_template() && back.as_ref() == Some(&name), || format!("{back:?}"))?;
    }
    if let Some(parent) = name.parent_slice() {
        check(parent.is_slice(), || format!("its parent {parent} is no slice"))?;
    }
    Ok(())
}

/// One directive of each kind.
pub fn kinds() -> Vec<(UnitType, &'static Directive)> {
    let mut seen: Vec<Kind> = Vec::new();
    let mut found = directives();
    found.retain(|(_, directive)| {
        let is_new = !seen.contains(&directive.kind);
        if is_new {
            seen.push(directive.kind);
        }
        is_new
    });
    found
}
