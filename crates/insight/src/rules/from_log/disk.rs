//! Disks that take nothing: full, read-only, failing.

use super::files_about::absolute;
use super::told::{Told, told};
use crate::access::{self, Want};
use crate::clues::Kind;
use crate::finding::{Evidence, Finding, shell};
use crate::rules::{Case, Chapter, Need, Purpose, Rule};
use crate::snapshot::{ConfigPath, Filesystem, PathUse};

const fn row(
    name: &'static str,
    looks_for: &'static str,
    about: &'static str,
    read_more: &'static [&'static str],
    check: fn(&Case<'_>, &mut Vec<Finding>),
) -> Rule {
    let (purpose, chapter) = (Purpose::Diagnose, Chapter::Start);
    Rule { name, purpose, chapter, looks_for, needs: &[Need::Log], about, read_more, check }
}

pub(super) const RULES: &[Rule] = &[
    row(
        "disk-full",
        "A line of the last run says that no space is left (ENOSPC).",
        "Blocks or inodes may be used up, or the limit of inotify(7) watches, which gives the same error.",
        &["df(1)", "errno(3)"],
        |case, findings| disk(case, findings, Kind::DiskFull),
    ),
    row(
        "read-only-filesystem",
        "A line of the last run says that a file system is read-only (EROFS).",
        "Mounted so, remounted after an error of the disk, or made so for the service by ProtectSystem= or ReadOnlyPaths=.",
        &["mount(8)", "systemd.exec(5)"],
        |case, findings| disk(case, findings, Kind::ReadOnly),
    ),
    row(
        "quota",
        "A line of the last run says that a quota is used up (EDQUOT).",
        "Quotas hold for a user, a group or a project.",
        &["quota(1)"],
        |case, findings| disk(case, findings, Kind::Quota),
    ),
    row(
        "file-size-limit",
        "A line of the last run says that a file would be too large (EFBIG).",
        "RLIMIT_FSIZE (LimitFSIZE=), or the file system's own limit.",
        &["getrlimit(2)"],
        |case, findings| disk(case, findings, Kind::FileTooLarge),
    ),
    row(
        "io-error",
        "A line of the last run says that a device fails (EIO).",
        "The kernel's log names the device.",
        &["errno(3)", "dmesg(1)"],
        |case, findings| disk(case, findings, Kind::IoError),
    ),
];

fn disk(case: &Case<'_>, findings: &mut Vec<Finding>, kind: Kind) {
    for told in told(case, &[kind]) {
        findings.extend(refused(case, &told, kind));
    }
}

/// What a disk refused: where, and what is known of it.
struct Refused<'s> {
    name: &'s str,
    /// The path that the line names.
    path: Option<String>,
    fs: Option<&'s Filesystem>,
    /// Where it is mounted, or the path.
    point: String,
}

/// With less room than that a file system is full.
const FULL_BELOW_BYTES: u64 = 1 << 20;

fn is_full(fs: &Filesystem) -> bool {
    fs.available_bytes.is_some_and(|bytes| bytes < FULL_BELOW_BYTES)
}

fn has_no_inodes(fs: &Filesystem) -> bool {
    fs.inodes.is_some_and(|all| all > 0) && fs.inodes_free == Some(0)
}

/// Of the file systems that the service writes to, the one that is used up: for a line that names no path.
fn used_up<'s>(case: &Case<'s>) -> Option<&'s Filesystem> {
    let service = case.service;
    let is_written =
        |path: &&ConfigPath| matches!(path.purpose, PathUse::Write | PathUse::DataDirectory);
    let configured = service.config_paths.iter().filter(is_written).map(|path| &path.path);
    let directories = case.definition().into_iter().flat_map(|d| &d.directories);
    let paths = configured.chain(directories.map(|d| &d.path)).chain(&service.log.origins);
    let mut known = paths.filter_map(|path| case.snapshot.machine.filesystem_of(path));
    known.find(|fs| is_full(fs) || has_no_inodes(fs))
}

fn refused(case: &Case<'_>, told: &Told<'_>, kind: Kind) -> Option<Finding> {
    let path = absolute(case, told.get("path"));
    let of_path = path.as_deref().and_then(|path| case.snapshot.machine.filesystem_of(path));
    let fs = match kind {
        Kind::DiskFull => of_path.or_else(|| used_up(case)),
        _ => of_path,
    };
    let point = fs.map_or(path.clone().unwrap_or_default(), |fs| fs.mount_point.clone());
    let refused = Refused { name: &case.service.name, path, fs, point };
    let (rule, title, sentence, look) = refused.words(kind)?;
    let confirms = match kind {
        Kind::DiskFull => fs.is_some_and(|fs| is_full(fs) || has_no_inodes(fs)),
        Kind::ReadOnly => fs.is_some_and(|fs| fs.read_only),
        _ => false,
    };
    let sure = if confirms { told.confirmed() } else { told.sure };
    let finding = case.finding(rule, refused.point.clone()).says(title, sentence).sure(sure);
    let finding = refused.proven(finding.proof(told.clue.evidence()), kind);
    let finding = match kind {
        Kind::ReadOnly => kept_from_it(case, told, refused.path.as_deref(), finding),
        _ => finding,
    };
    Some(finding.fix("look at it", [look]))
}

impl Refused<'_> {
    /// The rule, its title and sentence, and a command that shows more.
    fn words(&self, kind: Kind) -> Option<(&'static str, String, String, String)> {
        let Refused { name, path, fs, point } = self;
        let at = path.as_deref().map_or(String::new(), |path| format!(" when it wrote {path}"));
        let on = if point.is_empty() { "a file system" } else { point.as_str() };
        let mount = shell(if point.is_empty() { "/" } else { point.as_str() });
        let words = match kind {
            Kind::DiskFull if fs.is_some_and(|fs| has_no_inodes(fs) && !is_full(fs)) => (
                "inodes-exhausted",
                format!("{on} has no inodes left"),
                format!(
                    "{name} got \"no space left on device\"{at}: {on} has room, and no inodes left."
                ),
                format!("df -i {mount}"),
            ),
            Kind::DiskFull => (
                "disk-full",
                format!("{on} is full"),
                format!("{name} got \"no space left on device\"{at}: {on} is full."),
                format!("df -h {mount}"),
            ),
            Kind::ReadOnly => (
                "read-only-filesystem",
                format!("{on} is read-only"),
                format!(
                    "{name} got \"read-only file system\"{at}: {on} is read-only, or is so for this service."
                ),
                format!("findmnt -T {mount}"),
            ),
            Kind::Quota => (
                "quota",
                format!("the quota on {on} is used up"),
                format!("{name} got \"quota exceeded\"{at}."),
                "quota -s".to_owned(),
            ),
            Kind::FileTooLarge => (
                "file-size-limit",
                "a file would be too large".to_owned(),
                format!(
                    "{name} got \"file too large\"{at}: the limit on the size of files (LimitFSIZE=) or of the file system is reached."
                ),
                "ulimit -f".to_owned(),
            ),
            Kind::IoError => (
                "io-error",
                format!("{on} has input/output errors"),
                format!("{name} got \"input/output error\"{at}: the device below {on} fails."),
                "dmesg --level=err".to_owned(),
            ),
            _ => return None,
        };
        Some(words)
    }

    /// With what there is left.
    fn proven(&self, finding: Finding, kind: Kind) -> Finding {
        let Some(fs) = self.fs.filter(|_| kind == Kind::DiskFull) else { return finding };
        let Some(bytes) = fs.available_bytes else { return finding };
        let inodes = fs.inodes_free.map_or(String::new(), |free| format!(", {free} inodes free"));
        let text = format!("{bytes} bytes available{inodes}");
        finding.proof(Evidence::counter(format!("statvfs {}", fs.mount_point), text))
    }
}

/// A path that is read-only since a setting of the unit makes it so.
fn kept_from_it(case: &Case<'_>, told: &Told<'_>, path: Option<&str>, finding: Finding) -> Finding {
    let Some((path, definition)) = path.zip(case.definition()) else { return finding };
    let Some(guard) = access::sandbox::guard(definition, path, Want::Write) else { return finding };
    let setting = format!("{}={}", guard.setting.key, guard.setting.value);
    finding
        .says(
            format!("{setting} makes {path} read-only for it"),
            format!("{} may not write {path}: its unit sets {setting}.", case.service.name),
        )
        .sure(told.confirmed())
        .proof(Evidence::place(&guard.setting.place, setting))
        .fix_setting("let it write there", "Service", format!("ReadWritePaths={path}"))
}
