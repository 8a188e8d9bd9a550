//! Running a test, and what its end means.

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::time::Duration;

use insight::snapshot::{Account, ConfigTest, Exit, TestEnd};
use launch::{Confinement, Helper, RunAs};

use super::complaints::{self, Found};
use super::plan::{Plan, shown};
use super::subject::{Subject, root};
use super::table::Row;
use super::{Complaint, trust};

const TIME: Duration = Duration::from_secs(5);
/// What is kept of the output.
const OUTPUT_BYTES: usize = 64 * 1024;
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Folders that seem writable to every test.
const SCRATCH: [&str; 4] = ["/run", "/var/log", "/tmp", "/var/tmp"];
/// What a test can't do in there, and what its program can't do at all: no word on the configuration.
const INCONCLUSIVE: [&str; 7] = [
    "Read-only file system",
    "No space left on device",
    // A log that is opened to append is copied to the scratch folder first, and may be longer than that.
    "File too large",
    "Cannot allocate memory",
    "Too many open files",
    "error while loading shared libraries",
    "symbol lookup error",
];
/// What a caller can't do who is not root. Without a word on why, sshd has no host key that it may read.
const NOT_PERMITTED: [&str; 5] = [
    "Permission denied",
    "Operation not permitted",
    "permission denied",
    "must be root",
    "no hostkeys available",
];

/// Runs tests one after the other, up to the first that does not pass.
pub fn in_turn(row: &Row, plans: Vec<Plan>, subject: &Subject<'_>) -> ConfigTest {
    let mut last = not_run(row.name.to_owned(), None, "no test could be made for it".to_owned());
    for plan in plans {
        last = one(row, &plan, subject);
        if last.end != TestEnd::Passed {
            break;
        }
    }
    last
}

fn not_run(command: String, user: Option<String>, reason: String) -> ConfigTest {
    ConfigTest {
        command,
        user,
        end: TestEnd::NotRun,
        output: Vec::new(),
        not_run: Some(reason),
        complaints: Vec::new(),
    }
}

fn one(row: &Row, plan: &Plan, subject: &Subject<'_>) -> ConfigTest {
    let command = shown(&plan.program, &plan.arguments);
    if plan.missing {
        return not_run(command, None, format!("{} is not there", plan.program));
    }
    let starter = match plan.user.clone().map_or_else(|| subject.user(), Ok) {
        Ok(user) => user,
        Err(reason) => return not_run(command, None, reason),
    };
    let own = rustix::process::geteuid().as_raw();
    // Who is not root can only be himself.
    let runs_as = if own == 0 { starter.clone() } else { own_account(subject, own) };
    let user = Some(runs_as.name.clone());
    let paths = [&plan.program].into_iter().chain(&plan.files);
    if let Some(why) = paths.filter_map(|path| trust::objection(subject, path, runs_as.uid)).next()
    {
        let reason = format!("{why}: as {} it is not run", runs_as.name);
        return not_run(command, user, reason);
    }
    let is_confined = own == 0 && Confinement::is_possible();
    if own == 0 && !is_confined && !row.scratch.is_empty() {
        let reason = "it writes, and nothing that would keep it from that can be made here (mount namespaces)";
        return not_run(command, user, reason.to_owned());
    }
    let mut output = Output::default();
    let helper = helper(row, plan, subject, &runs_as, is_confined, own);
    let ended = helper.run(&mut |_, line| output.add(line), &mut || ());
    let mut test = not_run(command, user, String::new());
    test.output = output.lines;
    match ended {
        Err(error) => test.not_run = Some(error.to_string()),
        Ok(ended) if ended.timed_out => (test.end, test.not_run) = (TestEnd::TimedOut, None),
        Ok(ended) => {
            let exit = match ended.status.signal() {
                Some(number) => Exit::Signal { number, dumped: false },
                None => Exit::Status(ended.status.code().unwrap_or(-1)),
            };
            // A stranger's permissions say nothing of the service's.
            let is_stranger = runs_as.uid != starter.uid;
            let places = row.files.iter().map(|file| (*file).to_owned());
            let places: Vec<String> = places.chain(plan.settings.iter().cloned()).collect();
            let found = judge(row, &mut test, exit, is_stranger);
            test.complaints = complaints::located(found, &places, subject);
            if subject.service.is_broken() && !test.complaints.is_empty() {
                drop_harmless(row, &mut test);
            }
        }
    }
    test
}

/// What the end and the output of a test mean, and what it complains about.
pub fn judge(row: &Row, test: &mut ConfigTest, exit: Exit, is_stranger: bool) -> Vec<Found> {
    let found = complaints::find(row, &test.output);
    let failed = match row.judged_by_output {
        true => !found.is_empty(),
        false => exit != Exit::Status(0),
    };
    (test.end, test.not_run) = (TestEnd::Passed, None);
    if !failed {
        return Vec::new();
    }
    // What it complains about may be its confinement, or the program itself.
    let said = |what: &str| {
        let complaints = found.iter().map(|found| found.complaint.2.as_str());
        complaints.into_iter().find(|message| message.contains(what)).map(str::to_owned)
    };
    let other = row.inconclusive.iter().chain(&INCONCLUSIVE).find_map(|what| said(what));
    let line = |what: &&str| test.output.iter().find(|line| line.contains(*what)).cloned();
    let not_permitted = || NOT_PERMITTED.iter().find_map(line);
    let no_word = other.or_else(|| is_stranger.then(not_permitted).flatten());
    if let Some(line) = no_word {
        test.end = TestEnd::NotRun;
        test.not_run = Some(format!("it could not be run to its end: {}", line.trim()));
        return Vec::new();
    }
    let cause = match exit {
        // Ended by somebody, or by a bug of its own: that says nothing either.
        Exit::Signal { number, .. } => Some(format!("it was ended by signal {number}")),
        // The statuses of a shell, and of its scripts, for programs that can't be run.
        Exit::Status(status @ (126 | 127)) => {
            Some(format!("its program could not be run ({status})"))
        }
        // A shell's word for that.
        Exit::Status(status @ 129..=159) => {
            Some(format!("it was ended by signal {}", status - 128))
        }
        Exit::Status(_) => None,
    };
    if cause.is_some() {
        (test.end, test.not_run) = (TestEnd::NotRun, cause);
        return Vec::new();
    }
    test.end = TestEnd::Failed(exit);
    found
}

/// Of a service that does not run: complaints about what the daemon passes over are not why.
pub fn drop_harmless(row: &Row, test: &mut ConfigTest) {
    let is_harmful = |(file, line, message): &Complaint| {
        // A file that is not there at all counts always.
        let is_whole_file = file.is_some() && line.is_none();
        is_whole_file || !row.passed_over.iter().any(|text| message.contains(text))
    };
    test.complaints.retain(is_harmful);
    if test.complaints.is_empty() {
        test.end = TestEnd::Passed;
    }
}

fn helper(
    row: &Row,
    plan: &Plan,
    subject: &Subject<'_>,
    user: &Account,
    is_confined: bool,
    own: u32,
) -> Helper {
    let scratch = SCRATCH.iter().chain(row.scratch).map(PathBuf::from).collect();
    let run_as = (own == 0 && user.uid != 0).then(|| RunAs {
        uid: user.uid,
        gid: user.gid,
        groups: if user.groups.is_empty() { vec![user.gid] } else { user.groups.clone() },
    });
    let mut helper = Helper::new(&plan.program).timeout(TIME);
    for argument in &plan.arguments {
        helper = helper.arg(argument);
    }
    for (name, value) in subject.environment() {
        helper = helper.env(name, value);
    }
    // Messages are read: they have to be the ones that are known.
    helper
        .env("PATH", PATH)
        .env("LC_ALL", "C")
        .env("HOME", if user.home.is_empty() { "/" } else { &user.home })
        .confined(Confinement { run_as, read_only: is_confined, scratch })
}

fn own_account(subject: &Subject<'_>, uid: u32) -> Account {
    let known = subject.lookups.users.values().filter_map(|user| user.known());
    let own = known.into_iter().find(|account| account.uid == uid).cloned();
    let number = || Account { name: format!("user {uid}"), uid, ..root() };
    own.unwrap_or_else(number)
}

/// The lines of an output, cut.
#[derive(Default)]
struct Output {
    lines: Vec<String>,
    bytes: usize,
}

impl Output {
    fn add(&mut self, line: &[u8]) {
        self.bytes += line.len() + 1;
        if self.bytes <= OUTPUT_BYTES {
            self.lines.push(String::from_utf8_lossy(line).into_owned());
        }
    }
}

#[cfg(test)]
#[path = "run/tests.rs"]
mod tests;
