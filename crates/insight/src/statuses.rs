//! Exit statuses: what each of them says, and which settings are behind it.
//!
//! One table for all three families (systemd.exec(5), "Process Exit Codes"): the LSB's of init scripts, BSD's
//! sysexits.h, systemd's own from 200 on; and what shells make of commands that they can't run.

/// Who gives a status its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// A convention of all programs: 0, 1, 2.
    Common,
    /// Init scripts (LSB).
    Lsb,
    /// BSD's sysexits.h: a convention that some daemons keep to.
    Sysexits,
    /// What a shell ends with when it can't run a command.
    Shell,
    /// systemd, before the program was begun.
    Manager,
}

/// What an exit status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// The number.
    pub number: u8,
    /// Its name: `EXEC`; of those without one, words.
    pub name: &'static str,
    /// Who means it.
    pub family: Family,
    /// What it says, as half a sentence.
    pub meaning: &'static str,
    /// The directives of a unit file that can lead to it.
    pub directives: &'static [&'static str],
    /// What to look at.
    pub advice: &'static str,
}

const fn row(
    number: u8,
    name: &'static str,
    family: Family,
    meaning: &'static str,
    directives: &'static [&'static str],
    advice: &'static str,
) -> Status {
    Status { number, name, family, meaning, directives, advice }
}

use Family::{Common, Lsb, Manager, Shell, Sysexits};

const LOG: &str = "read what it logged";
const INPUT: &str = "look at the file that it reads";

/// Every status that says something, ascending.
#[rustfmt::skip]
pub const STATUSES: &[Status] = &[
    row(0, "SUCCESS", Common, "it ended well", &[], "see why it ended at all"),
    row(1, "FAILURE", Common, "a general error", &[], LOG),
    row(2, "INVALIDARGUMENT", Lsb, "wrong or too many arguments", &["ExecStart"], "compare its options with its manual"),
    row(3, "NOTIMPLEMENTED", Lsb, "it can't do what it was asked for", &[], LOG),
    row(4, "NOPERMISSION", Lsb, "it was not permitted", &["User"], "see as which user it runs"),
    row(5, "NOTINSTALLED", Lsb, "its program is not installed", &[], "install the package"),
    row(6, "NOTCONFIGURED", Lsb, "its program is not configured", &[], "write its configuration"),
    row(7, "NOTRUNNING", Lsb, "its program does not run", &[], LOG),
    row(64, "USAGE", Sysexits, "it was called in a wrong way", &["ExecStart"], "compare its options with its manual"),
    row(65, "DATAERR", Sysexits, "its input is wrong", &[], INPUT),
    row(66, "NOINPUT", Sysexits, "an input file does not exist or can't be read", &[], INPUT),
    row(67, "NOUSER", Sysexits, "there is no such user", &["User"], "make the user, or name another one"),
    row(68, "NOHOST", Sysexits, "there is no such host", &[], "see whether the name can be resolved"),
    row(69, "UNAVAILABLE", Sysexits, "something that it needs is not there", &[], "see whether what it depends on runs"),
    row(70, "SOFTWARE", Sysexits, "an error within the program", &[], LOG),
    row(71, "OSERR", Sysexits, "an error of the operating system: it could not fork, or the like", &[], "see limits and memory"),
    row(72, "OSFILE", Sysexits, "a file of the system is missing or wrong", &[], INPUT),
    row(73, "CANTCREAT", Sysexits, "it can't make a file", &[], "see directories, modes and space where it writes"),
    row(74, "IOERR", Sysexits, "reading or writing failed", &[], "see the kernel's log for errors of the disk"),
    row(75, "TEMPFAIL", Sysexits, "a failure that may pass", &[], "try again"),
    row(76, "PROTOCOL", Sysexits, "the other side did not keep to the protocol", &[], "see what it talks to"),
    row(77, "NOPERM", Sysexits, "it was not permitted", &["User"], "see as which user it runs"),
    row(78, "CONFIG", Sysexits, "its configuration is wrong", &[], "test its configuration"),
    row(126, "not executable", Shell, "a shell found a command and could not execute it", &["ExecStart"], "see the mode and the first line of what it runs"),
    row(127, "not found", Shell, "a shell did not find a command, or the loader did not find a library", &["ExecStart"], "see what it runs, and ldd(1) of it"),
    row(200, "CHDIR", Manager, "the working directory can't be entered", &["WorkingDirectory"], "make the directory, or let the service's user in"),
    row(201, "NICE", Manager, "the nice level can't be set", &["Nice"], "take the setting away, or give CAP_SYS_NICE"),
    row(202, "FDS", Manager, "file descriptors can't be arranged", &["OpenFile", "Sockets", "FileDescriptorStoreMax"], "see the limit of open files"),
    row(203, "EXEC", Manager, "the program can't be executed", &["ExecStart", "ExecStartPre", "ExecStartPost", "ExecCondition"], "see whether the program, its interpreter and its loader are there and executable"),
    row(204, "MEMORY", Manager, "memory ran out before it began", &["MemoryMax", "LimitAS"], "see memory and its limits"),
    row(205, "LIMITS", Manager, "resource limits can't be set", &["LimitNOFILE", "LimitNPROC", "LimitCORE", "LimitMEMLOCK", "LimitAS", "LimitDATA", "LimitSTACK", "LimitFSIZE", "LimitCPU", "LimitNICE", "LimitRTPRIO", "LimitSIGPENDING", "LimitMSGQUEUE", "LimitLOCKS", "LimitRSS", "LimitRTTIME"], "ask for less than the kernel's or the container's maximum"),
    row(206, "OOM_ADJUST", Manager, "the OOM score can't be set", &["OOMScoreAdjust"], "a lower score than the manager's own needs CAP_SYS_RESOURCE"),
    row(207, "SIGNAL_MASK", Manager, "the signal mask can't be set", &["IgnoreSIGPIPE"], "see the kernel's log"),
    row(208, "STDIN", Manager, "standard input can't be set up", &["StandardInput", "TTYPath"], "see whether the file or terminal is there"),
    row(209, "STDOUT", Manager, "standard output can't be set up", &["StandardOutput", "TTYPath"], "see whether the directory of the file is there"),
    row(210, "CHROOT", Manager, "the root directory can't be changed", &["RootDirectory"], "see whether the directory is there"),
    row(211, "IOPRIO", Manager, "the I/O priority can't be set", &["IOSchedulingClass", "IOSchedulingPriority"], "take the setting away"),
    row(212, "TIMERSLACK", Manager, "the timer slack can't be set", &["TimerSlackNSec"], "take the setting away"),
    row(213, "SECUREBITS", Manager, "the secure bits can't be set", &["SecureBits"], "it needs CAP_SETPCAP"),
    row(214, "SETSCHEDULER", Manager, "the CPU scheduler can't be set", &["CPUSchedulingPolicy", "CPUSchedulingPriority", "CPUSchedulingResetOnFork"], "real-time scheduling needs CAP_SYS_NICE and a real-time budget of its control group"),
    row(215, "CPUAFFINITY", Manager, "the CPU affinity can't be set", &["CPUAffinity"], "name processors that this machine has"),
    row(216, "GROUP", Manager, "the group is unknown or can't be taken", &["Group", "SupplementaryGroups"], "make the group, or name another one"),
    row(217, "USER", Manager, "the user is unknown or can't be taken", &["User", "DynamicUser"], "make the user, or name another one"),
    row(218, "CAPABILITIES", Manager, "capabilities can't be dropped or given", &["CapabilityBoundingSet", "AmbientCapabilities"], "give nothing that the manager does not have itself (containers have less)"),
    row(219, "CGROUP", Manager, "the control group can't be entered", &["Slice", "Delegate"], "see the control group's limits and that it is a v2 tree"),
    row(220, "SETSID", Manager, "no session can be made for it", &["TTYPath"], "see the terminal that it asks for"),
    row(221, "CONFIRM", Manager, "its start was not confirmed", &[], "systemd.confirm_spawn on the kernel's command line asks for each"),
    row(222, "STDERR", Manager, "standard error can't be set up", &["StandardError", "TTYPath"], "see whether the directory of the file is there"),
    row(224, "PAM", Manager, "PAM refuses a session", &["PAMName", "User"], "see the account (locked, expired) and /etc/pam.d"),
    row(225, "NETWORK", Manager, "the network namespace can't be set up", &["PrivateNetwork", "NetworkNamespacePath", "JoinsNamespaceOf"], "see whether the namespace's path is there"),
    row(226, "NAMESPACE", Manager, "the mount namespace can't be set up", &["ReadWritePaths", "ReadOnlyPaths", "InaccessiblePaths", "ExecPaths", "NoExecPaths", "BindPaths", "BindReadOnlyPaths", "TemporaryFileSystem", "RootDirectory", "RootImage", "MountImages", "ExtensionImages", "ExtensionDirectories", "PrivateTmp", "PrivateDevices", "PrivateUsers", "PrivateMounts", "ProtectHome", "ProtectSystem", "ProtectProc", "ProcSubset", "ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectHostname", "RuntimeDirectory", "StateDirectory", "CacheDirectory", "LogsDirectory"], "see whether the paths are there; put a - before those that may be missing"),
    row(227, "NO_NEW_PRIVILEGES", Manager, "no_new_privs can't be set", &["NoNewPrivileges"], "see the kernel's version"),
    row(228, "SECCOMP", Manager, "system call filters can't be applied", &["SystemCallFilter", "SystemCallArchitectures", "SystemCallLog", "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "MemoryDenyWriteExecute", "LockPersonality", "ProtectClock"], "see whether the kernel has seccomp"),
    row(229, "SELINUX_CONTEXT", Manager, "the SELinux context can't be set", &["SELinuxContext"], "see whether the policy knows it"),
    row(230, "PERSONALITY", Manager, "the execution domain can't be set", &["Personality", "LockPersonality"], "name one that this machine supports"),
    row(231, "APPARMOR", Manager, "the AppArmor profile can't be set", &["AppArmorProfile"], "load the profile, or put a - before its name"),
    row(232, "ADDRESS_FAMILIES", Manager, "address families can't be restricted", &["RestrictAddressFamilies"], "see whether the kernel has seccomp"),
    row(233, "RUNTIME_DIRECTORY", Manager, "the runtime directory can't be made", &["RuntimeDirectory"], "see what is at its path below /run"),
    row(235, "CHOWN", Manager, "a socket's owner can't be changed", &["SocketUser", "SocketGroup"], "see whether that user and group are there"),
    row(236, "SMACK_PROCESS_LABEL", Manager, "the SMACK label can't be set", &["SmackProcessLabel"], "take the setting away"),
    row(237, "KEYRING", Manager, "the kernel's keyring can't be set up", &["KeyringMode"], "set KeyringMode=inherit"),
    row(238, "STATE_DIRECTORY", Manager, "the state directory can't be made", &["StateDirectory"], "see what is at its path below /var/lib"),
    row(239, "CACHE_DIRECTORY", Manager, "the cache directory can't be made", &["CacheDirectory"], "see what is at its path below /var/cache"),
    row(240, "LOGS_DIRECTORY", Manager, "the logs directory can't be made", &["LogsDirectory"], "see what is at its path below /var/log"),
    row(241, "CONFIGURATION_DIRECTORY", Manager, "the configuration directory can't be made", &["ConfigurationDirectory"], "see what is at its path below /etc"),
    row(242, "NUMA_POLICY", Manager, "the NUMA policy can't be set", &["NUMAPolicy", "NUMAMask"], "name nodes that this machine has"),
    row(243, "CREDENTIALS", Manager, "credentials can't be set up", &["LoadCredential", "LoadCredentialEncrypted", "ImportCredential", "SetCredential", "SetCredentialEncrypted"], "see whether the files are there and can be decrypted"),
    row(244, "BPF", Manager, "BPF restrictions can't be applied", &["RestrictFileSystems", "RestrictNetworkInterfaces"], "see whether the kernel has BPF LSM"),
    row(245, "KSM", Manager, "memory merging can't be set", &["MemoryKSM"], "see whether the kernel has KSM"),
    row(255, "EXCEPTION", Common, "it ended in a way that has no number, often -1", &[], LOG),
];

/// What a status says, where it says something.
pub fn of(number: u8) -> Option<&'static Status> {
    STATUSES.iter().find(|status| status.number == number)
}

/// A status in words for a title: `exit status 203 (EXEC: the program can't be executed)`. Statuses of sysexits and
/// the LSB are conventions that a program need not keep to, and that is said.
pub fn words(number: i32) -> String {
    let known = u8::try_from(number).ok().and_then(of);
    match known.map(|status| (status.family, status)) {
        None if (129..=159).contains(&number) => {
            let signal = number.saturating_sub(128);
            let name = unit::values::scalar::signal_name(signal);
            format!("exit status {number} (a command of it was killed by signal {signal}, {name})")
        }
        None if (160..=199).contains(&number) => {
            format!("exit status {number} (reserved for the application's own use by the LSB)")
        }
        None => format!("exit status {number}"),
        Some((Family::Manager | Family::Shell, status)) => {
            format!("exit status {number} ({}: {})", status.name, status.meaning)
        }
        Some((_, status)) if number <= 1 || number == 255 => {
            format!("exit status {number} ({})", status.meaning)
        }
        Some((_, status)) => {
            format!("exit status {number} (by convention {}: {})", status.name, status.meaning)
        }
    }
}

#[cfg(test)]
mod tests {
    use unit::UnitType;
    use unit::table::{Group, Id};

    use super::*;

    #[test]
    fn every_name_that_systemd_knows_has_words_and_none_is_made_up() {
        for number in 0..=255_u8 {
            let ours = of(number);
            let theirs = unit::values::scalar::exit_status_name(number);
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => assert_eq!(ours.name, theirs),
                (Some(ours), None) => assert_eq!(ours.family, Family::Shell, "{number}"),
                (None, Some(theirs)) => panic!("{number} {theirs} has no words"),
                (None, None) => {}
            }
        }
        assert!(STATUSES.windows(2).all(|pair| pair[0].number < pair[1].number));
    }

    #[test]
    fn every_directive_is_one() {
        for directive in STATUSES.iter().flat_map(|status| status.directives) {
            let known = ["Unit", "Service", "Socket"].iter().any(|section| {
                let units = [UnitType::Service, UnitType::Socket];
                units.iter().any(|unit| {
                    let groups = Group::of_section(section, *unit);
                    groups.iter().any(|group| Id::look_up(*group, directive).is_some())
                })
            });
            assert!(known || *directive == "MemoryKSM", "{directive} is no directive");
        }
    }

    #[test]
    fn statuses_in_words() {
        let words_of = [
            (203, "exit status 203 (EXEC: the program can't be executed)"),
            (1, "exit status 1 (a general error)"),
            (78, "exit status 78 (by convention CONFIG: its configuration is wrong)"),
            (137, "exit status 137 (a command of it was killed by signal 9, SIGKILL)"),
            (42, "exit status 42"),
            (-1, "exit status -1"),
        ];
        for (number, expected) in words_of {
            assert_eq!(words(number), expected);
        }
    }
}
