//! A box by hand: boots one, runs a command in it (bash by default), tears it down.
//!
//! `box KIND [--put FILE:DEST]... [--keep-running | --login USER] [-- CMD...]`

use std::io::IsTerminal;
use std::path::Path;
use std::process::ExitCode;
use testkit::boxes::{Kind, Plan};

const USAGE: &str = "usage: box systemd[-servers]|systemd-logind|openrc[-servers]|sysv[-servers]|bare \
    [--put FILE:DEST]... [--keep-running] [-- CMD...]";

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let name = words.next().ok_or(USAGE)?;
    let mut plan = match name.strip_suffix("-servers") {
        Some(name) => Plan::new(Kind::named(name).ok_or(USAGE)?).servers(),
        None => Plan::new(Kind::named(&name).ok_or(USAGE)?),
    };
    let mut keep_running = false;
    while let Some(word) = words.next() {
        match word.as_str() {
            "--put" => {
                let pair = words.next().ok_or(USAGE)?;
                let (from, to) = pair.split_once(':').ok_or(USAGE)?;
                plan = plan.put(Path::new(from), to)?;
            }
            "--keep-running" => keep_running = true,
            "--" => break,
            _ => return Err(USAGE.into()),
        }
    }
    let mut program: Vec<String> = words.collect();
    if program.is_empty() {
        program.push("bash".to_owned());
    }
    let machine = plan.boot()?;
    if keep_running {
        let pid1 = machine.pid1();
        println!("pid 1 is {pid1}; enter with: nsenter -t {pid1} -m -u -i -n -p -C -r -w bash");
        println!("it runs until this program gets ^C, a signal, or the end of its standard input");
        std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink())?;
        return Ok(ExitCode::SUCCESS);
    }
    let words: Vec<&str> = program.iter().map(String::as_str).collect();
    let status = machine.interactive(&words, std::io::stdin().is_terminal()).status()?;
    Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)))
}
