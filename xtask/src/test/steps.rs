//! The steps, in the order in which they run.

use super::{Outcome, Tally, Verdict, packages, runner};
use crate::{
    assets,
    bench::{
        counts::{calls_a_process, count_syscalls},
        targets::{CALLS_A_PROCESS, CALLS_A_UNIT},
        unit::calls_a_unit,
    },
    command::{Cmd, is_installed},
    error::{Error, Result},
    tidy,
    workspace::Workspace,
};

/// A step of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Step {
    /// What the tests need of Debian's packages
    Packages,
    /// cargo fmt --check
    Format,
    /// The rules of the house
    Tidy,
    /// Licences, duplicates and reasons of what comes from outside
    Dependencies,
    /// Everything compiles, tests too
    Build,
    /// clippy, where a warning is an error
    Clippy,
    /// The documentation builds without a warning
    Docs,
    /// daemonctl's completions and man pages are made and are sound
    Generated,
    /// How many system calls daemonctl ps makes for each process, and verify for each unit
    Counts,
    /// Unit, property and snapshot tests
    Tests,
    /// The examples in the documentation
    Doctests,
    /// Tests with real init systems
    Boxes,
}

impl Step {
    /// All of them, in order.
    pub const ALL: &[Step] = &[
        Step::Packages,
        Step::Format,
        Step::Tidy,
        Step::Dependencies,
        Step::Build,
        Step::Clippy,
        Step::Docs,
        Step::Generated,
        Step::Counts,
        Step::Tests,
        Step::Doctests,
        Step::Boxes,
    ];

    /// Its name in the summary and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Step::Packages => "packages",
            Step::Format => "format",
            Step::Tidy => "tidy",
            Step::Dependencies => "dependencies",
            Step::Build => "build",
            Step::Clippy => "clippy",
            Step::Docs => "docs",
            Step::Generated => "generated",
            Step::Counts => "counts",
            Step::Tests => "tests",
            Step::Doctests => "doctests",
            Step::Boxes => "boxes",
        }
    }

    /// Whether it means nothing if the workspace does not compile.
    pub fn needs_build(self) -> bool {
        matches!(
            self,
            Step::Clippy
                | Step::Docs
                | Step::Generated
                | Step::Counts
                | Step::Tests
                | Step::Doctests
                | Step::Boxes
        )
    }

    /// Whether it runs tests, or is needed to run them.
    pub fn runs_tests(self) -> bool {
        matches!(self, Step::Packages | Step::Build | Step::Tests | Step::Doctests | Step::Boxes)
    }

    /// Does it.
    pub fn run(self, workspace: &Workspace, filter: Option<&str>) -> Result<Outcome> {
        let cargo = || Cmd::cargo(workspace);
        let of = |cmd: Cmd| cmd.show().map(|status| Outcome::of(status.success()));
        match self {
            Step::Packages => packages::install(workspace),
            Step::Format => match has_component(workspace, "fmt") {
                true => of(cargo().args(["fmt", "--all", "--check"])),
                false => Ok(Outcome::skipped(missing_component("rustfmt"))),
            },
            Step::Tidy => tidy::check_house(workspace).map(Outcome::of),
            Step::Dependencies => tidy::check_dependencies(workspace).map(Outcome::of),
            Step::Build => build(workspace),
            Step::Clippy => match has_component(workspace, "clippy") {
                true => of(cargo()
                    .args(["clippy", "--workspace", "--all-targets", "--locked"])
                    .args(["--", "-D", "warnings"])),
                false => Ok(Outcome::skipped(missing_component("clippy"))),
            },
            Step::Docs => of(cargo()
                .args(["doc", "--workspace", "--no-deps", "--locked"])
                .env("RUSTDOCFLAGS", "-D warnings")),
            Step::Generated => generated(workspace).map(|()| Outcome::of(true)),
            Step::Counts => counts(workspace),
            Step::Tests => runner::tests(workspace, filter),
            Step::Doctests => runner::doctests(workspace, filter),
            Step::Boxes => runner::boxes(workspace, filter),
        }
    }
}

fn counts(workspace: &Workspace) -> Result<Outcome> {
    if !is_installed("strace") {
        return Ok(Outcome::skipped("strace is not installed: apt-get install strace"));
    }
    let scratch = workspace.target.join("counts.strace");
    if let Err(error) = count_syscalls(&["true".into()], &scratch) {
        return Ok(Outcome::skipped(format!("strace does not work here: {error}")));
    }
    let daemonctl = assets::build(workspace, false)?;
    let calls = calls_a_process(&[daemonctl.display().to_string(), "ps".into()], &scratch)?;
    println!("daemonctl ps: {calls:.2} system calls a process; at most {CALLS_A_PROCESS}");
    let of_units = calls_a_unit(workspace, &daemonctl)?;
    println!("daemonctl verify: {of_units:.2} system calls a unit; at most {CALLS_A_UNIT}");
    // None at all is a program that lists nothing.
    let fits = |calls: f64, limit: f64| (1.0..=limit).contains(&calls);
    Ok(Outcome::of(fits(calls, CALLS_A_PROCESS) && fits(of_units, CALLS_A_UNIT)))
}

fn has_component(workspace: &Workspace, name: &str) -> bool {
    Cmd::cargo(workspace).args([name, "--version"]).read().is_ok()
}

fn missing_component(name: &str) -> String {
    format!("{name} is not installed: rustup component add {name}")
}

/// A build that fails counts as one failed test, so that the totals can't look clean.
fn build(workspace: &Workspace) -> Result<Outcome> {
    let status = Cmd::cargo(workspace)
        .args(["test", "--workspace", "--no-run", "--quiet", "--locked"])
        .show()?;
    let mut outcome = Outcome::of(status.success());
    if !status.success() {
        let failures = vec!["the workspace does not build".into()];
        outcome.tally = Some(Tally { failed: 1, failures, ..Tally::default() });
        outcome.verdict = Verdict::Failed("the workspace does not build".into());
    }
    Ok(outcome)
}

/// Completions and man pages can be made; bash takes its own; every page has a title and the
/// sections that readers look for.
fn generated(workspace: &Workspace) -> Result<()> {
    let daemonctl = assets::build(workspace, false)?;
    let folder = workspace.target.join("generated");
    std::fs::create_dir_all(&folder).map_err(Error::io("make target/generated"))?;
    for shell in assets::SHELLS {
        let file = folder.join(format!("daemonctl.{}", shell.name));
        let text = assets::completions(workspace, &daemonctl, shell)?;
        std::fs::write(&file, text).map_err(Error::io(format!("write {}", file.display())))?;
        if is_installed(shell.name) {
            Cmd::new(workspace, shell.name).arg("-n").arg(&file).expect_success()?;
        } else {
            println!(
                "{}: made; its syntax is not checked, {} is not installed",
                shell.name, shell.name
            );
        }
    }
    let pages = assets::man_pages(workspace, &daemonctl, &folder.join("man"))?;
    for page in &pages {
        assets::section(page)?;
        let text = crate::error::read_text(page)?;
        for wanted in [".TH ", "NAME", "SYNOPSIS"] {
            if !text.contains(wanted) {
                let what = page.display().to_string();
                return Err(Error::malformed(what, format!("is no man page: it lacks {wanted}")));
            }
        }
    }
    println!("{} man pages", pages.len());
    Ok(())
}
