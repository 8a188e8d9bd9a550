//! `cargo run -p testkit --example journals -- DIR [SET…]`: makes journal files to try readers on.
//! The sets `machine` and `sealed`, made only when named, come from boxes with systemd.

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use testkit::journal::{Remote, machine, sets};

fn make(folder: &Path, names: &[String]) -> Result<(), Box<dyn Error>> {
    if names.iter().any(|name| name == "machine") {
        machine::make(&folder.join("machine"))?;
        println!("{:10} three boots of a box with systemd", "machine");
    }
    if names.iter().any(|name| name == "sealed") {
        let key = machine::make_sealed(&folder.join("sealed"))?;
        println!("{:10} sealed by journald; key {key}", "sealed");
    }
    let remote = Remote::find()?;
    for set in sets::SETS {
        if names.is_empty() || names.iter().any(|name| name == set.name) {
            set.make(&remote, &folder.join(set.name))?;
            println!("{:10} {}", set.name, set.about);
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let mut words = std::env::args().skip(1);
    let Some(folder) = words.next() else {
        eprintln!("usage: journals DIR [SET...]");
        return ExitCode::from(2);
    };
    let names: Vec<String> = words.collect();
    match make(Path::new(&folder), &names) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
