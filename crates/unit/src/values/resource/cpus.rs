//! Sets of processors or memory nodes.

use std::{borrow::Cow, fmt};

use super::super::{
    Parsed, Value,
    sandbox::{
        forms::{range, unsigned32},
        read::Reader,
    },
    words::{Rules, Words},
};
use crate::table::kind::{self, Words as Allowed};

/// One above the highest number that is taken: no kernel has more.
const LIMIT: u32 = 8192;

/// Blanks and commas part ranges.
const RULES: Rules = Rules::PATHS.separators(b" \t\n\r,");

/// A set of processors or memory nodes, as ranges in order that don't touch. An empty set is one
/// too: it comes from ranges that run backwards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CpuSet {
    ranges: Box<[(u16, u16)]>,
}

impl CpuSet {
    /// The set of these ranges, both ends included, in whatever order.
    pub fn new(ranges: impl IntoIterator<Item = (u16, u16)>) -> CpuSet {
        let mut ranges: Vec<(u16, u16)> =
            ranges.into_iter().filter(|(low, high)| low <= high).collect();
        ranges.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (low, high) in ranges {
            match merged.last_mut() {
                Some(last) if low <= last.1.saturating_add(1) => last.1 = last.1.max(high),
                _ => merged.push((low, high)),
            }
        }
        CpuSet { ranges: merged.into() }
    }

    /// Its ranges, both ends included, in order.
    pub fn ranges(&self) -> &[(u16, u16)] {
        &self.ranges
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// How many are in it.
    pub fn len(&self) -> usize {
        let count =
            |(low, high): &(u16, u16)| usize::from(high.saturating_sub(*low)).saturating_add(1);
        self.ranges.iter().map(count).sum()
    }

    /// Whether the number is in it.
    pub fn contains(&self, number: u16) -> bool {
        self.ranges.iter().any(|(low, high)| (*low..=*high).contains(&number))
    }

    /// What is in this or in the other.
    #[must_use]
    pub fn union(&self, other: &CpuSet) -> CpuSet {
        CpuSet::new(self.ranges.iter().chain(&other.ranges).copied())
    }
}

impl fmt::Display for CpuSet {
    /// `0-3 5`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            // Nothing at all would undo earlier assignments.
            return f.write_str("1-0");
        }
        for (index, (low, high)) in self.ranges.iter().enumerate() {
            let space = if index > 0 { " " } else { "" };
            match low == high {
                true => write!(f, "{space}{low}")?,
                false => write!(f, "{space}{low}-{high}")?,
            }
        }
        Ok(())
    }
}

/// What several assignments come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effective {
    /// `numa` or `all`.
    Word(&'static str),
    /// These.
    Set(CpuSet),
}

/// What the assignments that hold come to, in order: sets add up, `numa` undoes the sets before it
/// and a set undoes it, `all` stays all. `None` where nothing is assigned.
pub fn effective<'v>(values: impl IntoIterator<Item = &'v Value>) -> Option<Effective> {
    values.into_iter().fold(None, |before, value| match (before, value) {
        (_, Value::Word(word)) => Some(Effective::Word(word)),
        (Some(Effective::Word("all")), Value::Cpus(_)) => Some(Effective::Word("all")),
        (Some(Effective::Set(before)), Value::Cpus(set)) => Some(Effective::Set(before.union(set))),
        (_, Value::Cpus(set)) => Some(Effective::Set((**set).clone())),
        (before, _) => before,
    })
}

/// `AllowedCPUs=` and its kin.
pub(super) fn set(text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    match reader.expand(Cow::Borrowed(text), &(0..text.len())) {
        Some(expanded) => ranges(&expanded, matches!(expanded, Cow::Borrowed(_)), text, reader),
        None => Parsed::Ignored,
    }
}

/// `CPUAffinity=`, `NUMAMask=`.
pub(super) fn set_or(allowed: Allowed, text: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    if let Some(word) = kind::word(allowed, text) {
        return Parsed::Value(Value::Word(word));
    }
    // Only NUMAMask= knows no specifiers.
    if reader.directive() == "NUMAMask" {
        return ranges(text, true, text, reader);
    }
    set(text, reader)
}

/// One wrong range costs the line; one that runs backwards is left out.
fn ranges(text: &str, exact: bool, written: &str, reader: &mut Reader<'_, '_>) -> Parsed {
    let mut found: Vec<(u16, u16)> = Vec::new();
    let mut any = false;
    for word in Words::new(text, RULES) {
        let word = match word {
            Ok(word) => word,
            Err(error) => {
                let at = if exact { error.at.clone() } else { 0..written.len() };
                reader.fault_at(at, error);
                return Parsed::Ignored;
            }
        };
        any = true;
        let at = if exact { word.at } else { 0..written.len() };
        let Some((low, high)) = range(&word.text) else {
            let message = format!("\"{}\" is neither a number nor a range", word.text);
            reader.advise(at, message, help(&word.text));
            return Parsed::Ignored;
        };
        if low > high {
            let message = format!("the range \"{}\" runs backwards", word.text);
            reader.advise(at, message, format!("write {high}-{low}"));
            continue;
        }
        match (u16::try_from(low), u16::try_from(high)) {
            (Ok(low), Ok(high)) if u32::from(high) < LIMIT => found.push((low, high)),
            _ => {
                let highest = LIMIT.saturating_sub(1);
                let message = format!("\"{}\" is above {highest}", word.text);
                reader.advise(at, message, format!("write numbers from 0 to {highest}"));
                return Parsed::Ignored;
            }
        }
    }
    match any {
        true => Parsed::Value(Value::Cpus(Box::new(CpuSet::new(found)))),
        false => Parsed::Reset,
    }
}

fn help(word: &str) -> &'static str {
    match word.strip_suffix('-').is_some_and(|number| unsigned32(number).is_ok()) {
        true => "write the end of the range behind the hyphen",
        false => "write numbers and ranges such as 0-3, with blanks or commas between them",
    }
}
