//! The fault table by hand: tries cases in a box and says how each came out.
//!
//! `faults INIT DAEMONCTL [--table FILE] [--raw DIR] [PART-OF-A-NAME]...`

use std::path::Path;
use std::process::ExitCode;
use testkit::faults::{Arena, Init, Verdict, cases, cases_of};

const USAGE: &str =
    "usage: faults systemd|openrc|sysv DAEMONCTL [--table FILE] [--raw DIR] [PART]...";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<bool, Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let init = words.next().and_then(|name| Init::named(&name)).ok_or(USAGE)?;
    let daemonctl = words.next().ok_or(USAGE)?;
    let (mut table, mut raw, mut parts) = (cases()?, None, Vec::new());
    while let Some(word) = words.next() {
        match word.as_str() {
            "--table" => {
                let file = words.next().ok_or(USAGE)?;
                table = cases_of(&file, &std::fs::read_to_string(&file)?)?;
            }
            "--raw" => raw = Some(words.next().ok_or(USAGE)?),
            _ => parts.push(word),
        }
    }
    table.retain(|case| {
        case.on.contains(&init)
            && (parts.is_empty() || parts.iter().any(|part| case.name.contains(part.as_str())))
    });
    let mut arena = Arena::boot(init, Path::new(&daemonctl))?;
    let mut wrong = 0;
    for case in &table {
        let trial = match arena.try_case(case) {
            Ok(trial) => trial,
            Err(error) => {
                println!("BOX   {init} {}: {error}", case.name);
                wrong += 1;
                arena = Arena::boot(init, Path::new(&daemonctl))?;
                continue;
            }
        };
        let (mark, why) = match &trial.verdict {
            Verdict::Right => ("ok", ""),
            Verdict::Wrong(why) => ("WRONG", why.as_str()),
            Verdict::Unfit(why) => ("UNFIT", why.as_str()),
        };
        wrong += usize::from(trial.verdict != Verdict::Right);
        let times = (trial.elapsed.as_millis(), trial.whole.as_millis());
        println!("{mark:5} {init} {} ({} of {} ms) {why}", case.name, times.0, times.1);
        if let Some(dir) = &raw {
            std::fs::write(format!("{dir}/{init}-{}.json", case.name), &trial.raw)?;
        }
    }
    println!("{init}: {} of {} right", table.len() - wrong, table.len());
    Ok(wrong == 0)
}
