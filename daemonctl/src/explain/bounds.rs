//! What bounds a process: limits, namespaces, capabilities and filters of system calls.

use present::json::Object;
use present::{Value, Why, units};
use process::capabilities;
use process::fact::Fact;
use process::namespaces::{Kind, Namespaces};
use process::process::Extra;
use process::procfs::ProcFs;
use process::raw::limits::{Bound, Limit, Resource, Unit};
use process::raw::status::Status;
use serde_json::Value as Json;

use crate::columns::fact;

/// Longer lists of capabilities are told by what is missing, if that is shorter.
const FEW_MISSING: usize = 10;

/// The namespaces that those of a process are compared with.
pub struct Surroundings {
    ours: Namespaces,
    init: Namespaces,
}

impl Surroundings {
    /// Reads ours and those of pid 1, as far as they may be seen.
    pub fn look(proc: &ProcFs) -> Surroundings {
        let of = |pid| proc.process(pid).map(|dir| Namespaces::of(&dir)).unwrap_or_default();
        Surroundings { ours: of(std::process::id()), init: of(1) }
    }

    /// `apart from pid 1: mount, network; apart from here: mount`.
    fn text(&self, its: &Namespaces) -> Option<String> {
        let (init, ours) = (its.unlike(&self.init), its.unlike(&self.ours));
        let part = |from: &str, kinds: &[&Kind]| {
            let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
            (!names.is_empty()).then(|| format!("{} apart from {from}", names.join(", ")))
        };
        let keys = |kinds: &[&'static Kind]| kinds.iter().map(|kind| kind.key).collect::<Vec<_>>();
        if keys(&init) == keys(&ours) {
            return part("pid 1 and from here", &init);
        }
        let parts: Vec<String> =
            part("pid 1", &init).into_iter().chain(part("here", &ours)).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

/// The namespaces that are not everybody's.
pub fn namespaces(extra: &Extra, around: &Surroundings) -> Option<String> {
    around.text(extra.namespaces.known()?)
}

/// The limits that daemons run into, with what they are compared to.
pub fn limits(extra: &Extra) -> Option<String> {
    let limits = extra.limits.known()?;
    let of = |resource| limits.iter().find(|limit| limit.resource == resource);
    let mut parts = Vec::new();
    if let Some(limit) = of(Resource::OpenFiles) {
        let open =
            extra.descriptors.known().map_or_else(String::new, |count| format!("{count} of "));
        parts.push(format!("open files {open}{}", shown(limit)));
    }
    let others = [
        (Resource::Processes, "processes of the user"),
        (Resource::CoreSize, "core file"),
        (Resource::LockedMemory, "locked memory"),
    ];
    parts.extend(
        others
            .iter()
            .filter_map(|(resource, name)| Some(format!("{name} {}", shown(of(*resource)?)))),
    );
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// `1024 (may raise it to 524288)`.
fn shown(limit: &Limit) -> String {
    let bound = |bound| match (bound, limit.resource.unit()) {
        (Bound::Unlimited, _) => "unlimited".to_owned(),
        (Bound::At(0), Unit::Bytes) => "none".to_owned(),
        (Bound::At(bytes), Unit::Bytes) => units::bytes(bytes),
        (Bound::At(count), _) => count.to_string(),
    };
    let soft = bound(limit.soft);
    if limit.hard > limit.soft { format!("{soft} (hard {})", bound(limit.hard)) } else { soft }
}

/// How near the kernel is to killing it when memory runs short.
pub fn oom(extra: &Extra) -> Option<String> {
    let score = extra.oom_score.known()?;
    let adjusted = match extra.oom_score_adj.known() {
        Some(-1000) => ", -1000: never killed".to_owned(),
        Some(0) | None => String::new(),
        Some(adjusted) => format!(", of which {adjusted} are set for it"),
    };
    Some(format!("score {score} of 2000{adjusted}"))
}

/// Capabilities, seccomp and privileges in one line.
pub fn confinement(extra: &Extra) -> Option<String> {
    let status = extra.status.known()?;
    let seccomp = match (status.seccomp, status.seccomp_filters) {
        (Some(0), _) => "no seccomp filter".to_owned(),
        (Some(1), _) => "strict seccomp".to_owned(),
        (Some(_), Some(1) | None) => "a seccomp filter".to_owned(),
        (Some(_), Some(count)) => format!("{count} seccomp filters"),
        (None, _) => "seccomp unknown".to_owned(),
    };
    let privileges = match status.no_new_privs {
        Some(true) => "may gain no new privileges",
        Some(false) => "may gain new privileges",
        None => "no_new_privs unknown",
    };
    Some(format!(
        "{}, {seccomp}, {privileges}",
        capabilities_in_words(status.capabilities?.effective)
    ))
}

fn capabilities_in_words(set: u64) -> String {
    let missing = capabilities::missing(set);
    let names = capabilities::names(set);
    match (names.len(), missing.len()) {
        (0, _) => "no capabilities".to_owned(),
        (_, 0) => "all capabilities".to_owned(),
        (has, lacks) if lacks < has && lacks <= FEW_MISSING => {
            format!("all capabilities but {}", missing.join(" "))
        }
        (1, _) => format!("the capability {}", names.join(" ")),
        (count, _) => format!("{count} capabilities ({})", names.join(" ")),
    }
}

/// Puts `limits`, `namespaces`, `capabilities` and `exe_file` into the process's object.
pub fn to_json(extra: &Extra, around: &Surroundings, object: &mut Object) {
    put(object, "limits", extra.limits.as_ref(), |limits| limits_json(limits));
    put(object, "namespaces", extra.namespaces.as_ref(), |its| namespaces_json(its, around));
    let sets = match extra.status.as_ref() {
        Fact::Known(status) => {
            status.capabilities.as_ref().map_or(Fact::NotApplicable, |_| Fact::Known(&**status))
        }
        other => other.map(|status| &**status),
    };
    put(object, "capabilities", sets, capabilities_json);
    put(object, "exe_file", extra.exe_file.as_ref(), |file| file.word().into());
}

fn put<'a, T>(object: &mut Object, key: &str, what: Fact<&'a T>, json: impl FnOnce(&'a T) -> Json)
where
    T: ?Sized,
{
    match what {
        Fact::Known(known) => object.put_json(key, json(known)),
        missing => object.put(key, fact(missing.map(|_| &()), |()| Value::Missing(Why::Unknown))),
    };
}

fn limits_json(limits: &[Limit]) -> Json {
    let bound = |bound| match bound {
        Bound::At(at) => Value::Uint(at),
        Bound::Unlimited => Value::Missing(Why::NotApplicable),
    };
    let mut all = Object::new();
    for limit in limits {
        let mut one = Object::new();
        one.put("soft", bound(limit.soft)).put("hard", bound(limit.hard));
        one.put("unit", unit(limit.resource.unit()));
        all.put_object(&limit.resource.name().to_ascii_lowercase(), one);
    }
    all.build()
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Seconds => "seconds",
        Unit::Microseconds => "microseconds",
        Unit::Bytes => "bytes",
        Unit::Count => "count",
    }
}

fn namespaces_json(its: &Namespaces, around: &Surroundings) -> Json {
    let mut all = Object::new();
    for (((kind, inode), (_, init)), (_, ours)) in
        its.iter().zip(around.init.iter()).zip(around.ours.iter())
    {
        let same = |other: Fact<u64>| match (inode, other) {
            (Fact::Known(its), Fact::Known(other)) => Value::Bool(its == other),
            (Fact::Known(_), missing) | (missing, _) => {
                fact(missing.map(|_| &()), |()| Value::Missing(Why::Unknown))
            }
        };
        let mut one = Object::new();
        one.put("inode", fact(inode.as_ref(), |inode| (*inode).into()));
        one.put("as_pid_1", same(init)).put("as_here", same(ours));
        all.put_object(kind.key, one);
    }
    all.build()
}

fn capabilities_json(status: &Status) -> Json {
    let sets = status.capabilities.unwrap_or_default();
    serde_json::json!({
        "effective": capabilities::names(sets.effective),
        "permitted": capabilities::names(sets.permitted),
        "inheritable": capabilities::names(sets.inheritable),
        "bounding": capabilities::names(sets.bounding),
        "ambient": capabilities::names(sets.ambient),
    })
}

#[cfg(test)]
#[path = "bounds_tests.rs"]
mod tests;
