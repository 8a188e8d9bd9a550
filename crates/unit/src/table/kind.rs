//! What values look like.

mod facets;
mod words;

pub use facets::{DeviceFigure, LimitUnit, PathRule, Zero};
pub use words::{Words, canonical, word};

/// What a second assignment of a directive does. In every case an empty assignment undoes those
/// before it, where [`Kind`] does not say that empty is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// The last one holds.
    Last,
    /// They add up, in order.
    Append,
    /// They add up, in order, in one list with all directives of the same list: an empty assignment
    /// of any empties it. The name is that of the list: `listen`, `timers`, `paths`, `conditions`,
    /// `asserts`.
    AppendTo(&'static str),
    /// They add up, in order, and an empty assignment does nothing: dependencies of units.
    Keep,
}

/// A kind of value: how it is written. What the parser makes of it is a [`crate::Value`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    // --- scalars: values/scalar.rs
    /// A boolean. [`crate::Value::Flag`]
    Bool,
    /// A boolean, or one of these words (the canonical spelling). `Flag` or `Word`
    BoolOr(Words),
    /// One of these words. `Word`
    Choice(Words),
    /// A whole number within bounds, both included. `Integer`
    Integer(i64, i64),
    /// A time span, seconds without a unit. `Usec`
    Seconds(Zero),
    /// A time span, nanoseconds without a unit. `Nsec`
    Nanoseconds,
    /// A size, powers of 1024. `Bytes`
    Size,
    /// A size, a percentage, or `infinity`. `Amount`
    Amount,
    /// A whole number from 0, or `infinity`. `Amount`
    Count,
    /// `StateDirectoryQuota=` and its kin: `off`, a size, or a percentage. `Flag` (no) or `Amount`
    Quota,
    /// `TasksMax=`: a number, a percentage, or `infinity`. `Amount`
    Tasks,
    /// A percentage above 0 % with up to two digits behind the point; above 100 % allowed:
    /// `CPUQuota=`. `Amount`
    CpuQuota,
    /// A percentage from 0 % to 100 %: `Amount`
    Percent,
    /// A weight from 1 to 10000; the words are allowed too (`idle`). `Integer` or `Word`
    Weight(Words),
    /// The old shares and weights, within bounds. `Integer`
    OldWeight(i64, i64),
    /// An octal access mode. `Mode`
    Mode,
    /// A signal, by name or number. `Signal`
    Signal,
    /// An exit status from 0 to 255. `Integer`
    ExitStatus,
    /// A resource limit: `soft:hard` or one for both. `Limit`
    Limit(LimitUnit),
    /// A nice level, -20 to 19. `Integer`
    NiceLevel,
    /// -1000 to 1000. `Integer`
    OomScore,
    /// A syslog level, by name or number. `Word`
    LogLevel,
    /// A syslog facility, by name or number. `Word`
    LogFacility,
    /// `IPTOS=`: a number or one of its words. `Integer`
    IpTos,
    /// `CoredumpFilter=`: words or a hexadecimal mask. `Mask`
    CoredumpFilter,
    /// `Personality=`. `Word`
    Personality,

    // --- texts and names: values/text.rs
    /// A text, taken as it is. `Text`
    Raw,
    /// A text with specifiers. `Text`
    Text,
    /// Words, split with quoting, with specifiers in each. `List`
    List,
    /// Words, split with quoting, no specifiers. `List`
    RawList,
    /// Words of this list, split at spaces. `List`
    ListOf(Words),
    /// `user.NAME=VALUE`, an extended attribute, with specifiers. `Pairs`
    Xattr,
    /// `Documentation=`: URIs. `List`
    Documentation,
    /// A path with specifiers. `Text`
    Path(PathRule),
    /// Absolute paths with specifiers. `List`
    Paths,
    /// `PATH`-like: absolute paths separated by `:` (`ExecSearchPath=`). `List`
    ColonPaths,
    /// A path, or one of these words, `-` in front where it may be missing (`WorkingDirectory=`
    /// knows `~`). `Text`
    PathOr(Words),
    /// A user or group name, or a number. `Text`
    User,
    /// User or group names or numbers. `List`
    Users,
    /// Unit names with specifiers. `Names`
    Units,
    /// Unit names of this suffix (`.socket`) with specifiers. `Names`
    UnitsOf(&'static str),
    /// One unit of this suffix (`.slice`), or of any where empty. `Names`
    OneUnit(&'static str),
    /// `FileDescriptorName=`: 1 to 255 characters, no `:`, no control characters. `Text`
    DescriptorName,
    /// `BusName=`. `Text`
    BusName,
    /// `SyslogIdentifier=`, `LogNamespace=`, labels: see values/text.rs. `Text`
    LogNamespace,
    /// `LogExtraFields=`: `FIELD=value` words. `Pairs`
    LogFields,
    /// `LogFilterPatterns=`: a regular expression, `~` in front denies. `Text`
    LogPattern,

    // --- commands and conditions: values/command.rs, values/environment.rs, values/condition.rs
    /// A command line with its prefixes (systemd.service(5), COMMAND LINES). `Command`
    Command,
    /// `Environment=`: assignments. `Pairs`
    Environment,
    /// Names of variables; where true, assignments too (`UnsetEnvironment=`). `List`
    VariableNames(bool),
    /// `EnvironmentFile=`: a path, `-` in front. `Text`
    EnvironmentFile,
    /// A condition or assertion about a path: `|`, `!`, then an absolute path. `Condition`
    PathCondition,
    /// A condition or assertion about anything else: `|`, `!`, then a text. `Condition`
    TextCondition,
    /// `SuccessExitStatus=` and its kin: exit statuses and signals. `Statuses`
    Statuses,
    /// A calendar event (systemd.time(7)). `Calendar`
    Calendar,

    // --- what a sandbox is made of: values/sandbox/*.rs
    /// Capabilities, `~` in front inverts. `Selection`
    Capabilities,
    /// `SecureBits=`. `List`
    SecureBits,
    /// `SystemCallFilter=`, `SystemCallLog=`: names, `@groups`, `name:errno`, `~`. `Selection`
    SystemCalls,
    /// `SystemCallArchitectures=`. `List`
    Architectures,
    /// `SystemCallErrorNumber=`. `Text`
    ErrorNumber,
    /// `RestrictNamespaces=`, `DelegateNamespaces=`: a boolean or a list of kinds, `~`. `Selection`
    Namespaces,
    /// `RefreshOnReload=`: a boolean, or a list of these words, `~` in front inverts. `Flag` or
    /// `Selection`
    BoolOrSelection(Words),
    /// `ProtectHostname=`: a boolean or `private`, and a host name behind `:`. `Text`
    ProtectHostname,
    /// `RestrictAddressFamilies=`: `none` or families, `~`. `Selection`
    AddressFamilies,
    /// `RestrictFileSystems=`. `Selection`
    FileSystems,
    /// `ReadWritePaths=` and its kin: absolute paths with `-`, `+` prefixes. `List`
    NamespacePaths,
    /// `BindPaths=`: source, destination, options. `Binds`
    BindPaths,
    /// `TemporaryFileSystem=`: path and options. `Pairs`
    TemporaryFileSystems,
    /// `StateDirectory=` and its kin: relative paths, with `:symlink` and flags. `Directories`
    Directories,
    /// `MountImages=`, `ExtensionImages=`. `List`
    Images,
    /// `RootImageOptions=`. `Pairs`
    ImageOptions,
    /// `RootHash=`: hexadecimal digits or a path. `Text`
    RootHash,
    /// `RootHashSignature=`: `base64:` or a path. `Text`
    RootHashSignature,
    /// `RootImagePolicy=` and its kin, kept as it is. `Text`
    ImagePolicy,
    /// `LoadCredential=`: an identifier, and perhaps a path behind `:`. `Pairs`
    LoadCredential,
    /// `SetCredential=`: an identifier and data behind `:`. `Pairs`
    SetCredential,
    /// `ImportCredential=`: a glob. `Text`
    ImportCredential,
    /// `StandardInput=`. `Stream`
    Input,
    /// `StandardOutput=`, `StandardError=`. `Stream`
    Output,
    /// `StandardInputText=`: a text, a newline added. `Text`
    InputText,
    /// `StandardInputData=`: Base64. `Text`
    InputData,
    /// `AppArmorProfile=`, `SELinuxContext=`, `SmackProcessLabel=`: `-` in front. `Text`
    Label,
    /// `OpenFile=`: path, name, options. `Text`
    OpenFile,

    // --- resources and sockets: values/resource/*.rs, values/socket.rs
    /// Sets of processors or memory nodes: ranges. `Cpus`
    Cpus,
    /// `CPUAffinity=`, `NUMAMask=`: ranges and the words. `Cpus` or `Word`
    CpusOr(Words),
    /// `Delegate=`: a boolean or controllers. `Flag` or `List`
    Delegate,
    /// `DisableControllers=`. `List`
    Controllers,
    /// `DeviceAllow=`: a device node or `char-`/`block-` group, and `rwm`. `Pairs`
    DeviceAllow,
    /// A device and a weight, a bandwidth, or operations a second. `Pairs`
    DeviceLimit(DeviceFigure),
    /// `IPAddressAllow=`: addresses with prefix lengths, and the words. `List`
    Addresses,
    /// `SocketBindAllow=`: family, protocol and ports. `List`
    SocketBind,
    /// `IPIngressFilterPath=`: paths of pinned BPF programs. `List`
    BpfPaths,
    /// `BPFProgram=`: attach type and path. `Pairs`
    BpfProgram,
    /// `RestrictNetworkInterfaces=`. `Selection`
    NetworkInterfaces,
    /// `NFTSet=`. `List`
    NftSet,
    /// `ListenStream=` and its kin. `Listen`
    Listen,
    /// `SocketProtocol=`, `BindIPv6Only=` … are `Choice`. `BindToDevice=`. `Text`
    InterfaceName,

    // --- nothing
    /// Read and ignored, whatever it is. `Text`
    Anything,
}

impl Kind {
    /// The words that a value may consist of, in their canonical spelling, where there are some.
    pub fn words(self) -> Option<impl Iterator<Item = &'static str>> {
        match self {
            Kind::Choice(words)
            | Kind::BoolOr(words)
            | Kind::ListOf(words)
            | Kind::BoolOrSelection(words)
            | Kind::Weight(words)
            | Kind::PathOr(words)
            | Kind::CpusOr(words) => (!words.is_empty()).then(|| canonical(words)),
            _ => None,
        }
    }
}
