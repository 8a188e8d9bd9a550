//! Which entries: matches joined by and and or, see sd_journal_add_match(3).

use std::fmt;

/// Which entries. `Filter::All` lets everything through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// Every entry.
    #[default]
    All,
    /// Those that have this field, `FIELD=value`, exactly.
    Field(Vec<u8>),
    /// Those that all of these let through (of an empty list: every entry).
    AllOf(Vec<Filter>),
    /// Those that any of these lets through (of an empty list: none).
    AnyOf(Vec<Filter>),
}

/// A match that sd-journal would refuse: not `FIELD=value`, with a name out of A-Z, 0-9 and `_` that
/// doesn't begin with two `_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAMatch;

impl fmt::Display for NotAMatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a match (FIELD=value)")
    }
}

impl std::error::Error for NotAMatch {}

impl Filter {
    /// Entries that have this field: `_PID=1`.
    pub fn field(text: &[u8]) -> Filter {
        Filter::Field(text.to_vec())
    }

    /// Entries that all of these let through.
    pub fn all_of(filters: impl IntoIterator<Item = Filter>) -> Filter {
        Filter::AllOf(filters.into_iter().collect())
    }

    /// Entries that any of these lets through.
    pub fn any_of(filters: impl IntoIterator<Item = Filter>) -> Filter {
        Filter::AnyOf(filters.into_iter().collect())
    }
}

/// Builds a [`Filter`] as sd-journal does from a sequence of calls: matches of the same field are
/// alternatives, those of different fields must all hold; [`Matches::disjunction`] begins another
/// alternative, [`Matches::conjunction`] another group that must hold too.
#[derive(Clone, Debug, Default)]
pub struct Matches {
    groups: Vec<Alternatives>,
    /// Whether the next match begins another group.
    group_is_closed: bool,
    /// Whether the next match begins another alternative of the last group.
    alternative_is_closed: bool,
}

/// Any of these must hold.
type Alternatives = Vec<Fields>;

/// For each field any of its values.
type Fields = Vec<Vec<Vec<u8>>>;

impl Matches {
    /// sd_journal_add_match(3).
    ///
    /// # Errors
    /// sd-journal refuses such a match.
    pub fn add(&mut self, text: &[u8]) -> Result<(), NotAMatch> {
        let name = name_of(text).ok_or(NotAMatch)?;
        if self.groups.is_empty() || self.group_is_closed {
            self.groups.push(Vec::new());
        }
        self.group_is_closed = false;
        let Some(group) = self.groups.last_mut() else { return Ok(()) };
        if group.is_empty() || self.alternative_is_closed {
            group.push(Vec::new());
        }
        self.alternative_is_closed = false;
        let Some(fields) = group.last_mut() else { return Ok(()) };
        let same_name = |values: &&mut Vec<Vec<u8>>| {
            values.first().and_then(|value| name_of(value)) == Some(name)
        };
        match fields.iter_mut().find(same_name) {
            Some(values) if values.iter().any(|value| value == text) => {}
            Some(values) => values.push(text.to_vec()),
            None => fields.push(vec![text.to_vec()]),
        }
        Ok(())
    }

    /// sd_journal_add_disjunction(3).
    pub fn disjunction(&mut self) {
        self.alternative_is_closed = true;
    }

    /// sd_journal_add_conjunction(3).
    pub fn conjunction(&mut self) {
        self.group_is_closed = true;
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// What it came to.
    pub fn build(&self) -> Filter {
        if self.groups.is_empty() {
            return Filter::All;
        }
        let values = |values: &Vec<Vec<u8>>| any(values.iter().map(|text| Filter::field(text)));
        let fields = |fields: &Fields| all(fields.iter().map(values));
        all(self.groups.iter().map(|group| any(group.iter().map(fields))))
    }
}

fn all(filters: impl Iterator<Item = Filter>) -> Filter {
    alone(filters.collect()).unwrap_or_else(Filter::AllOf)
}

fn any(filters: impl Iterator<Item = Filter>) -> Filter {
    alone(filters.collect()).unwrap_or_else(Filter::AnyOf)
}

/// One filter needs no list around it.
fn alone(mut filters: Vec<Filter>) -> Result<Filter, Vec<Filter>> {
    match filters.pop() {
        Some(only) if filters.is_empty() => Ok(only),
        Some(last) => {
            filters.push(last);
            Err(filters)
        }
        None => Err(filters),
    }
}

/// A match's field name, if sd-journal would take the match.
fn name_of(text: &[u8]) -> Option<&[u8]> {
    let (name, _) = text.split_at_checked(memchr::memchr(b'=', text)?)?;
    let is_name = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_');
    (!name.is_empty() && !name.starts_with(b"__") && name.iter().all(is_name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(text: &str) -> Filter {
        Filter::field(text.as_bytes())
    }

    fn built(calls: &[&str]) -> Filter {
        let mut matches = Matches::default();
        for call in calls {
            match *call {
                "+" => matches.disjunction(),
                "&" => matches.conjunction(),
                text => matches.add(text.as_bytes()).unwrap(),
            }
        }
        matches.build()
    }

    #[test]
    fn same_field_or_other_field_and() {
        assert_eq!(built(&[]), Filter::All);
        assert_eq!(built(&["A=1"]), field("A=1"));
        assert_eq!(built(&["A=1", "A=1"]), field("A=1"));
        let a = Filter::any_of([field("A=1"), field("A=2")]);
        assert_eq!(built(&["A=1", "A=2"]), a);
        let both = Filter::all_of([a.clone(), field("B=1")]);
        assert_eq!(built(&["A=1", "B=1", "A=2"]), both);
        assert_eq!(built(&["+", "&", "A=1", "+", "A=2"]), a);
        assert_eq!(
            built(&["A=1", "A=2", "B=1", "+", "A=3", "+"]),
            Filter::any_of([both, field("A=3")])
        );
        assert_eq!(
            built(&["A=1", "+", "A=2", "&", "A=1"]),
            Filter::all_of([Filter::any_of([field("A=1"), field("A=2")]), field("A=1")])
        );
        // A disjunction before a conjunction leaves nothing open.
        assert_eq!(
            built(&["A=1", "+", "&", "A=2", "B=2"]),
            Filter::all_of([field("A=1"), Filter::all_of([field("A=2"), field("B=2")])])
        );
    }

    #[test]
    fn what_sd_journal_refuses() {
        let mut matches = Matches::default();
        for bad in ["", "=", "A", "=1", "__A=1", "a=1", "A B=1", "\u{c4}=1"] {
            assert_eq!(matches.add(bad.as_bytes()), Err(NotAMatch), "{bad}");
        }
        assert!(matches.is_empty());
        matches.add(b"_A9=").unwrap();
        matches.add(b"A=\xff=\0").unwrap();
    }
}
