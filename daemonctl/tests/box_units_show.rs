//! Every property that files decide, of every unit that a real systemd has in memory, held against
//! what is made of the files that it read. Besides the units of the box there are units that set
//! nearly every directive of systemd 252 (`units/show.units`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod cmd_support;
#[path = "units/show.rs"]
mod show;
#[path = "units/show_box.rs"]
mod show_box;
#[path = "units/show_odd.rs"]
mod show_odd;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;
use show::{comparable, exception, older, run_state};
use show_box::{MANAGER, Shown, Unit, boot, boot_with, made, samples, why_not};
use show_odd::{DIFFERENCES, ODD, odd};
use testkit::systemd_state::Properties;
use unit::show::{Property, UNPRINTABLE};
use unit::table::{Group, Id, Status};

/// What differs, and how much was looked at.
#[derive(Default)]
struct Findings {
    compared: usize,
    names: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Findings {
    fn compare(
        &mut self,
        name: &str,
        theirs: &Properties,
        ours: &[Property],
        is_loaded: bool,
        is_decided: &dyn Fn(&str) -> bool,
    ) {
        let all: BTreeSet<&str> = ours.iter().map(|property| property.name).collect();
        let shown: BTreeSet<&str> = theirs.iter().map(|(name, _)| name).collect();
        // Of a unit that could not be loaded systemd shows what would be so without a file.
        let both: BTreeSet<&str> = match is_loaded {
            true => all.union(&shown).copied().collect(),
            false => all.clone(),
        };
        for property in both {
            if run_state(property).is_some() || UNPRINTABLE.contains(&property) {
                continue;
            }
            let their_lines = comparable(property, theirs.all(property), is_decided);
            if exception(property, theirs).is_some() {
                continue;
            }
            let our_lines = ours.iter().filter(|ours| ours.name == property);
            let our_lines =
                our_lines.filter_map(|ours| ours.text.as_deref()).map(|line| older(property, line));
            let our_lines: Vec<String> = our_lines.collect();
            let our_lines = our_lines.iter().map(String::as_str);
            let our_lines = comparable(property, our_lines, is_decided);
            self.compared += 1;
            self.names.insert(property.to_owned());
            let is_known = all.contains(property);
            if their_lines != our_lines || !is_known {
                let known = if is_known { "" } else { " (not known)" };
                self.wrong.push(format!(
                    "{property} of {name}{known}\n  systemd: {}\n  unit:    {}",
                    their_lines.join("\n           "),
                    our_lines.join("\n           ")
                ));
            }
        }
    }
}

impl Findings {
    /// Everything that systemd shows of every unit.
    fn of(shown: &Shown, made: &BTreeMap<String, Unit>) -> Findings {
        // The root's mount is known from /proc, but who lies on it follows from files.
        let is_decided = |name: &str| {
            let unit = shown.units.get(name);
            let is_slice = |unit| why_not(name, unit) == Some("systemd makes it without a file");
            name == "-.mount"
                || unit.is_some_and(|unit| why_not(name, unit).is_none() || is_slice(unit))
        };
        let mut findings = Findings::default();
        let mut left_out: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (name, theirs) in &shown.units {
            match (why_not(name, theirs), made.get(name)) {
                (Some(reason), _) => {
                    left_out.entry(reason).or_default().insert(name);
                }
                (None, Some(unit)) => {
                    findings.compare(name, theirs, &unit.properties, unit.is_loaded, &is_decided);
                }
                (None, None) => findings.wrong.push(format!("{name} is not known")),
            }
        }
        for (reason, units) in left_out {
            println!("{} left out, {reason}: {units:?}", units.len());
        }
        findings
    }
}

#[test]
fn every_property_of_every_unit() {
    let shown = boot("");
    let made = made(&shown);
    let mut findings = Findings::of(&shown, &made);
    for (name, _) in samples().filter(|(name, _)| !name.contains('/') && !name.contains("@.")) {
        let unit = shown.units.get(name);
        if unit.and_then(|unit| unit.get("LoadState")) != Some("loaded")
            && name != "s-masked.service"
        {
            let error = unit.map(|unit| unit.get("LoadError"));
            findings.wrong.push(format!("{name} is not loaded: {error:?}"));
        }
    }
    report(&shown, &findings);
    assert!(findings.compared > 50_000, "{}", findings.compared);
    assert!(findings.names.len() > 380, "{}", findings.names.len());
    assert_eq!(never_set(&shown, &made), [""; 0], "directives that no unit sets");
    what_it_does_not_print(&shown, &made);
    // The comparison sees a change of one setting.
    let mut made = made;
    let unit = made.get_mut("cron.service").unwrap();
    let restart = unit.properties.iter_mut().find(|property| property.name == "Restart").unwrap();
    restart.text = Some("always".to_owned());
    assert_eq!(Findings::of(&shown, &made).wrong.len(), 1);
}

#[test]
fn under_other_defaults_of_the_manager() {
    let shown = boot(MANAGER);
    let findings = Findings::of(&shown, &made(&shown));
    report(&shown, &findings);
    assert!(findings.compared > 50_000, "{}", findings.compared);
}

#[test]
fn odd_values_are_taken_or_not_as_there() {
    let shown = boot_with("", &odd());
    let mut findings = Findings::of(&shown, &made(&shown));
    let mut met = BTreeSet::new();
    findings.wrong.retain(|wrong| {
        let (property, rest) = wrong.split_once(" of ").unwrap();
        let unit = rest.split_whitespace().next().unwrap();
        let number = unit.strip_prefix("o-").and_then(|unit| unit.split('.').next());
        let value = number.and_then(|number| ODD.get(number.parse::<usize>().ok()?));
        let known = DIFFERENCES.iter().find(|(_, values, properties)| {
            // What another unit says back of the one that differs has its name nowhere.
            value.is_none_or(|value| values.contains(value))
                && (properties.contains(&property) || properties.is_empty() && value.is_some())
        });
        met.extend(known.map(|(reason, _, _)| *reason));
        known.is_none()
    });
    report(&shown, &findings);
    assert!(findings.compared > 200_000, "{}", findings.compared);
    assert_eq!(met.len(), DIFFERENCES.len(), "differs no longer: all but {met:?}");
}

fn report(shown: &Shown, findings: &Findings) {
    let Findings { compared, names, wrong } = findings;
    println!("{compared} values of {} properties, {} units", names.len(), shown.units.len());
    let mut text = String::new();
    for wrong in wrong.iter().take(400) {
        writeln!(text, "{wrong}").unwrap();
    }
    assert!(wrong.is_empty(), "{} differ:\n{text}", wrong.len());
}

/// The directives with a property that no unit sets.
fn never_set(shown: &Shown, made: &BTreeMap<String, Unit>) -> Vec<String> {
    let is_compared = |name: &str, unit: &Unit| {
        let theirs = shown.units.get(name);
        unit.is_loaded && theirs.is_some_and(|unit| why_not(name, unit).is_none())
    };
    let set: BTreeSet<Id> = made
        .iter()
        .filter(|(name, unit)| is_compared(name, unit))
        .flat_map(|(_, unit)| unit.set.iter().copied())
        .collect();
    let mut missing = Vec::new();
    for group in Group::ALL {
        for row in group.rows() {
            let is_own = matches!(
                row.status,
                Status::Current | Status::Superseded(_) | Status::Deprecated(_)
            );
            let id = Id::look_up(group, row.name).unwrap();
            if !row.bus.is_empty() && is_own && row.since <= 252 && !set.contains(&id) {
                missing.push(format!("{group:?} {}", row.name));
            }
        }
    }
    missing
}

/// A property as the bus has it: `systemctl show` prints no values of its type.
fn on_bus(shown: &Shown, unit: &str, interface: &str, name: &str) -> Value {
    let mut path = "/org/freedesktop/systemd1/unit/".to_owned();
    for byte in unit.bytes() {
        match byte.is_ascii_alphanumeric() {
            true => path.push(char::from(byte)),
            false => write!(path, "_{byte:02x}").unwrap(),
        }
    }
    let interface = format!("org.freedesktop.systemd1.{interface}");
    let command = [
        "busctl",
        "--json=short",
        "get-property",
        "org.freedesktop.systemd1",
        &path,
        &interface,
        name,
    ];
    let output = shown.state.machine().exec(&command).unwrap();
    let found: Value = serde_json::from_str(&output.text()).unwrap();
    found["data"].clone()
}

/// Properties of types that `systemctl show` does not print, by the bus.
fn what_it_does_not_print(shown: &Shown, made: &BTreeMap<String, Unit>) {
    let ours = |unit: &str, name: &str| {
        let all = made[unit].properties.iter().filter(|property| property.name == name);
        let mut lines: Vec<String> = all.filter_map(|property| property.text.clone()).collect();
        lines.sort_unstable();
        lines
    };
    let theirs = |unit: &str, interface: &str, name: &str| {
        let found = on_bus(shown, unit, interface, name);
        let print = |item: &Value| match (interface, &item[1]) {
            ("Unit", trigger) => {
                let sign = |flag: &Value, sign| if flag == true { sign } else { "" };
                let name = item[0].as_str().unwrap();
                let (or, not) = (sign(trigger, "|"), sign(&item[2], "!"));
                format!("{name}={or}{not}{}", item[3].as_str().unwrap())
            }
            (_, Value::String(path)) => format!("{}:{path}", item[0].as_str().unwrap()),
            (_, bytes) => {
                let bytes = bytes.as_array().unwrap().iter();
                let bytes = bytes.map(|byte| u8::try_from(byte.as_u64().unwrap()).unwrap());
                let data = String::from_utf8(bytes.collect()).unwrap();
                // "Hello" is the one that is written in Base64.
                let data = if data == "Hello" { "SGVsbG8=".to_owned() } else { data };
                format!("{}:{data}", item[0].as_str().unwrap())
            }
        };
        let mut lines: Vec<String> = match &found {
            Value::Array(items) => items.iter().map(print).collect(),
            other => vec![other.to_string()],
        };
        lines.sort_unstable();
        lines
    };
    let mut compared = 0;
    let mut compare = |unit: &str, interface: &str, name: &str| {
        let found = theirs(unit, interface, name);
        assert_eq!(ours(unit, name), found, "{name} of {unit}");
        compared += found.len();
    };
    for name in
        ["LoadCredential", "LoadCredentialEncrypted", "SetCredential", "SetCredentialEncrypted"]
    {
        compare("s-credentials.service", "Service", name);
    }
    for name in ["TTYRows", "TTYColumns"] {
        compare("s-exec2.service", "Service", name);
    }
    for unit in ["s-conditions.service", "s-unit.service", "s-unit2.service", "cron.service"] {
        compare(unit, "Unit", "Conditions");
        compare(unit, "Unit", "Asserts");
    }
    assert!(compared > 65, "{compared}");
}
