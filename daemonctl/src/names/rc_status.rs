//! `rc-status`, as OpenRC's rc-status(8) has it: the services of runlevels, and how they are.

use std::ffi::OsString;
use std::process::ExitCode;

use super::common::World;
use super::einfo::{COMMON, Voice, line};
use super::getopt::{Line, Opt, flag, valued};
use super::rc_levels::{Entry, Levels, State};
use super::terminal;

const USAGE: &str = "\
Usage: rc-status [options] -f ini <runlevel>...
   or: rc-status [options] [-a | -c | -l | -m | -r | -s | -u]";

const OPTIONS: &[Opt] = &[
    flag('a', "all", "Show services from all run levels"),
    flag('c', "crashed", "Show crashed services"),
    valued('f', "format", "format status to be parsable (currently arg must be ini)"),
    flag('l', "list", "Show list of run levels"),
    flag('m', "manual", "Show manually started services"),
    flag('r', "runlevel", "Show the name of the current runlevel"),
    flag('s', "servicelist", "Show service list"),
    flag('S', "supervised", "show supervised services"),
    flag('u', "unused", "Show services not assigned to any runlevel"),
    COMMON[0],
    COMMON[1],
    COMMON[2],
    COMMON[3],
    COMMON[4],
];

/// Runs it.
pub fn run(args: &[OsString]) -> ExitCode {
    let line = match line("rc-status", USAGE, "acf:lmrsSu", OPTIONS, args) {
        Ok(line) => line,
        Err(status) => return ExitCode::from(status),
    };
    let voice = Voice::new("rc-status", &line);
    let ini = line.value('f').map(|format| format.eq_ignore_ascii_case("ini"));
    if ini == Some(false) {
        voice.error("rc-status: invalid argument to --format switch");
        terminal::err("");
        return ExitCode::FAILURE;
    }
    let levels = match Levels::read(&World::open()) {
        Ok(levels) => levels,
        Err(error) => {
            voice.error(&format!("rc-status: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let page = Page { voice, ini: ini.is_some(), levels: &levels };
    ExitCode::from(page.show(&line))
}

struct Page<'a> {
    voice: Voice,
    ini: bool,
    levels: &'a Levels,
}

impl Page<'_> {
    /// What the options ask for; of several that list something, the first counts.
    fn show(&self, line: &Line) -> u8 {
        let listing = line.options.iter().map(|(_, letter, _)| *letter);
        match listing.into_iter().find(|letter| "clmrsSu".contains(*letter)) {
            Some('c') => return self.crashed(),
            Some('l') => self.levels.names.iter().for_each(|name| terminal::out(name)),
            Some('r') => terminal::out(&self.levels.current),
            Some('s') => self.entries(|_| true),
            Some('S') => self.entries(|entry| entry.supervised),
            Some('u') => self.entries(|entry| entry.levels.is_empty()),
            Some(_) => self.entries(|entry| {
                let runs = !entry.state.is_stopped() && !entry.hotplugged;
                entry.levels.is_empty() && runs
            }),
            None => return self.runlevels(line),
        }
        0
    }

    fn crashed(&self) -> u8 {
        let mut status = 1;
        for entry in &self.levels.entries {
            if matches!(entry.state, State::Crashed | State::Unsupervised) {
                terminal::out(&entry.name);
                status = 0;
            }
        }
        status
    }

    fn runlevels(&self, line: &Line) -> u8 {
        let mut shown: Vec<String> = Vec::new();
        if line.has('a') {
            shown.clone_from(&self.levels.names);
        }
        let words = line.texts();
        let mut given = false;
        for word in &words {
            if self.levels.has(word) {
                given = true;
                shown.push(word.clone());
            } else {
                self.voice.error(&format!("runlevel `{word}' does not exist"));
            }
        }
        if !words.is_empty() && !given {
            return 1;
        }
        if shown.is_empty() {
            shown.push(self.levels.current.clone());
        }
        for level in &shown {
            self.head("", level);
            self.levels.members(level).into_iter().for_each(|entry| self.entry(entry));
            for (inner, outer) in &self.levels.stacks {
                if outer == level && !shown.contains(inner) {
                    self.head("Stacked ", inner);
                    self.levels.members(inner).into_iter().for_each(|entry| self.entry(entry));
                }
            }
        }
        if line.has('a') || !given {
            self.dynamic();
        }
        0
    }

    /// What runs without belonging to a runlevel that is in force.
    fn dynamic(&self) {
        self.head("Dynamic ", "hotplugged");
        self.entries(|entry| entry.hotplugged);
        let in_force = [self.levels.current.as_str(), "sysinit", "boot"];
        let outside = |entry: &Entry| {
            let member = in_force.iter().any(|level| self.levels.is_member(entry, level));
            let idle = entry.state.is_stopped() || entry.hotplugged;
            entry.state == State::Failed || !member && !idle
        };
        self.head("Dynamic ", "needed/wanted");
        self.entries(|entry| outside(entry) && entry.needed);
        self.head("Dynamic ", "manual");
        self.entries(|entry| outside(entry) && !entry.needed);
    }

    fn head(&self, prefix: &str, name: &str) {
        match self.ini {
            true => terminal::out(&format!("[{prefix}{name}]")),
            false => terminal::out(&format!("{prefix}Runlevel: {name}")),
        }
    }

    fn entries(&self, test: impl Fn(&Entry) -> bool) {
        self.levels.those(test).into_iter().for_each(|entry| self.entry(entry));
    }

    fn entry(&self, entry: &Entry) {
        let text = entry.state.text();
        match self.ini {
            true => terminal::out(&format!("{} = {text}", entry.name)),
            false => self.voice.state(&entry.name, &text, entry.state.hue()),
        }
    }
}
