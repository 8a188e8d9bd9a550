//! The chores of the house: `cargo xtask test`, `tidy`, `bench` and `install`.
//!
//! Each chore is a module. [`workspace`] is what they all stand on: the root, the packages and
//! their dependencies as `cargo metadata` tells them. Nothing here is part of the product: no
//! crate depends on this one.

mod assets;
mod bench;
mod command;
mod error;
mod install;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::{error::Result, workspace::Workspace};

/// The chores of daemond's repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
enum Chore {
    /// Everything that has to hold: format, lints, tidy, tests, boxes, documentation, dependencies
    Test(test::Args),
    /// The rules of the house that no compiler checks
    Tidy(tidy::Args),
    /// Measurements against other programs, side by side
    Bench(bench::Args),
    /// Install daemonctl, its completions and its man pages
    Install(install::Args),
    /// Keep N idle processes until standard input ends
    #[command(name = "__population", hide = true)]
    Population {
        /// How many
        count: usize,
    },
}

fn main() -> ExitCode {
    let chore = Chore::parse();
    match run(&chore) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does the chore; `false` is a chore that was done and found something wrong.
fn run(chore: &Chore) -> Result<bool> {
    if let Chore::Population { count } = chore {
        return bench::population::keep(*count).map(|()| true);
    }
    let workspace = Workspace::load()?;
    match chore {
        Chore::Test(args) => Ok(test::run(&workspace, args)),
        Chore::Tidy(args) => tidy::run(&workspace, args),
        Chore::Bench(args) => bench::run(&workspace, args),
        Chore::Install(args) => install::run(&workspace, args).map(|()| true),
        Chore::Population { .. } => Ok(true),
    }
}
