//! How checks are judged.

use std::net::IpAddr;

use unit::values::sandbox::system_calls;

use super::facts::{Choice, Facts};
use crate::access::capability;

/// What a check comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// From 0 to the check's range; `None`: it does not count.
    pub badness: Option<u64>,
    /// What that means, where it is not simply the check's own `good` or `bad`.
    pub meaning: Option<String>,
}

/// How a check is judged.
#[derive(Clone, Copy, Debug)]
pub enum Judge {
    /// This property is `yes`.
    Yes(&'static str),
    /// This property is `no`.
    No(&'static str),
    /// This property has this text.
    Is(&'static str, &'static str),
    /// This property has another text.
    IsNot(&'static str, &'static str),
    /// None of these capabilities is in the bounding set.
    Capabilities(&'static [&'static str]),
    /// This kind of namespace can't be made.
    Namespace(&'static str),
    /// Sockets of these families can't be made; none: those of families that no other check names.
    Families(&'static [&'static str]),
    /// None of the calls of this group can be made.
    SystemCalls(&'static str),
    /// By a function.
    By(fn(&Facts) -> (u64, &'static str)),
}

impl Judge {
    pub(super) fn verdict(&self, facts: &Facts, range: u64, version: u16) -> Verdict {
        let bad =
            |is_bad: bool| Verdict { badness: Some(if is_bad { range } else { 0 }), meaning: None };
        match self {
            Judge::Yes(name) => bad(!facts.is(name)),
            Judge::No(name) => bad(facts.is(name)),
            Judge::Is(name, text) => bad(facts.text(name) != *text),
            Judge::IsNot(name, text) => bad(facts.text(name) == *text),
            Judge::Capabilities(names) => bad(facts.capabilities & mask(names) != 0),
            Judge::Namespace(kind) => {
                bad(facts.namespaces.as_ref().is_none_or(|allowed| allowed.contains(*kind)))
            }
            Judge::Families(names) => bad(has_families(&facts.families, names)),
            Judge::SystemCalls(group) => system_call_group(&facts.system_calls, group, version),
            Judge::By(function) => {
                let (badness, meaning) = function(facts);
                let meaning = (!meaning.is_empty()).then(|| meaning.to_owned());
                Verdict { badness: Some(badness), meaning }
            }
        }
    }
}

/// These capabilities, a bit each.
pub(super) fn mask(names: &[&str]) -> u64 {
    names.iter().filter_map(|name| capability::bit(name)).fold(0, |all, one| all | one)
}

/// Families that have checks of their own.
const NAMED: &[&str] = &["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET"];

/// systemd-analyze takes a list that names one family of several for one that names all.
fn has_families(families: &Choice, names: &[&str]) -> bool {
    let is_listed = match names {
        [] => families.words.iter().any(|word| !NAMED.contains(&word.as_str())),
        names => names.iter().any(|name| families.words.contains(*name)),
    };
    is_listed == families.allows
}

/// System calls of groups that checks ask for which x86-64 does not have.
const NOT_X86_64: &str = "bdflush break chown32 clock_adjtime64 clock_settime64 fchown32 ftime gtty idle lchown32 lock \
     mpx nice pciconfig_iobase pciconfig_read pciconfig_write prof profil rtas s390_pci_mmio_read \
     s390_pci_mmio_write s390_runtime_instr setfsgid32 setfsuid32 setgid32 setgroups32 setregid32 setresgid32 \
     setresuid32 setreuid32 setuid32 sgetmask ssetmask stime stty subpage_prot switch_endian \
     sys_debug_setcontext ulimit umount vm86 vm86old";

/// The same of the architectures that began without the older calls (arm64, riscv64).
const NOT_GENERIC: &str = "_sysctl afs_syscall chown create_module get_kernel_syms getpmsg ioperm iopl lchown \
     modify_ldt putpmsg query_module security sysfs tuxcall uselib ustat vserver";

/// Calls that groups hold from this version of systemd on.
const LATER: &[(&str, u16)] = &[("quotactl_fd", 254), ("set_mempolicy_home_node", 254)];

fn is_native(call: &str) -> bool {
    let lacks = |list: &str| list.split_ascii_whitespace().any(|name| name == call);
    !lacks(NOT_X86_64) && (cfg!(target_arch = "x86_64") || !lacks(NOT_GENERIC))
}

/// The first call of a group that the filter leaves.
fn left_of(filter: &Choice, group: &str, version: u16) -> Option<&'static str> {
    let is_there = |call: &str| {
        LATER.iter().all(|(name, since)| *name != call || *since <= version) && is_native(call)
    };
    system_calls::group(group)?.members().find_map(|member| match member.starts_with('@') {
        true => left_of(filter, member, version),
        false => {
            (filter.words.contains(member) == filter.allows && is_there(member)).then_some(member)
        }
    })
}

fn system_call_group(filter: &Choice, group: &str, version: u16) -> Verdict {
    if filter.is_open() {
        let meaning = "system calls are not filtered".to_owned();
        return Verdict { badness: Some(10), meaning: Some(meaning) };
    }
    let (badness, meaning) = match (left_of(filter, group, version), filter.allows) {
        (None, _) => (0, format!("the filter of system calls leaves none of {group}")),
        (Some(call), true) => {
            (9, format!("the filter of system calls allows some of {group}: {call}"))
        }
        (Some(call), false) => {
            (10, format!("the filter of system calls does not deny all of {group}: {call}"))
        }
    };
    Verdict { badness: Some(badness), meaning: Some(meaning) }
}

pub(super) fn user(facts: &Facts) -> (u64, &'static str) {
    match facts.text("User") {
        "nobody" => (9, "runs as nobody, an account that is no service's own"),
        "0" | "root" => (10, ""),
        _ if facts.is("DynamicUser") => (0, "runs as a user that is made for it alone"),
        "" => (10, ""),
        _ => (0, "runs as a user that is not root"),
    }
}

pub(super) fn home(facts: &Facts) -> (u64, &'static str) {
    match facts.text("ProtectHome") {
        "read-only" => (5, "can read people's homes"),
        "tmpfs" => (1, "sees empty homes"),
        _ if facts.is("ProtectHome") => (0, "can't see people's homes"),
        _ => (10, "has people's homes before it"),
    }
}

pub(super) fn system(facts: &Facts) -> (u64, &'static str) {
    match facts.text("ProtectSystem") {
        "strict" => (0, "can write nowhere but where it is allowed to"),
        "full" => (3, "can't write to /usr, /boot and /etc"),
        _ if facts.is("ProtectSystem") => (5, "can't write to /usr and /boot"),
        _ => (10, "can write wherever its user can"),
    }
}

pub(super) fn umask(facts: &Facts) -> (u64, &'static str) {
    let mask = u32::from_str_radix(facts.text("UMask"), 8).unwrap_or(0o022);
    match mask {
        mask if mask & 0o002 == 0 => (10, "everybody may write to files that it makes"),
        mask if mask & 0o004 == 0 => (5, "everybody may read files that it makes"),
        mask if mask & 0o020 == 0 => (2, "its group may write to files that it makes"),
        mask if mask & 0o040 == 0 => (1, "its group may read files that it makes"),
        _ => (0, "files that it makes are its own user's alone"),
    }
}

pub(super) fn process_view(facts: &Facts) -> (u64, &'static str) {
    match facts.text("ProtectProc") {
        "noaccess" => (1, "can see that other users' processes are there, and no more"),
        "invisible" | "ptraceable" => (0, ""),
        _ => (3, ""),
    }
}

pub(super) fn architectures(facts: &Facts) -> (u64, &'static str) {
    match facts.text("SystemCallArchitectures") {
        "" => (10, "can use system calls of every architecture that this kernel knows"),
        "native" => (0, "can use its own architecture's system calls alone"),
        _ => (8, "can use system calls of several architectures"),
    }
}

pub(super) fn root(facts: &Facts) -> (u64, &'static str) {
    let is_own = |name: &str| !matches!(facts.text(name), "" | "/");
    (u64::from(!is_own("RootDirectory") && !is_own("RootImage")), "")
}

pub(super) fn groups(facts: &Facts) -> (u64, &'static str) {
    (u64::from(!facts.text("SupplementaryGroups").is_empty()), "")
}

pub(super) fn ambient(facts: &Facts) -> (u64, &'static str) {
    (u64::from(facts.ambient != 0), "")
}

pub(super) fn addresses(facts: &Facts) -> (u64, &'static str) {
    if !facts.text("IPIngressFilterPath").is_empty() || !facts.text("IPEgressFilterPath").is_empty()
    {
        return (0, "filters packets with programs of its own");
    }
    let denied = prefixes(facts.text("IPAddressDeny"));
    let denies_all =
        |is_v4: bool| denied.iter().any(|(ip, length)| ip.is_ipv4() == is_v4 && *length == 0);
    if !denies_all(true) || !denies_all(false) {
        return (10, "can exchange packets with every address");
    }
    let allowed = prefixes(facts.text("IPAddressAllow"));
    let is_local = |(ip, length): &(IpAddr, u8)| {
        ip.is_loopback() && *length == if ip.is_ipv4() { 8 } else { 128 }
    };
    match (allowed.is_empty(), allowed.iter().all(is_local)) {
        (true, _) => (0, "can exchange packets with no address"),
        (_, true) => (2, "can exchange packets with this machine alone"),
        _ => (5, "can exchange packets with some addresses"),
    }
}

fn prefixes(text: &str) -> Vec<(IpAddr, u8)> {
    let prefix = |word: &str| {
        let (ip, length) = word.split_once('/').unwrap_or((word, ""));
        let ip: IpAddr = ip.parse().ok()?;
        let whole = if ip.is_ipv4() { 32 } else { 128 };
        Some((ip, if length.is_empty() { whole } else { length.parse().ok()? }))
    };
    text.split_whitespace().filter_map(prefix).collect()
}

pub(super) fn devices(facts: &Facts) -> (u64, &'static str) {
    match (facts.text("DevicePolicy"), facts.text("DeviceAllow")) {
        ("strict" | "closed", "") => (0, "can use the plainest devices alone"),
        ("strict" | "closed", _) => (5, "can use the devices that DeviceAllow= lists"),
        _ => (10, "can use every device that its user can open"),
    }
}
