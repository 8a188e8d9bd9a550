//! How values are written and where defaults come from, in words: for documentation and for
//! messages.

use std::fmt::{self, Display};

use super::{
    Default, Directive, Group, Kind, Merge, Status,
    kind::{DeviceFigure, LimitUnit, PathRule, Words, Zero, canonical},
};

impl Display for Kind {
    /// What a value looks like, in a few words, as "boolean or one of `full`, `strict`".
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Kind::Bool => f.write_str("boolean"),
            Kind::BoolOr(words) => write!(f, "boolean or {}", Any(words)),
            Kind::Choice(words) => Any(words).fmt(f),
            Kind::ListOf(words) => write!(f, "words from {}", Any(words)),
            Kind::BoolOrSelection(words) => {
                write!(f, "boolean or words from {}; ~ in front inverts", Any(words))
            }
            Kind::Integer(least, most) => bounds(f, "whole number", least, most),
            Kind::OldWeight(least, most) => bounds(f, "weight", least, most),
            Kind::Weight([]) => f.write_str("weight, 1 to 10000"),
            Kind::Weight(words) => write!(f, "weight, 1 to 10000, or {}", Any(words)),
            Kind::CpusOr(words) => write!(f, "numbers and ranges, or {}", Any(words)),
            Kind::PathOr(words) => write!(f, "path or {}; - in front: may be missing", Any(words)),
            Kind::Path(rule) => f.write_str(path(rule)),
            Kind::Limit(unit) => write!(f, "{}: one, or soft:hard, or infinity", limit(unit)),
            Kind::DeviceLimit(figure) => write!(f, "device and {}", device(figure)),
            Kind::OneUnit("") => f.write_str("unit"),
            Kind::OneUnit(suffix) => write!(f, "unit (`{suffix}`)"),
            Kind::UnitsOf(suffix) => write!(f, "units (`{suffix}`)"),
            _ => f.write_str(plain(*self)),
        }
    }
}

/// Kinds that need no more than a few words.
const fn plain(kind: Kind) -> &'static str {
    match scalar(kind) {
        Some(form) => form,
        None => match text(kind) {
            Some(form) => form,
            None => other(kind),
        },
    }
}

const fn scalar(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Seconds(Zero::IsZero) => "time span",
        Kind::Seconds(Zero::IsInfinity) => "time span; 0 is infinity",
        Kind::Nanoseconds => "time span, nanoseconds without a unit",
        Kind::Size => "size",
        Kind::Amount => "size, percentage or infinity",
        Kind::Count => "whole number or infinity",
        Kind::Quota => "size, percentage or off",
        Kind::Tasks => "whole number, percentage or infinity",
        Kind::CpuQuota => "percentage above 0%",
        Kind::Percent => "percentage, 0% to 100%",
        Kind::Mode => "access mode, octal",
        Kind::Signal => "signal",
        Kind::ExitStatus => "exit status, 0 to 255",
        Kind::NiceLevel => "nice level, -20 to 19",
        Kind::OomScore => "whole number, -1000 to 1000",
        Kind::LogLevel => "syslog level",
        Kind::LogFacility => "syslog facility",
        Kind::IpTos => {
            "whole number or one of `low-delay`, `throughput`, `reliability`, `low-cost`"
        }
        Kind::CoredumpFilter => "kinds of memory, or a hexadecimal mask",
        Kind::Personality => "architecture",
        _ => return None,
    })
}

const fn text(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Raw | Kind::Text => "text",
        Kind::List | Kind::RawList => "words",
        Kind::Xattr => "user.NAME=VALUE",
        Kind::Documentation => "addresses: http:, https:, file:, info:, man:",
        Kind::Paths => "absolute paths",
        Kind::ColonPaths => "absolute paths with : between",
        Kind::User => "name or number",
        Kind::Users => "names or numbers",
        Kind::Units => "units",
        Kind::DescriptorName => "name without :",
        Kind::BusName => "D-Bus name",
        Kind::LogNamespace => "name",
        Kind::LogFields => "FIELD=VALUE words",
        Kind::LogPattern => "regular expression",
        Kind::Command => "command line",
        Kind::Environment => "NAME=VALUE words",
        Kind::VariableNames(false) => "names of variables",
        Kind::VariableNames(true) => "names of variables, or NAME=VALUE words",
        Kind::EnvironmentFile => "absolute path or pattern; - in front: may be missing",
        Kind::PathCondition => "absolute path; | and ! in front",
        Kind::TextCondition => "what is tested; | and ! in front",
        Kind::Statuses => "exit statuses and signals",
        Kind::Calendar => "calendar event",
        _ => return None,
    })
}

const fn other(kind: Kind) -> &'static str {
    match kind {
        Kind::Capabilities => "capabilities; ~ in front inverts",
        Kind::SecureBits => "words for secure bits",
        Kind::SystemCalls => "system calls and @groups; ~ in front inverts",
        Kind::Architectures => "architectures",
        Kind::ErrorNumber => "error name or number, or kill",
        Kind::Namespaces => "boolean or kinds of namespaces; ~ in front inverts",
        Kind::AddressFamilies => "none or address families; ~ in front inverts",
        Kind::FileSystems => "types of file systems and @groups; ~ in front inverts",
        Kind::ProtectHostname => "boolean or `private`, and :HOSTNAME",
        Kind::NamespacePaths => "absolute paths; - and + in front",
        Kind::BindPaths => "SOURCE:DESTINATION:OPTIONS words",
        Kind::TemporaryFileSystems => "PATH:OPTIONS words",
        Kind::Directories => "relative paths, :SYMLINK, :FLAGS",
        Kind::Images => "IMAGE:DESTINATION:OPTIONS words",
        Kind::ImageOptions => "PARTITION:OPTIONS words",
        Kind::RootHash => "hexadecimal digits or an absolute path",
        Kind::RootHashSignature => "base64: and data, or an absolute path",
        Kind::ImagePolicy => "image policy",
        Kind::LoadCredential => "ID or ID:PATH",
        Kind::SetCredential => "ID:DATA",
        Kind::ImportCredential => "pattern, and :NEWNAME",
        Kind::Input => "where from, as null, tty, socket, file:PATH",
        Kind::Output => "where to, as journal, null, tty, file:PATH, append:PATH",
        Kind::InputText => "text",
        Kind::InputData => "Base64",
        Kind::Label => "label; - in front: may fail",
        Kind::OpenFile => "PATH:NAME:OPTIONS",
        Kind::Cpus => "numbers and ranges",
        Kind::Delegate => "boolean or controllers",
        Kind::Controllers => "controllers",
        Kind::DeviceAllow => "device and some of r, w, m",
        Kind::Addresses => "addresses with prefix lengths, any, localhost, link-local, multicast",
        Kind::SocketBind => "FAMILY:PROTOCOL:PORTS, any",
        Kind::BpfPaths => "absolute paths",
        Kind::BpfProgram => "TYPE:PATH",
        Kind::NetworkInterfaces => "network interfaces; ~ in front inverts",
        Kind::NftSet => "SOURCE:FAMILY:TABLE:SET words",
        Kind::Listen => "address, port or path",
        Kind::InterfaceName => "network interface",
        _ => "anything",
    }
}

const fn path(rule: PathRule) -> &'static str {
    match rule {
        PathRule::Absolute => "absolute path",
        PathRule::AbsoluteOrDash => "absolute path; - in front: may be missing",
        PathRule::BelowRun => "path, absolute or below /run",
    }
}

const fn limit(unit: LimitUnit) -> &'static str {
    match unit {
        LimitUnit::Seconds => "time span",
        LimitUnit::Usec => "time span, microseconds without a unit",
        LimitUnit::Bytes => "size",
        LimitUnit::Count => "whole number",
        LimitUnit::Nice => "nice level with sign, or 0 to 40",
    }
}

const fn device(figure: DeviceFigure) -> &'static str {
    match figure {
        DeviceFigure::Weight => "weight, 1 to 10000",
        DeviceFigure::OldWeight => "weight, 10 to 1000",
        DeviceFigure::Bandwidth => "bytes a second (K is 1000) or infinity",
        DeviceFigure::Operations => "operations a second (K is 1000) or infinity",
        DeviceFigure::Latency => "time span",
    }
}

/// Bounds of 32 and 64 bits say nothing to people.
fn bounds(f: &mut fmt::Formatter<'_>, what: &str, least: i64, most: i64) -> fmt::Result {
    let wide = most >= i64::from(i32::MAX);
    match (least, wide) {
        (0, true) => write!(f, "{what}, from 0"),
        (_, true) => f.write_str(what),
        (_, false) => write!(f, "{what}, {least} to {most}"),
    }
}

/// Words to choose from.
struct Any(Words);

impl Display for Any {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for word in canonical(self.0) {
            write!(f, "{between}`{word}`")?;
            between = ", ";
        }
        Ok(())
    }
}

impl Display for Default {
    /// The value, or in words where it comes from; nothing where there is none.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Default::None => Ok(()),
            Default::Is(value) => write!(f, "`{value}`"),
            Default::Manager(name) => write!(f, "{name}= of the manager"),
            Default::Computed(how) => f.write_str(how),
        }
    }
}

impl Merge {
    /// The word for it in `--json`.
    pub const fn word(self) -> &'static str {
        match self {
            Merge::Last => "last",
            Merge::Append => "append",
            Merge::AppendTo(_) => "append_together",
            Merge::Keep => "keep",
        }
    }

    /// What a second assignment does, and what an empty one does, in a sentence without full stop.
    pub const fn meaning(self) -> &'static str {
        match self {
            Merge::Last => "the last assignment holds, an empty one restores the default",
            Merge::Append => "assignments add up, an empty one removes those before it",
            Merge::AppendTo(_) => {
                "assignments add up, an empty one removes all before it, those of its kin too"
            }
            Merge::Keep => "assignments add up, an empty one does nothing",
        }
    }
}

impl Directive {
    /// What became of it where it is not simply in use, in a sentence without full stop; else
    /// nothing.
    pub fn remark(&self) -> String {
        match self.status {
            Status::Current => String::new(),
            Status::AliasOf(name) => format!("another name of {name}="),
            Status::OldName(name) => format!("an old name of {name}=, with a warning"),
            Status::Superseded(instead) => format!("better: {instead}"),
            Status::Deprecated(instead) => format!("deprecated: use {instead}"),
            Status::Obsolete("") => "without effect".to_owned(),
            Status::Obsolete(instead) => format!("without effect: use {instead}"),
        }
    }
}

impl Group {
    /// The sections in which its directives stand.
    pub fn sections(self) -> impl Iterator<Item = &'static str> {
        super::suggest::SECTIONS
            .into_iter()
            .filter(move |(section, unit)| Group::of_section(section, *unit).contains(&self))
            .map(|(section, _)| section)
    }

    /// The man page that describes its directives.
    pub const fn man_page(self) -> &'static str {
        match self {
            Group::Unit | Group::Install => "systemd.unit(5)",
            Group::Service => "systemd.service(5)",
            Group::Socket => "systemd.socket(5)",
            Group::Timer => "systemd.timer(5)",
            Group::Path => "systemd.path(5)",
            Group::Mount => "systemd.mount(5)",
            Group::Automount => "systemd.automount(5)",
            Group::Swap => "systemd.swap(5)",
            Group::Scope => "systemd.scope(5)",
            Group::Slice => "systemd.slice(5)",
            Group::Exec => "systemd.exec(5)",
            Group::Kill => "systemd.kill(5)",
            Group::Resource => "systemd.resource-control(5)",
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::table::{Group, Kind};

    #[test]
    fn every_kind_of_the_table_has_a_form() {
        for row in Group::ALL.into_iter().flat_map(Group::rows) {
            let form = row.kind.to_string();
            assert!(!form.is_empty(), "{}", row.name);
            assert!(
                form != "anything" || row.kind == Kind::Anything,
                "{}: {:?}",
                row.name,
                row.kind
            );
        }
    }

    #[test]
    fn forms_read_well() {
        let form = |name, group: Group| {
            let row = group.rows().iter().find(|row| row.name == name);
            row.map(|row| row.kind.to_string()).unwrap_or_default()
        };
        assert_eq!(form("Nice", Group::Exec), "nice level, -20 to 19");
        assert_eq!(form("ProtectSystem", Group::Exec), "boolean or `full`, `strict`");
        assert_eq!(form("Backlog", Group::Socket), "whole number, from 0");
        assert_eq!(form("Priority", Group::Swap), "whole number, -1 to 32767");
        assert_eq!(form("Slice", Group::Resource), "unit (`.slice`)");
        let sections: Vec<_> = Group::Kill.sections().collect();
        assert_eq!(sections, ["Service", "Socket", "Mount", "Swap", "Scope"]);
    }
}
