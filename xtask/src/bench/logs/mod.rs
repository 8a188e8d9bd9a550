//! `cargo xtask bench logs`: a million entries read, against journalctl and against the floors,
//! and a syslog file of 1 GB, against grep.

mod agree;
mod data;
mod generate;
mod questions;
mod random;
mod report;
mod say;
mod services;

use std::{
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

pub use self::data::Data;
pub use self::report::Report;
pub use self::services::BUSY_UNIT;
use self::{
    questions::{OWN_MEMORY_KIB, QUESTIONS, Question, TEXT_LIMIT, TEXT_QUESTIONS, TextQuestion},
    report::{Answer, Line, Table},
};
use super::{
    Args,
    machine::Machine,
    measure::{Meter, Run, Spread},
    peers,
};
use crate::{
    assets,
    command::is_installed,
    error::{Error, Result},
    workspace::Workspace,
};

/// How often something is asked, by how long the slower one needs for it, in microseconds.
const TURNS: &[(u64, usize)] = &[(100_000, 21), (10_000_000, 5), (u64::MAX, 3)];
const QUICK_TURNS: usize = 3;

/// Measures everything.
pub fn run(workspace: &Workspace, args: &Args) -> Result<Report> {
    for program in ["journalctl", "grep", "taskset"] {
        if !is_installed(program) {
            return Err(Error::malformed(program, "is not installed: there is nothing to compare"));
        }
    }
    let bench = Bench {
        measure: peers::tools(workspace)?.measure,
        own: Own::build(workspace)?,
        data: Data::make(workspace, args.quick)?,
        is_quick: args.quick,
    };
    let mut tables = Vec::new();
    for (folder, is_many) in [(&bench.data.few, false), (&bench.data.many, true)] {
        tables.push(bench.journals(folder, is_many)?);
    }
    tables.push(bench.floors()?);
    tables.push(bench.texts()?);
    Ok(Report { machine: Machine::look(), tables, notes: notes(&bench) })
}

fn notes(bench: &Bench) -> Vec<String> {
    let Data { entries, .. } = bench.data;
    let mut notes = vec![
        format!("{entries} entries of 50 units in 6 boots, 22 to 27 fields each, from one writer"),
        "in many files: each but the last ends with an entry of 260 fields more, which is what \
         made systemd-journal-remote begin the next"
            .to_owned(),
        "wall times are medians of whole runs in turns, warm, output to /dev/null; × is against \
         journalctl, or grep"
            .to_owned(),
        "one core: the same under taskset -c 0".to_owned(),
        "MiB: memory of its own, without the pages of mapped files, looked at each millisecond in \
         a run of its own"
            .to_owned(),
        "grep prints into a pipe: with /dev/null for output it ends at the first line that it finds"
            .to_owned(),
    ];
    if bench.is_quick {
        notes.push("--quick: a tenth of everything; the targets are for all of it".to_owned());
    }
    notes
}

/// The program, under its two names.
struct Own {
    daemonctl: PathBuf,
    journalctl: PathBuf,
}

impl Own {
    fn build(workspace: &Workspace) -> Result<Own> {
        let daemonctl = assets::build(workspace, true)?;
        let folder = workspace.target.join("bench-logs");
        let doing = || format!("link daemonctl in {}", folder.display());
        std::fs::create_dir_all(&folder).map_err(Error::io(doing()))?;
        let journalctl = folder.join("journalctl");
        if journalctl.symlink_metadata().is_ok() {
            std::fs::remove_file(&journalctl).map_err(Error::io(doing()))?;
        }
        symlink(&daemonctl, &journalctl).map_err(Error::io(doing()))?;
        Ok(Own { daemonctl, journalctl })
    }
}

struct Bench {
    measure: PathBuf,
    own: Own,
    data: Data,
    is_quick: bool,
}

impl Bench {
    fn journals(&self, folder: &Path, is_many: bool) -> Result<Table> {
        let files = Data::files(folder)?;
        let mut table =
            Table::new(format!("{} entries in {files} files", self.data.entries), "journalctl");
        for question in QUESTIONS.iter().filter(|question| question.of_many || !is_many) {
            println!("measuring {} in {files} files", question.name);
            table.lines.extend(self.ask(question, folder, !is_many)?);
        }
        Ok(table)
    }

    /// One question, to both of our names and to journalctl.
    fn ask(&self, question: &Question, folder: &Path, compares: bool) -> Result<Vec<Line>> {
        let argv = |program: &[&str]| {
            let mut argv: Vec<String> = program.iter().map(|&word| word.to_owned()).collect();
            argv.extend(["--directory".to_owned(), folder.display().to_string()]);
            argv.extend((question.args)());
            argv
        };
        let daemonctl = self.own.daemonctl.display().to_string();
        let journalctl = self.own.journalctl.display().to_string();
        let reference = argv(&["journalctl"]);
        let own = [argv(&[&journalctl]), argv(&[&daemonctl, "logs"])];
        let mut contestants = vec![reference.clone()];
        for own in &own {
            if compares {
                agree::check(question.agreement, &reference, own)?;
            }
            contestants.extend([own.clone(), one_core(own)]);
        }
        let runs = self.turns(&contestants)?;
        let [reference, by_name, by_name_alone, by_logs, by_logs_alone] = runs.as_slice() else {
            return Err(Error::malformed("the bench", "lost a contestant"));
        };
        let line = |name: &str, own: &[String], runs, alone| -> Result<Line> {
            Ok(Line {
                question: question.name.to_owned(),
                command: name.to_owned(),
                reference: Answer::of(reference),
                own: Answer::of(runs),
                alone: Answer::of(alone),
                own_kib: Some(self.meter().own_memory(own)?.peak_rss_kib),
                limit: Some(question.limit),
            })
        };
        let [name, logs] = &own;
        Ok(vec![
            line("as journalctl", name, by_name, by_name_alone)?,
            line("daemonctl logs", logs, by_logs, by_logs_alone)?,
        ])
    }

    /// What cat and grep need for the messages as text: nobody is quicker.
    fn floors(&self) -> Result<Table> {
        let text = self.text_of_all()?;
        let cat = shell(&format!("cat '{text}' | cat"));
        let grep = shell(&format!("LC_ALL=C grep -c {} '{text}' | cat", services::RARE_WORD));
        let runs = self.turns(&[cat, grep])?;
        let mut table = Table::new("floors: the messages as text".to_owned(), "");
        for (name, runs) in ["cat", "grep"].into_iter().zip(&runs) {
            table.lines.push(Line::floor(name, Answer::of(runs)));
        }
        Ok(table)
    }

    fn text_of_all(&self) -> Result<String> {
        if !self.data.text.exists() {
            let file = std::fs::File::create(&self.data.text)
                .map_err(Error::io(format!("write {}", self.data.text.display())))?;
            agree::write_to(&["journalctl", "-o", "cat", "--directory"], &self.data.few, file)?;
        }
        Ok(self.data.text.display().to_string())
    }

    fn texts(&self) -> Result<Table> {
        let bytes = std::fs::metadata(&self.data.syslog).map_or(0, |data| data.len());
        let mut table = Table::new(format!("a syslog file of {} MB", bytes / 1_000_000), "grep");
        for question in TEXT_QUESTIONS {
            println!("measuring {} of a syslog file", question.name);
            table.lines.push(self.ask_text(question)?);
        }
        Ok(table)
    }

    fn ask_text(&self, question: &TextQuestion) -> Result<Line> {
        let file = self.data.syslog.display().to_string();
        let grep = shell(&format!("LC_ALL=C grep '{}' '{file}' | cat", question.pattern));
        let mut own = vec![self.own.daemonctl.display().to_string(), "logs".to_owned(), file];
        own.extend((question.args)());
        agree::check_lines(&grep, &own)?;
        let runs = self.turns(&[grep, own.clone(), one_core(&own)])?;
        let [reference, by_own, alone] = runs.as_slice() else {
            return Err(Error::malformed("the bench", "lost a contestant"));
        };
        Ok(Line {
            question: question.name.to_owned(),
            command: "daemonctl logs".to_owned(),
            reference: Answer::of(reference),
            own: Answer::of(by_own),
            alone: Answer::of(alone),
            own_kib: Some(self.meter().own_memory(&own)?.peak_rss_kib),
            limit: Some(TEXT_LIMIT),
        })
    }

    fn meter(&self) -> Meter<'_> {
        Meter { program: &self.measure }
    }

    /// As many turns as the first, which is not counted, leaves patience for.
    fn turns(&self, contestants: &[Vec<String>]) -> Result<Vec<Vec<Run>>> {
        let run = |argv: &Vec<String>| -> Result<Run> {
            let run = self.meter().run(argv, None)?;
            match run.status {
                0 => Ok(run),
                status => {
                    let outcome = format!("ended with status {status}");
                    Err(Error::Command { line: argv.join(" "), outcome })
                }
            }
        };
        let mut slowest = 0;
        for argv in contestants {
            slowest = slowest.max(run(argv)?.wall_usec);
        }
        let turns = TURNS.iter().find(|(usec, _)| slowest <= *usec).map_or(1, |(_, turns)| *turns);
        let turns = if self.is_quick { QUICK_TURNS } else { turns };
        let mut runs = vec![Vec::with_capacity(turns); contestants.len()];
        for _ in 0..turns {
            for (argv, kept) in contestants.iter().zip(&mut runs) {
                kept.push(run(argv)?);
            }
        }
        Ok(runs)
    }
}

impl Answer {
    fn of(runs: &[Run]) -> Option<Answer> {
        Some(Answer {
            wall: Spread::of(runs.iter().map(|run| run.wall_usec))?,
            cpu: Spread::of(runs.iter().map(|run| run.cpu_usec))?,
        })
    }
}

fn one_core(argv: &[String]) -> Vec<String> {
    ["taskset", "-c", "0"].into_iter().map(str::to_owned).chain(argv.iter().cloned()).collect()
}

fn shell(line: &str) -> Vec<String> {
    ["sh", "-c", line].map(str::to_owned).to_vec()
}
