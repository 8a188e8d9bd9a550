//! What was observed, in the words of the room that judges it.

use std::collections::{BTreeMap, BTreeSet};

use insight::proposal::{Address, Device, Fact, FileUse, Observation, ProgramRun, Use};
use observe::{Record, Thing};

/// The record, as the proposal takes it.
pub fn observation(record: &Record, stop_seen: bool) -> Observation {
    Observation {
        seconds: record.seconds,
        start_seen: record.starts_seen > 0,
        stop_seen,
        calls: record.calls.iter().map(|(name, made)| (name.clone(), call(made))).collect(),
        foreign_architectures: record.foreign_calls.keys().cloned().collect(),
        files: record.files.iter().map(|(path, used)| (path.clone(), file(used))).collect(),
        programs: record.programs.iter().map(program).collect(),
        families: record.families.clone(),
        bound: record.bound.iter().map(address).collect(),
        peers: record.peers.iter().map(address).collect(),
        capabilities: record
            .capabilities
            .iter()
            .map(|(capability, why)| (capability.name().to_owned(), why.clone()))
            .collect(),
        effective: record.effective,
        ambient: record.ambient,
        uids: record.uids.clone(),
        created_modes: record.created_modes,
        facts: facts(&record.things),
    }
}

fn call(made: &observe::Use) -> Use {
    Use { worked: made.worked, failed: made.failed.clone() }
}

fn file(used: &observe::FileUse) -> FileUse {
    let device = used.device.map(|device| Device {
        is_block: device.is_block,
        major: device.major,
        minor: device.minor,
    });
    FileUse {
        read: used.read,
        written: used.written,
        changed: used.changed,
        attributes: used.attributes,
        executed: used.executed,
        is_directory: used.is_directory,
        device,
    }
}

fn program(program: &observe::Program) -> ProgramRun {
    ProgramRun { path: program.path.clone(), gains_privileges: program.gains_privileges }
}

fn address(address: &observe::Address) -> Address {
    match address {
        observe::Address::Ip(ip) => Address::Ip(*ip),
        observe::Address::Path(path) => Address::Path(path.clone()),
        observe::Address::Abstract(name) => Address::Abstract(name.clone()),
        observe::Address::Other(family) => Address::Other(family.clone()),
    }
}

fn facts(things: &BTreeMap<Thing, BTreeSet<String>>) -> BTreeMap<Fact, BTreeSet<String>> {
    things.iter().map(|(thing, evidence)| (fact(*thing), evidence.clone())).collect()
}

fn fact(thing: Thing) -> Fact {
    match thing {
        Thing::WritableCode => Fact::WritableCode,
        Thing::Personality => Fact::Personality,
        Thing::Realtime => Fact::Realtime,
        Thing::SetIdFile => Fact::SetIdFile,
        Thing::Namespace => Fact::Namespace,
        Thing::Clock => Fact::Clock,
        Thing::Hostname => Fact::Hostname,
        Thing::Module => Fact::Module,
        Thing::KernelLog => Fact::KernelLog,
        Thing::Mount => Fact::Mount,
        Thing::OthersProc => Fact::OthersProc,
        Thing::ProcBeside => Fact::ProcBeside,
        Thing::Keyring => Fact::Keyring,
        Thing::Ipc => Fact::Ipc,
        Thing::Audit => Fact::Audit,
        Thing::Login => Fact::Login,
    }
}
