//! Controllers of control groups.

use std::collections::BTreeSet;

use super::super::{
    Parsed, Value,
    sandbox::read::{Reader, list},
    scalar::parse_bool,
    words::{Rules, Words},
};
use crate::name::UnitType;

/// The controllers that have names; those with a hyphen are programs of BPF that stand for one.
pub const CONTROLLERS: &[&str] = &[
    "cpu",
    "cpuacct",
    "cpuset",
    "io",
    "blkio",
    "memory",
    "devices",
    "pids",
    "bpf-firewall",
    "bpf-devices",
    "bpf-foreign",
    "bpf-socket-bind",
    "bpf-restrict-network-interfaces",
];

/// What `Delegate=yes` gives: the controllers of version 2.
const DELEGATED: &[&str] = &["cpu", "cpuset", "io", "memory", "pids"];

/// `Delegate=`: a boolean, controllers, or nothing, which delegates without controllers.
pub(super) fn delegate(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    let unit = reader.context().unit;
    if !matches!(unit, UnitType::Service | UnitType::Scope) {
        let message = format!("a {} can't delegate its control group", unit.suffix());
        reader.advise(0..text.len(), message, "use it in services and scopes");
        return Parsed::Ignored;
    }
    if let Some(flag) = parse_bool(text) {
        return Parsed::Value(Value::Flag(flag));
    }
    let mut found: Vec<Box<str>> = Vec::new();
    for word in Words::new(text, Rules::PATHS) {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                reader.fault(error);
                return Parsed::Ignored;
            }
        };
        match CONTROLLERS.iter().find(|name| **name == word.text) {
            Some(name) => found.push((*name).into()),
            None => {
                let known = CONTROLLERS.iter().copied();
                reader.unknown(word.at, "controller", &word.text, known);
            }
        }
    }
    Parsed::Value(Value::List(found.into()))
}

/// `DisableControllers=`. systemd passes over unknown names in silence where one is known.
pub(super) fn disabled(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if text.is_empty() {
        return Parsed::Reset;
    }
    let mut found: Vec<Box<str>> = Vec::new();
    let mut unknown = Vec::new();
    for word in Words::new(text, Rules::PLAIN) {
        match word {
            Ok(word) => match CONTROLLERS.iter().find(|name| **name == word.text) {
                Some(name) => found.push((*name).into()),
                None => unknown.push(word),
            },
            Err(error) => {
                reader.fault(error);
                return Parsed::Ignored;
            }
        }
    }
    for word in unknown {
        let known = CONTROLLERS.iter().copied();
        match found.is_empty() {
            true => reader.unknown(word.at, "controller", &word.text, known),
            false => reader.unknown_to_us(word.at, "controller", &word.text, known),
        }
    }
    list(found)
}

/// What several assignments of `Delegate=` come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delegation {
    /// Whether the control group is the unit's own.
    pub delegate: bool,
    /// The controllers that come with it.
    pub controllers: BTreeSet<Box<str>>,
}

/// What the assignments of `Delegate=` that hold come to, in order.
pub fn delegation<'v>(values: impl IntoIterator<Item = &'v Value>) -> Delegation {
    let mut result = Delegation::default();
    for value in values {
        match value {
            Value::Flag(flag) => {
                let all = if *flag { DELEGATED } else { &[] };
                let controllers = all.iter().map(|name| Box::from(*name)).collect();
                result = Delegation { delegate: *flag, controllers };
            }
            Value::List(names) => {
                result.delegate = true;
                if names.is_empty() {
                    result.controllers.clear();
                }
                result.controllers.extend(names.iter().cloned());
            }
            _ => {}
        }
    }
    result
}
