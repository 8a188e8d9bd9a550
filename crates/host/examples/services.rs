//! Prints what every manager of this machine says, and how long it took: `services [NAME]`.

use std::path::Path;
use std::time::Instant;

use host::{Options, detect, managers, script_index};

fn main() {
    let root = Path::new("/");
    let name = std::env::args().nth(1);
    println!("detected: {:?}", detect(root));
    for manager in managers(root, &Options::default()) {
        let start = Instant::now();
        match &name {
            Some(name) => println!("{:#?}", manager.service(name)),
            None => match manager.services() {
                Ok(services) => {
                    let took = start.elapsed();
                    for s in &services {
                        println!(
                            "{:32} {:8} pid {:?} since {:?} restarts {:?} result {:?} in {:?} [{}]",
                            s.name,
                            s.state.word(),
                            s.main_pid,
                            s.since_unix_usec,
                            s.restarts,
                            s.result,
                            s.enabled_in,
                            s.native
                        );
                    }
                    println!("{}: {} services in {took:?}", manager.kind().name(), services.len());
                }
                Err(error) => println!("{error}"),
            },
        }
    }
    let start = Instant::now();
    let index = script_index(root);
    println!("{} scripts in {:?}, notes {:?}", index.scripts.len(), start.elapsed(), index.notes);
}
