//! Conditions and assertions of `[Unit]`: the same tests, under two names.

use super::build::{NONE, join, row};
use crate::table::{
    Directive,
    kind::Kind::{PathCondition, TextCondition},
};

/// The version that brought assertions.
const ASSERTIONS: u16 = 218;
/// The version from which the man pages give conditions' versions: older ones bear this number.
const RECORDED: u16 = 244;

/// Two rows for each test: name, value, version, what is tested.
macro_rules! tests {
    ($($name:literal, $kind:ident, $since:literal, $doc:literal;)*) => {
        [$(
            row(concat!("Condition", $name), $kind, NONE, $since, "Conditions", concat!("Skips the start unless ", $doc))
                .list("conditions"),
            row(
                concat!("Assert", $name),
                $kind,
                NONE,
                if $since > RECORDED { $since } else { ASSERTIONS },
                "Asserts",
                concat!("Refuses the start unless ", $doc),
            )
            .list("asserts"),
        )*]
    };
}

pub(super) const ROWS: &[Directive] = &join::<{ TESTS.len() + 1 }>(&[&[FIRMWARE], &TESTS]);

/// The only test without an assertion.
const FIRMWARE: Directive = row(
    "ConditionFirmware",
    TextCondition,
    NONE,
    249,
    "Conditions",
    "Skips the start unless the firmware is of this kind",
)
.list("conditions");

const TESTS: [Directive; 74] = tests! {
    "Architecture", TextCondition, 201, "the machine is of this architecture";
    "Virtualization", TextCondition, 244, "the machine is virtual, or virtual in this way";
    "Host", TextCondition, 244, "host name, machine ID or boot ID match";
    "Fraction", TextCondition, 261, "the machine is in this share of a fleet";
    "KernelCommandLine", TextCondition, 244, "the kernel's command line has this word or assignment";
    "KernelVersion", TextCondition, 244, "the kernel's release compares or matches so";
    "Version", TextCondition, 258, "the version of systemd, the kernel or the C library compares so";
    "Credential", TextCondition, 252, "the manager was handed this credential";
    "Environment", TextCondition, 246, "the manager's environment has this variable or assignment";
    "Security", TextCondition, 244, "this security technology is on";
    "Capability", TextCondition, 244, "this capability is in the manager's bounding set";
    "ACPower", TextCondition, 244, "the machine is, or is not, on mains power";
    "NeedsUpdate", PathCondition, 244, "/usr is newer than /etc or /var";
    "FirstBoot", TextCondition, 244, "this is, or is not, the machine's first boot";
    "PathExists", PathCondition, 244, "the path exists";
    "PathExistsGlob", PathCondition, 244, "a path exists that matches the pattern";
    "PathIsDirectory", PathCondition, 244, "the path is a directory";
    "PathIsSymbolicLink", PathCondition, 244, "the path is a symbolic link";
    "PathIsMountPoint", PathCondition, 244, "something is mounted at the path";
    "PathIsReadWrite", PathCondition, 244, "the path's file system is writable";
    "PathIsEncrypted", PathCondition, 246, "the path's device is encrypted";
    "PathIsSocket", PathCondition, 260, "the path is a socket";
    "DirectoryNotEmpty", PathCondition, 244, "the path is a directory with something in it";
    "FileNotEmpty", PathCondition, 244, "the path is a regular file that is not empty";
    "FileIsExecutable", PathCondition, 244, "the path is a regular file that may be executed";
    "User", TextCondition, 244, "the manager runs as this user";
    "Group", TextCondition, 244, "the manager's user is in this group";
    "ControlGroupController", TextCondition, 244, "these control group controllers are available";
    "Memory", TextCondition, 244, "the size of the memory compares so";
    "CPUs", TextCondition, 244, "the number of usable processors compares so";
    "CPUFeature", TextCondition, 248, "the processor has this feature";
    "OSRelease", TextCondition, 249, "a field of os-release compares so";
    "MachineTag", TextCondition, 261, "the machine has a tag that matches";
    "MemoryPressure", TextCondition, 250, "memory pressure is not above this";
    "CPUPressure", TextCondition, 250, "processor pressure is not above this";
    "IOPressure", TextCondition, 250, "input and output pressure is not above this";
    "KernelModuleLoaded", TextCondition, 258, "this kernel module is loaded";
};
