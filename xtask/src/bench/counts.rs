//! What can be counted: figures that are the same on a busy machine.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::population::{self, Population};
use crate::{
    command::is_installed,
    error::{Error, Result},
};

/// System calls of a command and its descendants, counted by `strace -c -f`. `scratch` is a file
/// that may be overwritten.
pub fn count_syscalls(argv: &[String], scratch: &Path) -> Result<u64> {
    need("strace")?;
    let mut command = Command::new("strace");
    command.args(["-c", "-f", "-o"]).arg(scratch).arg("--").args(argv);
    silently(command)?;
    let table = crate::error::read_text(scratch)?;
    let _ = std::fs::remove_file(scratch);
    sum_of_calls(&table).ok_or_else(|| Error::malformed("strace -c", "printed no table of calls"))
}

/// How many system calls more a command makes for each process more on the machine. What it does
/// once, to start and to end, is not in it; neither is starting a second thread, since both
/// populations are large enough for that. The median of three: other processes come and go.
pub fn calls_a_process(argv: &[String], scratch: &Path) -> Result<f64> {
    let mut found = [0.0; 3];
    for slot in &mut found {
        *slot = slope(argv, scratch)?;
    }
    found.sort_by(f64::total_cmp);
    Ok(found[1])
}

fn slope(argv: &[String], scratch: &Path) -> Result<f64> {
    const FEW: usize = 200;
    const MORE: usize = 300;
    let population = Population::fill(population::count()? + FEW)?;
    let few = count_syscalls(argv, scratch)?;
    let before = population.total;
    let population = (Population::fill(before + MORE)?, population);
    let many = count_syscalls(argv, scratch)?;
    let more = population.0.total.saturating_sub(before).max(1);
    Ok(many.saturating_sub(few) as f64 / more as f64)
}

/// Instructions of a command in user mode, counted by callgrind; the kernel's are not in it.
pub fn count_instructions(argv: &[String]) -> Result<u64> {
    need("valgrind")?;
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--"]).args(argv);
    let said = silently(command)?;
    // Children that it forks say theirs too, which is less.
    let collected = said.lines().filter_map(|line| line.split_once("Collected :"));
    collected
        .filter_map(|(_, number)| number.split_whitespace().next()?.parse().ok())
        .max()
        .ok_or_else(|| Error::malformed("callgrind", "printed no sum of instructions"))
}

fn need(program: &str) -> Result<()> {
    match is_installed(program) {
        true => Ok(()),
        false => {
            Err(Error::malformed(program, format!("is not installed: apt-get install {program}")))
        }
    }
}

/// Runs it without its standard output; what it wrote to standard error.
fn silently(mut command: Command) -> Result<String> {
    let line = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(Error::io(format!("run {line}")))?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        return Ok(said);
    }
    let last = said.lines().last().unwrap_or_default();
    Err(Error::Command { line, outcome: format!("ended with {}: {last}", output.status) })
}

/// The sum of the column `calls`; the line `total` has other columns in other versions. How often
/// threads wait for each other (futex) is chance, and left out.
fn sum_of_calls(table: &str) -> Option<u64> {
    let calls = table.lines().filter_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_row = words.first()?.parse::<f64>().is_ok()
            && !matches!(words.last(), Some(&"total" | &"futex"));
        is_row.then(|| words.get(3)?.parse::<u64>().ok()).flatten()
    });
    calls.fold(None, |sum, calls| Some(sum.unwrap_or(0) + calls))
}

#[cfg(test)]
mod tests {
    use super::sum_of_calls;

    #[test]
    fn calls_are_summed_without_the_total() {
        let table = "% time     seconds  usecs/call     calls    errors syscall\n\
            ------ ----------- ----------- --------- --------- ----------------\n \
            60.00    0.000300           1       300           read\n \
            40.00    0.000200           2       100         7 openat\n\
            ------ ----------- ----------- --------- --------- ----------------\n\
            100.00    0.000500           1       400         7 total\n";
        assert_eq!(sum_of_calls(table), Some(400));
        assert_eq!(sum_of_calls("strace: no such program\n"), None);
    }
}
