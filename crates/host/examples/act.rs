//! Has the machine's manager do something, and prints all that comes of it: `act VERB NAME…`, with
//! `LEVELS`, `COMMAND` and `TIMEOUT_MSEC` from the environment.

use std::path::Path;
use std::time::Duration;

use host::{Event, Options, Request, Verb, managers};

fn main() {
    let mut args = std::env::args().skip(1);
    let verb = args.next().unwrap_or_default();
    let names: Vec<String> = args.collect();
    let managers = managers(Path::new("/"), &Options::default());
    let Some(manager) = managers.first() else {
        println!("no manager");
        return;
    };
    let split = |name| std::env::var(name).unwrap_or_default();
    let levels: Vec<String> = split("LEVELS").split_whitespace().map(str::to_owned).collect();
    let command = std::env::var("COMMAND").ok();
    match (verb.as_str(), Verb::named(&verb)) {
        (_, Some(verb)) => {
            let mut request = Request::new(verb, &names);
            request.runlevels = &levels;
            request.command = command.as_deref();
            if let Ok(msec) = split("TIMEOUT_MSEC").parse() {
                request.timeout = Duration::from_millis(msec);
            }
            let mut waits = 0;
            manager.act(&request, &mut |event: &Event<'_>| match event {
                Event::Output { line, .. } => println!("  | {}", line.escape_ascii()),
                Event::Waiting { .. } => waits += 1,
                Event::Finished(outcome) => println!("{outcome:#?}"),
            });
        }
        ("deps", None) => println!("{:#?}", manager.dependencies(&names.concat(), false)),
        ("rdeps", None) => println!("{:#?}", manager.dependencies(&names.concat(), true)),
        ("installed", None) => println!("{:#?}", manager.installed()),
        ("jobs", None) => println!("{:#?}", manager.jobs()),
        ("daemon-reload", None) => println!("{:#?}", manager.reload_definitions()),
        _ => println!("what?"),
    }
}
