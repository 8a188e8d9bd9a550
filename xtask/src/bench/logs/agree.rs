//! Whether two programs answer the same: what answers something else is not measured.

use std::{
    fs::File,
    io::{BufRead, BufReader, ErrorKind},
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

use super::questions::Agreement;
use crate::error::{Error, Result};

/// Runs both at once and compares what they say.
pub fn check(agreement: Agreement, theirs: &[String], ours: &[String]) -> Result<()> {
    let (mut their_child, mut their_output) = start(theirs)?;
    let (mut our_child, mut our_output) = start(ours)?;
    let read = |error| Error::io(format!("read what `{}` says", ours.join(" ")))(error);
    let same = match agreement {
        Agreement::Bytes => first_difference(&mut their_output, &mut our_output).map_err(read)?,
        Agreement::Length => {
            let (theirs, ours) = lengths(their_output, our_output).map_err(read)?;
            (theirs != ours).then(|| format!("is {ours} bytes long, not {theirs}"))
        }
        Agreement::Status => {
            lengths(their_output, our_output).map_err(read)?;
            None
        }
    };
    let status = |child: &mut Child| child.wait().map(|status| status.code()).map_err(read);
    let (theirs, ended) = (status(&mut their_child)?, status(&mut our_child)?);
    let difference = same.or_else(|| {
        (theirs != ended).then(|| format!("ends with status {ended:?}, not {theirs:?}"))
    });
    match difference {
        None => Ok(()),
        Some(how) => {
            let outcome = format!("differs from journalctl: {how}");
            Err(Error::Command { line: ours.join(" "), outcome })
        }
    }
}

/// Where two outputs begin to differ, if they do.
fn first_difference(
    theirs: &mut BufReader<ChildStdout>,
    ours: &mut BufReader<ChildStdout>,
) -> std::io::Result<Option<String>> {
    let mut offset = 0;
    loop {
        let (left, right) = (theirs.fill_buf()?, ours.fill_buf()?);
        let length = left.len().min(right.len());
        if length == 0 {
            let is_end = left.is_empty() && right.is_empty();
            return Ok((!is_end).then(|| format!("one ends after {offset} bytes")));
        }
        if left.get(..length) != right.get(..length) {
            let at = left.iter().zip(right).take_while(|(left, right)| left == right).count();
            return Ok(Some(format!("at byte {}", offset + at)));
        }
        offset += length;
        theirs.consume(length);
        ours.consume(length);
    }
}

/// How much each says. Both are read at once, so that neither waits for the other.
fn lengths(
    theirs: BufReader<ChildStdout>,
    ours: BufReader<ChildStdout>,
) -> std::io::Result<(u64, u64)> {
    let count =
        |mut output: BufReader<ChildStdout>| std::io::copy(&mut output, &mut std::io::sink());
    std::thread::scope(|scope| {
        let theirs = scope.spawn(move || count(theirs));
        let ours = count(ours)?;
        let theirs = theirs.join().map_err(|_| std::io::Error::from(ErrorKind::Other))??;
        Ok((theirs, ours))
    })
}

/// Whether both print as many lines: ours begin with the source's name.
pub fn check_lines(grep: &[String], ours: &[String]) -> Result<()> {
    let (theirs, own) = (lines(grep)?, lines(ours)?);
    if theirs == own {
        return Ok(());
    }
    let outcome = format!("prints {own} lines, and grep {theirs}");
    Err(Error::Command { line: ours.join(" "), outcome })
}

fn lines(argv: &[String]) -> Result<u64> {
    let read = |error| Error::io(format!("read what `{}` says", argv.join(" ")))(error);
    let (mut child, mut output) = start(argv)?;
    let mut lines: u64 = 0;
    loop {
        let part = output.fill_buf().map_err(read)?;
        if part.is_empty() {
            break;
        }
        lines += part.iter().filter(|byte| **byte == b'\n').count() as u64;
        let length = part.len();
        output.consume(length);
    }
    child.wait().map_err(read)?;
    Ok(lines)
}

fn start(argv: &[String]) -> Result<(Child, BufReader<ChildStdout>)> {
    let (program, args) =
        argv.split_first().ok_or_else(|| Error::malformed("the bench", "ran nothing"))?;
    let doing = format!("run {program}");
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(Error::io(doing))?;
    let output = child.stdout.take().ok_or_else(|| Error::malformed(program, "has no output"))?;
    Ok((child, BufReader::with_capacity(1 << 16, output)))
}

/// Runs a program on a folder with its output to a file.
pub fn write_to(words: &[&str], folder: &Path, file: File) -> Result<()> {
    let line = format!("{} {}", words.join(" "), folder.display());
    let (program, args) =
        words.split_first().ok_or_else(|| Error::malformed("the bench", "ran nothing"))?;
    let status = Command::new(program)
        .args(args)
        .arg(folder)
        .stdout(file)
        .status()
        .map_err(Error::io(format!("run `{line}`")))?;
    match status.success() {
        true => Ok(()),
        false => Err(Error::Command { line, outcome: format!("ended with {status}") }),
    }
}
