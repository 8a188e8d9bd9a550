//! The language of `--filter`: `cpu > 5 and user = root`.
//!
//! See [`HELP`] for what a user is told. A filter is read once against a table of columns and then
//! asked row by row; a question allocates nothing of its own.
//!
//! A comparison with a missing value is false, whatever the operator: neither `cpu > 5` nor
//! `cpu != 5` nor `cpu not in (5)` holds for a process whose cpu could not be read. `not (cpu > 5)`
//! does hold for it, since `not` turns round the whole answer. `cpu is unknown` asks for such rows.

mod lex;
mod parse;
mod test;

use crate::column::{Column, Rows};
use crate::error::QueryError;
use std::fmt;
use test::Test;

/// The language, for `--help` and the manual page.
pub const HELP: &str = "\
A filter compares columns with values:
  cpu > 5 and user = root
  rss >= 100M or (age < 2h and not kind = kernel)
Operators:
  =  !=  >  >=  <  <=   equal, unequal, order; order is for numbers, sizes and times
  ~  !~                 text contains; with * or ? in it the whole text has that form
  in (a, b)  not in (…) one of several
  is null  is not null  the value is missing: denied, not measured, gone or unknown
                        (also: is not_permitted, not_measured, not_applicable, vanished)
A column alone is true when it is neither missing nor zero nor empty nor `no`.
For a list, one matching item is enough; for != and !~ no item may match.
Join with and, or, not (also && || !) and parentheses; and binds closer than or.
Sizes are 512, 10K, 1.5G (powers of 1024), times 45s, 2h, 3d, 1h30m, percentages 5 or 5%,
dates 2026-11-22 or 2026-11-22T16:14Z (UTC unless said otherwise). Text with blanks or
signs in it stands in quotes: comm = \"a b\". Text is compared exactly, case included.
A comparison with a missing value is false, even with !=.
";

/// A filter, understood against a table of columns.
pub struct Filter<K: Rows> {
    source: String,
    steps: Vec<Step<K>>,
    needs: u64,
}

/// One instruction of a small machine whose only register is the answer so far. Jumps make `and`
/// and `or` stop as soon as they can, and evaluation needs neither recursion nor a stack.
enum Step<K: Rows> {
    /// Answer with this test.
    Ask(Test<K>),
    /// Turn the answer round.
    Not,
    /// Go on at this step if the answer is yes.
    IfTrue(usize),
    /// Go on at this step if the answer is no.
    IfFalse(usize),
}

impl<K: Rows> Filter<K> {
    /// Reads a filter.
    ///
    /// # Errors
    /// The first thing in it that is wrong, with its place and a hint.
    pub fn parse(source: &str, table: &'static [Column<K>]) -> Result<Self, QueryError> {
        let (steps, needs) = parse::parse(source, table)?;
        Ok(Self { source: source.to_owned(), steps, needs })
    }

    /// Whether the row passes.
    #[must_use]
    pub fn matches<'a>(&self, row: &'a K::Row<'a>) -> bool {
        let mut answer = true;
        let mut at = 0;
        while let Some(step) = self.steps.get(at) {
            at += 1;
            match step {
                Step::Ask(test) => answer = test.holds(row),
                Step::Not => answer = !answer,
                Step::IfTrue(target) if answer => at = *target,
                Step::IfFalse(target) if !answer => at = *target,
                Step::IfTrue(_) | Step::IfFalse(_) => {}
            }
        }
        answer
    }

    /// The union of what its columns need: see [`Column::needs`].
    #[must_use]
    pub const fn needs(&self) -> u64 {
        self.needs
    }
}

/// The filter as it was typed.
impl<K: Rows> fmt::Display for Filter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl<K: Rows> fmt::Debug for Filter<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Filter").field(&self.source).finish()
    }
}

#[cfg(test)]
mod tests;
