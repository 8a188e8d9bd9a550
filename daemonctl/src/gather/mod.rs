//! Gathers what the rules of `insight` judge: services as their managers know them, what they are to run, what
//! they logged, their processes, and what is looked up because one of these names it.
//!
//! [`snapshot`] is the whole; each module fills one part. What could not be seen is said, never taken for absent.

pub mod audit;
pub mod bare;
pub mod cgroup;
pub mod config_test;
pub mod cores;
pub mod definition;
mod dependencies;
mod gatherer;
pub mod growth;
pub mod history;
pub mod log;
pub mod lookups;
pub mod machine;
pub mod meant;
pub mod native;
pub mod one;
pub mod processes;
pub mod script;
pub mod service;
mod should_run;

#[cfg(test)]
mod testing;

use std::time::Duration;

use insight::rules::Purpose;
use insight::snapshot::{ConfigTest, Language, Manager, Service, Snapshot, State, TestEnd, Unseen};
use insight::wanted::wanted;

use crate::context::Context;
use crate::failure::Failure;
use crate::managers::{Chosen, Managers};
pub use gatherer::{Gatherer, levels};

/// Dependencies are followed so deep, and so many services are looked at because of them.
const DEPTH_MAX: u32 = 4;
const FURTHER_MAX: usize = 16;

/// What is gathered.
#[derive(Debug, Clone)]
pub struct Options {
    /// What for.
    pub purpose: Purpose,
    /// Daemons' own tests of their configuration are run.
    pub config_tests: bool,
    /// Time between two looks at processes; `None`: one look.
    pub growth: Option<Duration>,
    /// So many lines of each service's log are read at most.
    pub log_lines_max: usize,
}

impl Options {
    /// What `diagnose` wants.
    pub fn diagnose() -> Options {
        Options {
            purpose: Purpose::Diagnose,
            config_tests: true,
            growth: None,
            log_lines_max: 2000,
        }
    }

    /// What `audit` wants.
    pub fn audit() -> Options {
        Options { purpose: Purpose::Audit, config_tests: false, growth: None, log_lines_max: 0 }
    }
}

/// All that rules may know of these services.
///
/// # Errors
/// A manager that does not answer.
pub fn snapshot(
    context: &Context,
    managers: &Managers,
    chosen: &[Chosen],
    options: &Options,
) -> Result<Snapshot, Failure> {
    snapshot_with(context, managers, chosen, &[], options)
}

/// The same, with processes that belong to no service.
///
/// # Errors
/// As [`snapshot`].
pub fn snapshot_with(
    context: &Context,
    managers: &Managers,
    chosen: &[Chosen],
    pids: &[u32],
    options: &Options,
) -> Result<Snapshot, Failure> {
    let gatherer = Gatherer::new(context, managers, options);
    let mut services = Vec::new();
    for one in chosen {
        services.push(one::service(&gatherer, one).map_err(Failure::from)?);
    }
    services.extend(pids.iter().filter_map(|pid| bare::service(&gatherer, *pid)));
    let mut snapshot = Snapshot {
        now_usec: gatherer.now_usec,
        asker_uid: rustix::process::geteuid().as_raw(),
        asked: services.len(),
        ..Snapshot::default()
    };
    let of = chosen.iter().map(|one| one.manager).collect();
    snapshot.services = with_dependencies(&gatherer, services, of);
    snapshot.machine = gatherer.machine().clone();
    snapshot.machine.filesystems = lookups::machine_filesystems(context);
    snapshot.machine.ordering_cycles = snapshot
        .services
        .iter()
        .flat_map(|service| &service.log.lines)
        .filter(|line| line.message.contains("ordering cycle"))
        .cloned()
        .collect();
    look_up(&gatherer, &mut snapshot);
    if options.config_tests {
        test_configurations(context, &mut snapshot);
        // What a test says names paths too.
        if snapshot.services.iter().any(|service| service.config_test.is_some()) {
            look_up(&gatherer, &mut snapshot);
        }
    }
    match options.growth {
        Some(between) => growth::fill(context, &mut snapshot, between),
        None if options.purpose == Purpose::Diagnose => growth::glance(context, &mut snapshot),
        None => {}
    }
    snapshot.unseen.extend(gatherer.take_unseen());
    Ok(snapshot)
}

/// The services, and behind them those that they depend on and that are in trouble.
fn with_dependencies(
    gatherer: &Gatherer<'_>,
    asked: Vec<Service>,
    mut managers: Vec<usize>,
) -> Vec<Service> {
    let asked_count = asked.len();
    let mut services = asked;
    let mut depths = vec![0_u32; services.len()];
    let mut at = 0;
    while let Some(service) = services.get_mut(at) {
        let manager = managers.get(at).copied().unwrap_or_default();
        let depth = depths.get(at).copied().unwrap_or_default();
        at += 1;
        dependencies::fill(gatherer, manager, service);
        if depth >= DEPTH_MAX {
            continue;
        }
        let has_scripts = matches!(service.manager, Manager::OpenRc | Manager::SysV);
        for name in dependencies::troubled(service) {
            let is_known = services.iter().any(|known| known.name == name);
            if is_known || services.len() >= asked_count + FURTHER_MAX {
                continue;
            }
            let Ok(mut further) = one::service(gatherer, &Chosen { manager, name }) else {
                continue;
            };
            // Who needs it asked for it.
            further.should_run |= has_scripts && further.state == State::Stopped;
            services.push(further);
            managers.push(manager);
            depths.push(depth + 1);
        }
    }
    services
}

/// Looks up what definitions, log lines and what was looked up before name.
fn look_up(gatherer: &Gatherer<'_>, snapshot: &mut Snapshot) {
    let mut wanted = wanted(snapshot);
    // A script is a program too: its interpreter may be missing, its lines may end with CRLF.
    for definition in snapshot.services.iter().filter_map(|service| service.definition.as_ref()) {
        if definition.language != Language::Unit
            && let Some(script) = definition.files.first()
        {
            wanted.programs.insert(script.clone());
            wanted.paths.insert(script.clone());
        }
    }
    let mut unseen: Vec<Unseen> = Vec::new();
    lookups::fill(gatherer.context, &wanted, &mut snapshot.lookups, &mut unseen);
    unseen.into_iter().for_each(|unseen| gatherer.unseen(unseen));
}

fn test_configurations(context: &Context, snapshot: &mut Snapshot) {
    let tests: Vec<_> = snapshot
        .services
        .iter()
        .map(|service| {
            // A script that no shell can read starts nothing, whatever its daemon's configuration says.
            script::syntax::test(context, service)
                .or_else(|| config_test::run(context, service, &snapshot.lookups))
        })
        .collect();
    for (service, mut test) in snapshot.services.iter_mut().zip(tests) {
        if let Some(test) = &mut test {
            without_what_a_start_makes(context, service, test);
        }
        service.config_test = test;
    }
}

/// A test that fails only because of a directory that is made at each start says nothing of the configuration.
fn without_what_a_start_makes(context: &Context, service: &Service, test: &mut ConfigTest) {
    if !matches!(test.end, TestEnd::Failed(_)) {
        return;
    }
    let made = service.definition.iter().flat_map(|definition| &definition.directories);
    let missing = made.filter(|made| {
        let path = context.common.system_root.join(made.path.trim_start_matches('/'));
        std::fs::symlink_metadata(path).is_err()
    });
    for directory in missing {
        let names = |line: &String| line.contains(&directory.path);
        let is_named = test.output.iter().any(names);
        let others = test.complaints.iter().any(|(.., text)| !text.contains(&directory.path));
        if is_named && !others {
            test.end = TestEnd::NotRun;
            test.not_run =
                Some(format!("it needs {}, which is made at each start", directory.path));
            test.complaints.clear();
            return;
        }
    }
}
