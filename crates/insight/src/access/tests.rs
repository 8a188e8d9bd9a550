use super::*;
use crate::snapshot::{
    Account, AclEntry, AclTag, Definition, Filesystem, Service, Setting, Snapshot,
};

fn entry(kind: FileKind, mode: u32, uid: u32, gid: u32) -> Entry {
    let (acl, immutable) = (Vec::new(), false);
    Entry { kind, mode, uid, gid, size_bytes: 0, modified_usec: 0, acl, immutable }
}

fn step(path: &str, entry: Seen<Entry>) -> Step {
    Step { path: path.into(), entry, link: None }
}

fn directory(path: &str, mode: u32, uid: u32, gid: u32) -> Step {
    step(path, Seen::Known(entry(FileKind::Directory, mode, uid, gid)))
}

fn file(path: &str, mode: u32, uid: u32, gid: u32) -> Step {
    step(path, Seen::Known(entry(FileKind::File, mode, uid, gid)))
}

fn fact(steps: Vec<Step>) -> PathFact {
    let path = steps.last().map_or_else(String::new, |step| step.path.clone());
    PathFact { path, steps, is_loop: false }
}

fn web() -> Who {
    let name = "www-data".to_owned();
    Who { name, uid: 33, groups: vec![33, 44], capabilities: 0 }
}

fn why(who: &Who, want: Want, fact: &PathFact) -> Option<(Kind, String)> {
    let refusal = may(&Snapshot::default(), who, want, fact).refusal()?;
    Some((refusal.kind, refusal.why))
}

#[test]
fn the_first_step_that_refuses_is_named() {
    let path = fact(vec![
        directory("/", 0o755, 0, 0),
        directory("/srv", 0o755, 0, 0),
        directory("/srv/www", 0o700, 0, 0),
        file("/srv/www/index", 0o644, 0, 0),
    ]);
    let words = "/srv/www is drwx------ root:root: www-data can't search it".to_owned();
    assert_eq!(why(&web(), Want::Read, &path), Some((Kind::Way, words)));
    assert_eq!(may(&Snapshot::default(), &Who::root(), Want::Read, &path), Answer::Yes);
    // Without CAP_DAC_OVERRIDE root is somebody like everybody.
    let path = fact(vec![directory("/", 0o755, 0, 0), directory("/home/x", 0o700, 1000, 1000)]);
    let bare = Who { capabilities: 0, ..Who::root() };
    assert_eq!(why(&bare, Want::Read, &path).map(|found| found.0), Some(Kind::Mode));
    let reads = Who { capabilities: 1 << capability::DAC_READ_SEARCH, ..Who::root() };
    assert_eq!(why(&reads, Want::Read, &path), None);
    assert_eq!(why(&reads, Want::Write, &path).map(|found| found.0), Some(Kind::Mode));
}

#[test]
fn owner_goes_before_group_and_group_before_others() {
    // The owner has less than everybody else.
    let own = fact(vec![file("/a", 0o077, 33, 33)]);
    assert!(why(&web(), Want::Read, &own).is_some());
    let group = fact(vec![file("/a", 0o704, 0, 44)]);
    assert!(why(&web(), Want::Read, &group).is_some());
    let other = fact(vec![file("/a", 0o004, 0, 0)]);
    assert!(why(&web(), Want::Read, &other).is_none());
}

#[test]
fn an_acl_says_more_and_its_mask_less() {
    let with = |mode, acl: &[(AclTag, u8)]| {
        let mut entry = entry(FileKind::File, mode, 0, 0);
        entry.acl = acl.iter().map(|(tag, bits)| AclEntry { tag: *tag, bits: *bits }).collect();
        fact(vec![step("/a", Seen::Known(entry))])
    };
    let denied = |mode, acl: &[(AclTag, u8)]| why(&web(), Want::Write, &with(mode, acl)).is_some();
    assert!(!denied(0o670, &[(AclTag::User(33), 6), (AclTag::Mask, 7)]));
    assert!(denied(0o640, &[(AclTag::User(33), 6), (AclTag::Mask, 4)]));
    // A user's own entry is the only one that counts for it.
    assert!(denied(0o666, &[(AclTag::User(33), 4), (AclTag::Group(44), 6), (AclTag::Mask, 7)]));
    assert!(!denied(0o660, &[(AclTag::Group(44), 6), (AclTag::OwningGroup, 0), (AclTag::Mask, 6)]));
    // In one of the groups, one is never one of the others.
    assert!(denied(0o666, &[(AclTag::Group(44), 4), (AclTag::OwningGroup, 6), (AclTag::Mask, 7)]));
    assert!(!denied(0o646, &[(AclTag::Group(99), 4), (AclTag::OwningGroup, 0), (AclTag::Mask, 7)]));
}

#[test]
fn nobody_executes_what_has_no_execute_bit() {
    let root = Who::root();
    assert_eq!(
        why(&root, Want::Execute, &fact(vec![file("/a", 0o644, 0, 0)])).map(|f| f.0),
        Some(Kind::Mode)
    );
    assert!(why(&root, Want::Execute, &fact(vec![file("/a", 0o601, 0, 0)])).is_none());
    let directory = fact(vec![directory("/a", 0o755, 0, 0)]);
    assert_eq!(why(&root, Want::Execute, &directory).map(|f| f.0), Some(Kind::NotFile));
}

#[test]
fn what_is_not_there_can_be_made_where_its_directory_is() {
    let absent = step("/run/x.pid", Seen::Absent);
    let path = fact(vec![directory("/run", 0o755, 0, 0), absent]);
    assert!(why(&Who::root(), Want::WriteOrMake, &path).is_none());
    let (kind, words) = why(&web(), Want::WriteOrMake, &path).unwrap();
    assert_eq!(kind, Kind::Mode);
    assert_eq!(words, "/run is drwxr-xr-x root:root: www-data can't make files in it");
    assert_eq!(why(&web(), Want::Read, &path).unwrap().0, Kind::Missing);
    // The directory itself is missing.
    let mut path = fact(vec![directory("/run", 0o755, 0, 0), step("/run/x", Seen::Absent)]);
    path.path = "/run/x/x.pid".into();
    assert_eq!(why(&Who::root(), Want::WriteOrMake, &path).unwrap().0, Kind::Missing);
}

#[test]
fn links_that_lead_nowhere_or_round() {
    let mut link = step("/etc/x", Seen::Known(entry(FileKind::Link, 0o777, 0, 0)));
    link.link = Some("/opt/x".into());
    let mut path = fact(vec![
        directory("/etc", 0o755, 0, 0),
        link,
        directory("/opt", 0o755, 0, 0),
        step("/opt/x", Seen::Absent),
    ]);
    path.path = "/etc/x".into();
    let (kind, words) = why(&Who::root(), Want::Read, &path).unwrap();
    assert_eq!(kind, Kind::Dangling);
    assert_eq!(words, "/etc/x is a symbolic link to /opt/x, and /opt/x does not exist");
    path.is_loop = true;
    assert_eq!(why(&Who::root(), Want::Read, &path).unwrap().0, Kind::Loop);
}

#[test]
fn mounts_and_attributes_stand_against_root_too() {
    let mut snapshot = Snapshot::default();
    let path = fact(vec![directory("/", 0o755, 0, 0), file("/data/x", 0o755, 0, 0)]);
    let fs = |point: &str, read_only, no_exec| Filesystem {
        mount_point: point.into(),
        read_only,
        no_exec,
        ..Filesystem::default()
    };
    snapshot.machine.filesystems = vec![fs("/", false, false), fs("/data", true, true)];
    let kind = |want| may(&snapshot, &Who::root(), want, &path).refusal().map(|r| r.kind);
    assert_eq!(kind(Want::Write), Some(Kind::ReadOnly));
    assert_eq!(kind(Want::Execute), Some(Kind::NoExec));
    assert_eq!(kind(Want::Read), None);
    let mut fixed = entry(FileKind::File, 0o644, 0, 0);
    fixed.immutable = true;
    let path = fact(vec![step("/a", Seen::Known(fixed))]);
    assert_eq!(why(&Who::root(), Want::Write, &path).unwrap().0, Kind::Immutable);
}

#[test]
fn what_was_not_seen_is_unknown() {
    for seen in [Seen::NotPermitted, Seen::NotMeasured] {
        let path = fact(vec![directory("/", 0o755, 0, 0), step("/a", seen)]);
        assert_eq!(may(&Snapshot::default(), &web(), Want::Read, &path), Answer::Unknown);
    }
    assert_eq!(
        may(&Snapshot::default(), &web(), Want::Read, &PathFact::default()),
        Answer::Unknown
    );
}

fn set(definition: &mut Definition, key: &str, value: &str) {
    let (key, value) = (key.to_owned(), value.to_owned());
    definition.settings.push(Setting {
        section: "Service".into(),
        key,
        value,
        ..Setting::default()
    });
}

#[test]
fn a_service_acts_as_its_user_with_its_groups_and_capabilities() {
    let mut snapshot = Snapshot::default();
    let account = Account {
        name: "web".into(),
        uid: 33,
        gid: 33,
        groups: vec![33, 50],
        ..Account::default()
    };
    snapshot.lookups.users.insert("web".into(), Seen::Known(account));
    let mut definition = Definition {
        user: Some(("web".into(), Default::default())),
        group: Some(("44".into(), Default::default())),
        ..Definition::default()
    };
    set(&mut definition, "AmbientCapabilities", "CAP_NET_BIND_SERVICE CAP_KILL");
    set(&mut definition, "CapabilityBoundingSet", "~CAP_KILL");
    let service = Service { definition: Some(definition), ..Service::default() };
    let who = service_account(&service, &snapshot.lookups).unwrap();
    assert_eq!((who.uid, who.groups.as_slice()), (33, [44, 33, 50].as_slice()));
    assert_eq!(who.capabilities, 1 << capability::NET_BIND_SERVICE);
    let mut unknown = service;
    unknown.definition.as_mut().unwrap().user = Some(("nobody".into(), Default::default()));
    assert_eq!(service_account(&unknown, &snapshot.lookups), None);
}

#[test]
fn settings_of_the_sandbox() {
    let mut definition = Definition::default();
    let named = |definition: &Definition, path: &str, want| {
        sandbox::guard(definition, path, want).map(|guard| guard.setting.value.clone())
    };
    assert_eq!(named(&definition, "/etc/x", Want::Write), None);
    set(&mut definition, "ProtectSystem", "strict");
    assert_eq!(named(&definition, "/etc/x", Want::Write).as_deref(), Some("strict"));
    assert_eq!(named(&definition, "/etc/x", Want::Read), None);
    assert_eq!(named(&definition, "/dev/null", Want::Write), None);
    set(&mut definition, "ReadWritePaths", "-/etc/x /srv");
    assert_eq!(named(&definition, "/etc/x/y", Want::Write), None);
    assert_eq!(named(&definition, "/etc/xy", Want::Write).as_deref(), Some("strict"));
    set(&mut definition, "InaccessiblePaths", "/srv/secret");
    assert_eq!(named(&definition, "/srv/secret/a", Want::Read).as_deref(), Some("/srv/secret"));
    assert_eq!(named(&definition, "/srv/a", Want::Write), None);
    // An empty assignment takes back what came before.
    set(&mut definition, "InaccessiblePaths", "");
    assert_eq!(named(&definition, "/srv/a", Want::Read), None);
}

#[test]
fn modes_as_ls_writes_them() {
    assert_eq!(mode_text(&entry(FileKind::Directory, 0o1777, 0, 0)), "drwxrwxrwt");
    assert_eq!(mode_text(&entry(FileKind::File, 0o4750, 0, 0)), "-rwsr-x---");
    assert_eq!(mode_text(&entry(FileKind::Socket, 0o2600, 0, 0)), "srw---S---");
}
