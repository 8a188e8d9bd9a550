//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Each rule is a module with a `check` that takes what it needs and returns [`Problem`]s. What
//! is measured rather than forbidden (lengths, crates in several versions) goes through the
//! [`ratchet`]: what exceeds its limit today is recorded and may only shrink.

mod audit;
mod heads;
mod length;
mod lexer;
mod links;
mod ratchet;
mod rooms;
mod spdx;
mod tree;
mod unsafety;
mod words;

use std::fmt;

use crate::{error::Result, workspace::Workspace};
use ratchet::Ratchet;
use tree::Tree;

/// What `cargo xtask tidy` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Lower the ratchet (tidy.toml) to what is there now
    #[arg(long)]
    update: bool,
    /// With --update: record what has grown or is new as well
    #[arg(long, requires = "update")]
    allow_grow: bool,
}

/// Something that breaks a rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, from the root.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: String,
}

impl Problem {
    /// A problem at `path:line`.
    pub fn new(
        path: impl Into<String>,
        line: usize,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Problem {
        Problem { path: path.into(), line, what: what.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}\n    {}", self.path, self.line, self.what, self.remedy)
    }
}

/// Checks everything and prints what was found; `false` if something was.
pub fn run(workspace: &Workspace, args: &Args) -> Result<bool> {
    let mut ratchet = Ratchet::load(&workspace.root)?;
    if args.update {
        let mut excesses = length::excesses(&Tree::load(workspace)?);
        excesses.extend(audit::versions(workspace));
        ratchet = ratchet.updated(&excesses, args.allow_grow);
        ratchet.save(&workspace.root)?;
    }
    let mut problems = house(workspace, &ratchet)?;
    problems.extend(dependencies(workspace, &ratchet)?);
    Ok(report(problems))
}

/// The step `tidy` of the test suite: all rules but those about dependencies from outside.
pub fn check_house(workspace: &Workspace) -> Result<bool> {
    Ok(report(house(workspace, &Ratchet::load(&workspace.root)?)?))
}

/// The step `dependencies` of the test suite.
pub fn check_dependencies(workspace: &Workspace) -> Result<bool> {
    Ok(report(dependencies(workspace, &Ratchet::load(&workspace.root)?)?))
}

fn house(workspace: &Workspace, ratchet: &Ratchet) -> Result<Vec<Problem>> {
    let tree = Tree::load(workspace)?;
    let mut problems = rooms::check(workspace);
    problems.extend(unsafety::check(&tree));
    problems.extend(heads::check(workspace, &tree));
    problems.extend(words::check(&tree));
    problems.extend(links::check(workspace, &tree));
    problems.extend(ratchet.check(length::SECTIONS, &length::excesses(&tree)));
    Ok(problems)
}

fn dependencies(workspace: &Workspace, ratchet: &Ratchet) -> Result<Vec<Problem>> {
    let mut problems = audit::check(workspace)?;
    problems.extend(ratchet.check(audit::SECTIONS, &audit::versions(workspace)));
    Ok(problems)
}

fn report(mut problems: Vec<Problem>) -> bool {
    problems.sort();
    problems.dedup();
    for problem in &problems {
        println!("{problem}");
    }
    match problems.len() {
        0 => println!("tidy"),
        1 => println!("1 problem"),
        count => println!("{count} problems"),
    }
    problems.is_empty()
}
