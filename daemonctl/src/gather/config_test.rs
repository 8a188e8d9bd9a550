//! Runs daemons' own tests of their configurations.
//!
//! [`table`] says which daemon has which; adding one is adding a row. A test is run as the user that starts the
//! service, with the configuration that its command line names, in namespaces where nothing can be written
//! ([`launch::Confinement`]), for five seconds at most. A program or a configuration that somebody else could have
//! replaced is not run: [`trust`]. Some daemons have no test: their files are read here.

mod complaints;
mod crontab;
mod plan;
mod postgres;
mod redis;
mod run;
mod subject;
mod table;
mod trust;

use insight::snapshot::{ConfigTest, Lookups, Service, TestEnd};

use super::lookups::paths::Resolver;
use crate::context::Context;
use plan::Plan;
use subject::Subject;
use table::{Row, Test};

/// Something that is wrong: file, line from 1, message.
pub type Complaint = (Option<String>, Option<u32>, String);

/// The test of a service's configuration; `None`: none is known for it.
pub fn run(context: &Context, service: &Service, lookups: &Lookups) -> Option<ConfigTest> {
    // Another root's programs are not ours to run.
    let is_machine = context.common.system_root == std::path::Path::new("/");
    let resolver = Resolver::open(context)?;
    let subject = Subject::new(service, lookups, &resolver);
    let (row, program) = table::find(&subject)?;
    match row.test {
        Test::Parse(parse) => Some(parsed(row, parse(&subject)?, service)),
        Test::Run(_) | Test::Plan(_) if !is_machine => None,
        Test::Run(commands) => {
            let plans = commands
                .iter()
                .filter_map(|command| plan::of_command(row, command, &program, &subject));
            Some(run::in_turn(row, plans.collect(), &subject))
        }
        Test::Plan(plans) => {
            let plans: Vec<Plan> = plans(&subject);
            (!plans.is_empty()).then(|| run::in_turn(row, plans, &subject))
        }
    }
}

/// What was found by reading.
pub struct Parsed {
    /// What is wrong.
    pub complaints: Vec<Complaint>,
    /// The daemon starts all the same, and leaves out what is wrong.
    pub harmless: bool,
}

fn parsed(row: &Row, parsed: Parsed, service: &Service) -> ConfigTest {
    // What the daemon passes over is not why it does not run.
    let is_passed_over = parsed.harmless && service.is_broken();
    let end = match parsed.complaints.is_empty() || is_passed_over {
        true => TestEnd::Passed,
        false => TestEnd::Failed(insight::snapshot::Exit::Status(1)),
    };
    ConfigTest {
        command: "parsed by daemonctl".to_owned(),
        user: None,
        end,
        output: parsed.complaints.iter().map(|complaint| row.say(complaint)).collect(),
        not_run: None,
        complaints: parsed.complaints,
    }
}

#[cfg(test)]
#[path = "config_test/tests.rs"]
mod tests;
