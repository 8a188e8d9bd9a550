//! Why an edge is there: a setting, a folder, or a rule of systemd's.

use crate::{table::Id, unit::Origin};

/// Who decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Somebody wrote it in a file, or made a link.
    Written,
    /// It follows from a setting: "IMPLICIT DEPENDENCIES" of the man pages.
    Implicit,
    /// Every unit of its type has it: "DEFAULT DEPENDENCIES", undone by `DefaultDependencies=no`.
    Default,
}

impl Class {
    /// The word for it, lower case.
    pub const fn word(self) -> &'static str {
        match self {
            Class::Written => "written",
            Class::Implicit => "implicit",
            Class::Default => "default",
        }
    }
}

/// Declares the rules: one row gives variant, name, who decides, and the reason.
macro_rules! rules {
    ($($variant:ident, $name:literal, $class:ident, $reason:literal;)*) => {
        /// What makes an edge. Names are stable: `--json` and tests use them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Rule {
            $(#[doc = $reason] $variant,)*
        }

        impl Rule {
            /// All of them.
            pub const ALL: &[Rule] = &[$(Rule::$variant),*];

            /// Its name in `--json`.
            pub const fn name(self) -> &'static str {
                match self { $(Rule::$variant => $name,)* }
            }

            /// Who decides.
            pub const fn class(self) -> Class {
                match self { $(Rule::$variant => Class::$class,)* }
            }

            /// The reason, in words that go on from "because".
            pub const fn reason(self) -> &'static str {
                match self { $(Rule::$variant => $reason,)* }
            }
        }
    };
}

rules! {
    Setting, "setting", Written, "a setting says so";
    WantsFolder, "wants-folder", Written, "a link in a .wants folder says so";
    RequiresFolder, "requires-folder", Written, "a link in a .requires folder says so";
    UpholdsFolder, "upholds-folder", Written, "a link in an .upholds folder says so";
    Sockets, "sockets", Written, "the service is given that socket";
    TriggerSetting, "trigger-setting", Written, "a setting names the unit that it starts";
    Trigger, "trigger", Implicit, "it starts the unit of the same name";
    Slice, "slice", Implicit, "a unit needs the slice that it lives in";
    DefaultSlice, "default-slice", Implicit, "it lives in this slice where no Slice= says otherwise";
    ParentSlice, "parent-slice", Implicit, "the name of a slice says in which slice it lives";
    MountsFor, "mounts-for", Implicit, "a path that it needs lies below that mount";
    WritableRoot, "writable-root", Implicit, "the folders made for it must be writable";
    PrivateTmp, "private-tmp", Implicit, "private temporary folders lie within the shared ones";
    RootImage, "root-image", Implicit, "a loop device for its image must be made";
    ImageModules, "image-modules", Implicit, "its images need kernel modules";
    Journal, "journal", Implicit, "what it prints goes to the journal";
    LogNamespace, "log-namespace", Implicit, "what it prints goes to a journal of its own";
    Bus, "bus", Implicit, "it takes a name on D-Bus";
    Oomd, "oomd", Implicit, "it is killed when memory runs short";
    Device, "device", Implicit, "it needs that device";
    BlockDevice, "block-device", Implicit, "the block device must be prepared first";
    Quota, "quota", Implicit, "its file system has quotas";
    SwapFile, "swap-file", Implicit, "a swap file lies on a file system that must be writable";
    BootDefault, "boot-default", Default, "the basics of the system come up first";
    ShutdownDefault, "shutdown-default", Default, "it ends at shutdown";
    UnmountDefault, "unmount-default", Default, "it is unmounted at shutdown";
    GroupDefault, "group-default", Default, "the target for all units of its kind waits for it";
    ClockDefault, "clock-default", Default, "a calendar needs a clock that is right";
    FileSystemDefault, "file-system-default", Default, "file systems are mounted in stages";
    NetworkDefault, "network-default", Default, "a network file system needs the network";
    SwapDefault, "swap-default", Default, "swap is taken away before memory file systems";
    TargetDefault, "target-default", Default, "a target waits for what it wants or requires";
}

/// The reason for an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Why {
    /// What makes it.
    pub rule: Rule,
    /// The setting behind it, where there is one: which, and where it stands in the files of the
    /// edge's [`holder`](super::Edge::holder).
    pub setting: Option<(Id, Origin)>,
}

impl Why {
    /// A rule that no setting calls for.
    pub const fn rule(rule: Rule) -> Why {
        Why { rule, setting: None }
    }

    /// A rule because of a setting.
    pub const fn because(rule: Rule, id: Id, origin: Origin) -> Why {
        Why { rule, setting: Some((id, origin)) }
    }
}
