//! Many idle processes, and no trouble with them afterwards.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
};

use crate::error::{Error, Result};

/// Processes that live until this is dropped. They are children of a helper that ends them when
/// its standard input ends, so they do not outlive a bench that was killed either.
pub struct Population {
    helper: Child,
    input: Option<ChildStdin>,
    /// One of them, if there is one.
    pub sample: Option<u32>,
    /// All processes of the machine, the population and this program included.
    pub total: usize,
}

impl Population {
    /// Fills the machine up to `wanted` processes. Where there are more already, none is added.
    pub fn fill(wanted: usize) -> Result<Population> {
        let doing = "start the processes to look at";
        // The helper is one, and each command that is measured will be one, with its launcher.
        let missing = wanted.saturating_sub(count()? + 3);
        let mut helper = std::env::current_exe()
            .and_then(|own| {
                Command::new(own)
                    .args(["__population", &missing.to_string()])
                    .stdin(Stdio::piped())
                    .stdout(Stdio::piped())
                    .spawn()
            })
            .map_err(Error::io(doing))?;
        let input = helper.stdin.take();
        let mut line = String::new();
        if let Some(output) = helper.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(Error::io(doing))?;
        }
        let Some(sample) = line.trim().strip_prefix("ready ") else {
            let detail = "the helper did not get them all started: is there a limit (ulimit -u)?";
            return Err(Error::malformed("the population", detail));
        };
        Ok(Population { helper, input, sample: sample.parse().ok(), total: count()? })
    }
}

impl Drop for Population {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.helper.wait();
    }
}

/// How many processes the machine has.
pub fn count() -> Result<usize> {
    let entries = fs::read_dir("/proc").map_err(Error::io("list /proc"))?;
    let is_pid = |name: &std::ffi::OsStr| name.as_encoded_bytes().iter().all(u8::is_ascii_digit);
    Ok(entries.flatten().filter(|entry| is_pid(&entry.file_name())).count())
}

/// The helper: starts `count` processes, says so, and ends them when its input ends.
pub fn keep(count: usize) -> Result<()> {
    let mut children = Vec::with_capacity(count);
    let mut outcome = Ok(());
    for number in 0..count {
        match idler(number).spawn() {
            Ok(child) => children.push(child),
            Err(error) => {
                outcome = Err(Error::io(format!("start process {number}"))(error));
                break;
            }
        }
    }
    if outcome.is_ok() {
        let sample = children.get(count / 2).map_or_else(|| "none".into(), |c| c.id().to_string());
        println!("ready {sample}");
        let _ = io::stdout().flush();
        let _ = io::stdin().read_to_end(&mut Vec::new());
    }
    for child in &mut children {
        let _ = child.kill();
    }
    for child in &mut children {
        let _ = child.wait();
    }
    outcome
}

/// A process that sleeps. They differ as processes do: in process groups and in how much text
/// their command lines are.
fn idler(number: usize) -> Command {
    let mut command = Command::new("sleep");
    command.arg("infinity").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if number.is_multiple_of(2) {
        command.process_group(0);
    }
    if number.is_multiple_of(3) {
        // sleep(1) adds its arguments up.
        command.args((0..16).map(|argument| format!("{}", number + argument)));
    }
    command
}
