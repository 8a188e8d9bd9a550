//! What several assignments of a list come to: the first one says whether it is a list of what is
//! allowed or of what is denied, later ones add to it or take away (systemd.exec(5)). Each function
//! takes the values of the assignments that hold, in order; `None` where there is no restriction.

use std::collections::{BTreeMap, BTreeSet};

use super::{Selection, names, system_calls};
use crate::values::Value;

/// All capabilities, as a mask: bit 63 is none.
const ALL_CAPABILITIES: u64 = u64::MAX >> 1;

/// What is allowed or denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<'v> {
    /// Only the words are allowed; else all but the words.
    pub allow: bool,
    /// The words, groups resolved.
    pub words: BTreeSet<&'v str>,
}

/// Which system calls are allowed or denied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SystemCalls<'v> {
    /// Only these are allowed; else all but these.
    pub allow: bool,
    /// The calls, groups resolved, with what a call fails with where an error of its own was
    /// given: an error's name, its number, or `kill`. In a list of what is allowed, a call with an
    /// error is denied.
    pub calls: BTreeMap<&'v str, Option<&'v str>>,
}

fn selections<'v>(
    values: impl IntoIterator<Item = &'v Value>,
) -> impl Iterator<Item = &'v Selection> {
    values.into_iter().filter_map(|value| match value {
        Value::Selection(selection) => Some(&**selection),
        _ => None,
    })
}

/// The set of `CapabilityBoundingSet=`: bit n is capability n.
pub fn bounding_set<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<u64> {
    // All bits, those of no capability too: what systemd takes for "nothing was said".
    let unset = u64::MAX;
    let merge = |before: Option<u64>, selection| {
        Some(merge_mask(before.unwrap_or(unset), unset, selection))
    };
    selections(values).fold(None, merge).map(|mask| mask & ALL_CAPABILITIES)
}

/// The set of `AmbientCapabilities=`; 0 where there are none.
pub fn ambient_set<'v>(values: impl IntoIterator<Item = &'v Value>) -> u64 {
    let merge = |before: u64, selection| merge_mask(before, 0, selection);
    selections(values).fold(0, merge) & ALL_CAPABILITIES
}

/// An empty list is all or nothing, whatever stood before; what amounts to nothing said is replaced.
fn merge_mask(before: u64, unset: u64, selection: &Selection) -> u64 {
    let bit =
        |word: &str| names::capability(word).and_then(|number| 1_u64.checked_shl(number.into()));
    let mask = selection.words.iter().filter_map(|word| bit(word)).fold(0, |all, bit| all | bit);
    match selection.inverted {
        true if mask == 0 || before == unset => !mask,
        false if mask == 0 || before == unset => mask,
        true => before & !mask,
        false => before | mask,
    }
}

/// The kinds of namespaces that `RestrictNamespaces=` leaves allowed; also what
/// `DelegateNamespaces=` delegates, where `yes` means all.
pub fn namespaces<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    yes_is_all: bool,
) -> Option<BTreeSet<&'static str>> {
    let all = || names::NAMESPACES.iter().copied();
    let named =
        |selection: &Selection, name: &str| selection.words.iter().any(|word| **word == *name);
    values.into_iter().fold(None, |before: Option<BTreeSet<&'static str>>, value| match value {
        Value::Flag(yes) => {
            Some(if *yes == yes_is_all { all().collect() } else { BTreeSet::new() })
        }
        Value::Selection(selection) => {
            let start = || if selection.inverted { all().collect() } else { BTreeSet::new() };
            let mut set = before.unwrap_or_else(start);
            for name in all().filter(|name| named(selection, name)) {
                if selection.inverted {
                    set.remove(name);
                } else {
                    set.insert(name);
                }
            }
            Some(set)
        }
        _ => before,
    })
}

/// The effect of `SystemCallFilter=` or `SystemCallLog=`. A filter that allows also allows the group
/// `@default`; a log does not.
pub fn system_calls<'v>(
    values: impl IntoIterator<Item = &'v Value>,
    is_filter: bool,
) -> Option<SystemCalls<'v>> {
    selections(values).fold(None, |before: Option<SystemCalls<'v>>, selection| {
        let mut set = before.unwrap_or_else(|| {
            let mut set = SystemCalls { allow: !selection.inverted, calls: BTreeMap::new() };
            if set.allow && is_filter {
                apply(&mut set, "@default", None, false);
            }
            set
        });
        for word in &selection.words {
            let (name, error) = match word.split_once(':') {
                Some((name, error)) => (name, Some(error)),
                None => (&**word, None),
            };
            apply(&mut set, name, error, selection.inverted);
        }
        Some(set)
    })
}

/// Adds or removes a call, or all of a group. Groups hold no group that holds them.
fn apply<'v>(set: &mut SystemCalls<'v>, name: &'v str, error: Option<&'v str>, inverted: bool) {
    if let Some(group) = system_calls::group(name) {
        for member in group.members() {
            apply(set, member, error, inverted);
        }
    } else if inverted != set.allow || (inverted && error.is_some()) {
        set.calls.insert(name, error);
    } else {
        set.calls.remove(name);
    }
}

/// The effect of `RestrictAddressFamilies=`.
pub fn address_families<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Words<'v>> {
    // "none" leaves a list of nothing, which the next assignment begins anew.
    let is_none = |selection: &Selection| {
        matches!(&*selection.words, [word] if **word == *"none") && !selection.inverted
    };
    let mut result: Option<Words<'v>> = None;
    let mut fresh = true;
    for selection in selections(values) {
        if is_none(selection) {
            result = Some(Words { allow: true, words: BTreeSet::new() });
            fresh = true;
            continue;
        }
        let mut set = match result.take() {
            Some(set) if !fresh => set,
            _ => Words { allow: !selection.inverted, words: BTreeSet::new() },
        };
        fresh = false;
        merge(&mut set, selection, std::iter::once);
        result = Some(set);
    }
    result
}

/// The effect of `RestrictFileSystems=`.
pub fn file_systems<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Words<'v>> {
    let mut result: Option<Words<'v>> = None;
    for selection in selections(values) {
        let set = result
            .get_or_insert_with(|| Words { allow: !selection.inverted, words: BTreeSet::new() });
        merge(set, selection, |word: &'v str| {
            let group = names::file_system_group(word);
            let members: Vec<&'v str> = match group {
                Some(group) => group.map(|name| -> &'v str { name }).collect(),
                None => vec![word],
            };
            members.into_iter()
        });
    }
    result
}

/// The effect of `RestrictNetworkInterfaces=`.
pub fn network_interfaces<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Words<'v>> {
    let mut result: Option<Words<'v>> = None;
    for selection in selections(values) {
        // An empty list takes the sense of the next assignment.
        let mut set = match result.take() {
            Some(set) if !set.words.is_empty() => set,
            _ => Words { allow: !selection.inverted, words: BTreeSet::new() },
        };
        merge(&mut set, selection, std::iter::once);
        result = (!set.words.is_empty()).then_some(set);
    }
    result
}

fn merge<'v, I: Iterator<Item = &'v str>>(
    set: &mut Words<'v>,
    selection: &'v Selection,
    members: impl Fn(&'v str) -> I,
) {
    for word in selection.words.iter().flat_map(|word| members(word)) {
        if selection.inverted == set.allow {
            set.words.remove(word);
        } else {
            set.words.insert(word);
        }
    }
}
