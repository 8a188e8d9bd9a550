//! Settings with which systemd refuses a unit: it has the load state `bad-setting`.

use super::Findings;
use crate::{
    diagnostic::{Code, Diagnostic, Severity},
    escape,
    name::UnitType,
    table::{Group, Id},
    unit::Unit,
    values::Value,
};

const EXEC_START: Id = Id::of(Group::Service, "ExecStart");
const EXEC_STOP: Id = Id::of(Group::Service, "ExecStop");
const TYPE: Id = Id::of(Group::Service, "Type");
const REMAIN: Id = Id::of(Group::Service, "RemainAfterExit");
const SUCCESS_ACTION: Id = Id::of(Group::Unit, "SuccessAction");
const RESTART: Id = Id::of(Group::Service, "Restart");
const RESTART_FORCE: Id = Id::of(Group::Service, "RestartForceExitStatus");
const EXIT_TYPE: Id = Id::of(Group::Service, "ExitType");
const BUS_NAME: Id = Id::of(Group::Service, "BusName");
const PAM_NAME: Id = Id::of(Group::Exec, "PAMName");
const KILL_MODE: Id = Id::of(Group::Kill, "KillMode");
const ACCEPT: Id = Id::of(Group::Socket, "Accept");
const MAX_CONNECTIONS: Id = Id::of(Group::Socket, "MaxConnections");
const SOCKET_SERVICE: Id = Id::of(Group::Socket, "Service");
const SYMLINKS: Id = Id::of(Group::Socket, "Symlinks");
const LISTEN_FIFO: Id = Id::of(Group::Socket, "ListenFIFO");
const ON_CLOCK_CHANGE: Id = Id::of(Group::Timer, "OnClockChange");
const ON_TIMEZONE_CHANGE: Id = Id::of(Group::Timer, "OnTimezoneChange");
const MOUNT_WHERE: Id = Id::of(Group::Mount, "Where");
const MOUNT_WHAT: Id = Id::of(Group::Mount, "What");
const AUTOMOUNT_WHERE: Id = Id::of(Group::Automount, "Where");
const SWAP_WHAT: Id = Id::of(Group::Swap, "What");

/// Mount points that the manager looks after itself.
const KERNEL_MOUNTS: [&str; 16] = [
    "/proc",
    "/sys",
    "/dev",
    "/dev/pts",
    "/dev/shm",
    "/run",
    "/sys/fs/cgroup",
    "/sys/fs/pstore",
    "/sys/fs/bpf",
    "/sys/firmware/efi/efivars",
    "/sys/kernel/security",
    "/sys/fs/selinux",
    "/dev/console",
    "/proc/kmsg",
    "/proc/sys",
    "/proc/sys/kernel/random/boot_id",
];

/// Why systemd refuses the unit; empty where it does not. Follows what its unit types check after
/// reading a unit's files.
pub fn of(unit: &Unit) -> Vec<Diagnostic> {
    let mut findings = Findings::new(unit);
    match unit.name.unit_type() {
        UnitType::Service => service(&mut findings),
        UnitType::Socket => socket(&mut findings),
        UnitType::Timer => timer(&mut findings),
        UnitType::Path => path(&mut findings),
        UnitType::Mount => mount(&mut findings),
        UnitType::Automount => automount(&mut findings),
        UnitType::Swap => swap(&mut findings),
        UnitType::Slice => slice(&mut findings),
        UnitType::Target | UnitType::Device | UnitType::Scope => {}
    }
    findings.found
}

impl Findings<'_> {
    fn refuse(&mut self, setting: Option<Id>, message: impl Into<String>, help: &str) {
        self.add(Severity::Error, Code::BadSetting, setting, message, help);
    }

    fn is_word(&self, id: Id, word: &str) -> bool {
        self.unit.settings.text(id) == Some(word)
    }

    /// The kill mode where PAM is used: it keeps a process of its own in the control group.
    fn pam(&mut self, allowed: &[&str]) {
        let settings = &self.unit.settings;
        let mode = settings.text(KILL_MODE).unwrap_or("control-group");
        if settings.has(PAM_NAME) && !allowed.contains(&mode) {
            let message = format!("PAMName= does not go together with KillMode={mode}");
            self.refuse(Some(KILL_MODE), message, "use KillMode=control-group");
        }
    }
}

/// How many commands all assignments of a directive have together.
fn commands(unit: &Unit, id: Id) -> usize {
    let count = |value: &Value| match value {
        Value::Command(command) => command.lines().count(),
        _ => 0,
    };
    unit.settings.all(id).map(|setting| count(&setting.value)).sum()
}

fn service(findings: &mut Findings<'_>) {
    let unit = findings.unit;
    let settings = &unit.settings;
    let kind = unit.service_type();
    let starts = commands(unit, EXEC_START);
    let has_action = settings.text(SUCCESS_ACTION).is_some_and(|action| action != "none");
    let add_start = "add ExecStart=";
    if starts == 0 && commands(unit, EXEC_STOP) == 0 && !has_action {
        return findings.refuse(
            None,
            "the service has neither ExecStart= nor ExecStop= nor SuccessAction=",
            add_start,
        );
    }
    if kind != "oneshot" && starts == 0 {
        let message =
            format!("a service of Type={kind} needs an ExecStart=; only oneshot does without");
        return findings.refuse(Some(TYPE), message, add_start);
    }
    if starts == 0 && settings.flag(REMAIN) != Some(true) && !has_action {
        let message = "a service without ExecStart= needs RemainAfterExit=yes or SuccessAction=";
        return findings.refuse(Some(EXEC_STOP), message, "add RemainAfterExit=yes, or ExecStart=");
    }
    if kind != "oneshot" && starts > 1 {
        let message = format!("a service of Type={kind} has one ExecStart=, not {starts}");
        let help = "use Type=oneshot, or ExecStartPre= and ExecStartPost=, or clear the earlier one \
                    with an empty ExecStart=";
        return findings.refuse(Some(EXEC_START), message, help);
    }
    if kind == "oneshot" {
        oneshot(findings);
    }
    if kind == "dbus" && !settings.has(BUS_NAME) {
        findings.refuse(Some(TYPE), "Type=dbus needs a BusName=", "add BusName=");
    }
    findings.pam(&["control-group", "mixed"]);
}

fn oneshot(findings: &mut Findings<'_>) {
    if let Some(restart @ ("always" | "on-success")) = findings.unit.settings.text(RESTART) {
        let message = format!("Type=oneshot does not go together with Restart={restart}");
        let help = "use Restart=on-failure, or a timer that starts it again";
        findings.refuse(Some(RESTART), message, help);
    }
    if findings.unit.settings.has(RESTART_FORCE) {
        let message = "Type=oneshot does not go together with RestartForceExitStatus=";
        findings.refuse(Some(RESTART_FORCE), message, "remove it");
    }
    if findings.is_word(EXIT_TYPE, "cgroup") {
        let message = "Type=oneshot does not go together with ExitType=cgroup";
        findings.refuse(Some(EXIT_TYPE), message, "remove ExitType=");
    }
}

fn socket(findings: &mut Findings<'_>) {
    let settings = &findings.unit.settings;
    let listens: Vec<_> = settings
        .settings()
        .iter()
        .filter(|setting| matches!(setting.value, Value::Listen(_)))
        .collect();
    let is_accepting = settings.flag(ACCEPT) == Some(true);
    if listens.is_empty() {
        let help = "add ListenStream= or another Listen…=";
        return findings.refuse(None, "the socket listens on nothing", help);
    }
    let cannot = listens.iter().find(|setting| match &setting.value {
        Value::Listen(listen) => !listen.can_accept(),
        _ => false,
    });
    if let Some(setting) = cannot.filter(|_| is_accepting) {
        let message = format!("Accept=yes does not go together with {}=", setting.id.name());
        return findings.refuse(Some(setting.id), message, "use Accept=no");
    }
    if is_accepting && matches!(settings.value(MAX_CONNECTIONS), Some(Value::Integer(0))) {
        let message = "MaxConnections=0 accepts no connection at all";
        return findings.refuse(Some(MAX_CONNECTIONS), message, "allow at least one");
    }
    if is_accepting && settings.has(SOCKET_SERVICE) {
        let message =
            "Accept=yes starts an instance of a template and does not go together with Service=";
        return findings.refuse(Some(SOCKET_SERVICE), message, "remove Service= or Accept=");
    }
    let is_path = |setting: &&crate::unit::Setting| match &setting.value {
        Value::Listen(listen) => setting.id == LISTEN_FIFO || listen.path().is_some(),
        _ => false,
    };
    if settings.has(SYMLINKS) && listens.iter().copied().filter(is_path).count() != 1 {
        let message = "Symlinks= needs exactly one socket or FIFO in the file system";
        return findings.refuse(Some(SYMLINKS), message, "use a socket unit for each");
    }
    findings.pam(&["control-group"]);
}

fn timer(findings: &mut Findings<'_>) {
    let settings = &findings.unit.settings;
    let is_timer = |id: Id| id.directive().merge == crate::table::Merge::AppendTo("timers");
    let has_any = settings.settings().iter().any(|setting| is_timer(setting.id))
        || settings.flag(ON_CLOCK_CHANGE) == Some(true)
        || settings.flag(ON_TIMEZONE_CHANGE) == Some(true);
    if !has_any {
        let help = "add OnCalendar=, OnBootSec= or another";
        findings.refuse(None, "the timer never elapses", help);
    }
}

fn path(findings: &mut Findings<'_>) {
    let is_path = |id: Id| id.directive().merge == crate::table::Merge::AppendTo("paths");
    if !findings.unit.settings.settings().iter().any(|setting| is_path(setting.id)) {
        let help = "add PathExists=, PathChanged= or another";
        findings.refuse(None, "the path unit watches nothing", help);
    }
}

/// Whether a unit that stands for a path is named after it.
fn is_named_after(unit: &Unit, path: &str) -> bool {
    escape::escape_path(path.as_bytes()).is_ok_and(|stem| {
        let names = std::iter::once(&unit.name).chain(&unit.aliases);
        names.into_iter().any(|name| name.stem() == stem)
    })
}

fn named_after(findings: &mut Findings<'_>, id: Id, path: &str) -> bool {
    if is_named_after(findings.unit, path) {
        return true;
    }
    let kind = findings.unit.name.unit_type().suffix();
    let message = format!("{}={path} does not fit the unit's name", id.name());
    let help = match escape::escape_path(path.as_bytes()) {
        Ok(stem) => format!("name the unit {stem}.{kind}"),
        Err(_) => "give an absolute path".to_owned(),
    };
    findings.refuse(Some(id), message, &help);
    false
}

fn mount(findings: &mut Findings<'_>) {
    let unit = findings.unit;
    if let Some(path) = unit.settings.text(MOUNT_WHERE)
        && !named_after(findings, MOUNT_WHERE, path)
    {
        return;
    }
    let point = unit.mount_point().unwrap_or_default();
    if KERNEL_MOUNTS.contains(&point.as_str()) || point.starts_with("/sys/fs/cgroup/") {
        let message = format!("{point} is a file system of the kernel's; systemd mounts it itself");
        return findings.refuse(Some(MOUNT_WHERE), message, "remove the unit");
    }
    if !unit.settings.has(MOUNT_WHAT) && unit.name.as_str() != "-.mount" {
        return findings.refuse(None, "What= is missing", "say what is to be mounted");
    }
    findings.pam(&["control-group"]);
}

fn automount(findings: &mut Findings<'_>) {
    let unit = findings.unit;
    if unit.mount_point().as_deref() == Some("/") {
        let message = "the root folder can't be mounted on demand";
        return findings.refuse(Some(AUTOMOUNT_WHERE), message, "remove the unit");
    }
    if let Some(path) = unit.settings.text(AUTOMOUNT_WHERE) {
        named_after(findings, AUTOMOUNT_WHERE, path);
    }
}

/// Without `What=` it is what the name stands for, whatever systemd.swap(5) says.
fn swap(findings: &mut Findings<'_>) {
    if let Some(path) = findings.unit.settings.text(SWAP_WHAT) {
        named_after(findings, SWAP_WHAT, path);
    }
    findings.pam(&["control-group"]);
}

fn slice(findings: &mut Findings<'_>) {
    let stem = findings.unit.name.stem();
    let is_valid =
        stem == "-" || (!stem.starts_with('-') && !stem.ends_with('-') && !stem.contains("--"));
    if !is_valid || findings.unit.name.instance().is_some() {
        let help = "a slice is named after those it lies in: a-b.slice lies in a.slice";
        findings.refuse(None, "this is no name of a slice", help);
    }
}
