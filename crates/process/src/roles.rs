//! Programs that are known for what they do to processes below them.
//!
//! A name is weak evidence of what a process *is*, since a process names itself; it is used here
//! only together with what the kernel says (a session, a terminal, a parent) to tell what a
//! process with such a parent is.

/// What a program does with the processes that it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Lets people in from outside, and starts their shells: sshd, telnetd.
    LoginServer,
    /// Waits on a terminal for somebody to log in.
    Getty,
    /// Opens a session for a person on a terminal or in another's name: login, su, sudo.
    SessionOpener,
    /// Holds terminals that people attach to: tmux, screen.
    Multiplexer,
    /// Shows a terminal in a window.
    TerminalEmulator,
    /// Runs jobs at their times: cron, atd.
    Scheduler,
    /// Starts services and keeps them running: supervisord, runsv, s6-supervise.
    Supervisor,
    /// First process of a container, which only reaps and forwards: tini, dumb-init.
    ContainerInit,
    /// The parent of a container's first process, outside of the container.
    ContainerShim,
    /// An init system as first process of a machine.
    Init,
    /// An interactive command interpreter.
    Shell,
    /// Helper of a session that lives as long as the session: ssh-agent, gpg-agent, dbus-daemon.
    SessionHelper,
}

/// Program name, role, and the name to show for the supervisor or runtime that it is.
pub const ROLES: &[(&str, Role, &str)] = &[
    ("sshd", Role::LoginServer, "OpenSSH"),
    ("sshd-session", Role::LoginServer, "OpenSSH"),
    ("sshd-auth", Role::LoginServer, "OpenSSH"),
    ("dropbear", Role::LoginServer, "Dropbear"),
    ("telnetd", Role::LoginServer, "telnet"),
    ("in.telnetd", Role::LoginServer, "telnet"),
    ("in.rlogind", Role::LoginServer, "rlogin"),
    ("in.rshd", Role::LoginServer, "rsh"),
    ("mosh-server", Role::LoginServer, "mosh"),
    ("etserver", Role::LoginServer, "Eternal Terminal"),
    ("tinysshd", Role::LoginServer, "tinyssh"),
    ("agetty", Role::Getty, ""),
    ("getty", Role::Getty, ""),
    ("mgetty", Role::Getty, ""),
    ("mingetty", Role::Getty, ""),
    ("fgetty", Role::Getty, ""),
    ("ngetty", Role::Getty, ""),
    ("fbgetty", Role::Getty, ""),
    ("login", Role::SessionOpener, ""),
    ("su", Role::SessionOpener, ""),
    ("sudo", Role::SessionOpener, ""),
    ("doas", Role::SessionOpener, ""),
    ("runuser", Role::SessionOpener, ""),
    ("pkexec", Role::SessionOpener, ""),
    ("tmux", Role::Multiplexer, "tmux"),
    ("tmux: server", Role::Multiplexer, "tmux"),
    ("tmux: client", Role::Multiplexer, "tmux"),
    ("screen", Role::Multiplexer, "screen"),
    ("SCREEN", Role::Multiplexer, "screen"),
    ("zellij", Role::Multiplexer, "zellij"),
    ("dtach", Role::Multiplexer, "dtach"),
    ("abduco", Role::Multiplexer, "abduco"),
    ("dvtm", Role::Multiplexer, "dvtm"),
    ("byobu", Role::Multiplexer, "byobu"),
    ("xterm", Role::TerminalEmulator, ""),
    ("rxvt", Role::TerminalEmulator, ""),
    ("urxvt", Role::TerminalEmulator, ""),
    ("gnome-terminal-", Role::TerminalEmulator, ""),
    ("konsole", Role::TerminalEmulator, ""),
    ("kitty", Role::TerminalEmulator, ""),
    ("alacritty", Role::TerminalEmulator, ""),
    ("foot", Role::TerminalEmulator, ""),
    ("wezterm-gui", Role::TerminalEmulator, ""),
    ("xfce4-terminal", Role::TerminalEmulator, ""),
    ("cron", Role::Scheduler, "cron"),
    ("crond", Role::Scheduler, "cron"),
    ("CRON", Role::Scheduler, "cron"),
    ("fcron", Role::Scheduler, "fcron"),
    ("bcron-sched", Role::Scheduler, "bcron"),
    ("dcron", Role::Scheduler, "dcron"),
    ("supercronic", Role::Scheduler, "supercronic"),
    ("anacron", Role::Scheduler, "anacron"),
    ("atd", Role::Scheduler, "at"),
    ("supervisord", Role::Supervisor, "supervisord"),
    ("runsv", Role::Supervisor, "runit"),
    ("runsvdir", Role::Supervisor, "runit"),
    ("s6-supervise", Role::Supervisor, "s6"),
    ("s6-svscan", Role::Supervisor, "s6"),
    ("supervise", Role::Supervisor, "daemontools"),
    ("svscan", Role::Supervisor, "daemontools"),
    ("supervise-daemon", Role::Supervisor, "openrc"),
    ("perpd", Role::Supervisor, "perp"),
    ("dinit", Role::Supervisor, "dinit"),
    ("monit", Role::Supervisor, "monit"),
    ("circusd", Role::Supervisor, "circus"),
    ("nosh", Role::Supervisor, "nosh"),
    ("service-manager", Role::Supervisor, "nosh"),
    ("daemond", Role::Supervisor, "daemond"),
    ("systemd", Role::Supervisor, "systemd"),
    ("tini", Role::ContainerInit, "tini"),
    ("tini-static", Role::ContainerInit, "tini"),
    ("dumb-init", Role::ContainerInit, "dumb-init"),
    ("catatonit", Role::ContainerInit, "catatonit"),
    ("docker-init", Role::ContainerInit, "tini"),
    ("podman-init", Role::ContainerInit, "catatonit"),
    ("containerd-shim", Role::ContainerShim, "containerd"),
    ("containerd-shim-runc-v1", Role::ContainerShim, "containerd"),
    ("containerd-shim-runc-v2", Role::ContainerShim, "containerd"),
    ("docker-containerd-shim", Role::ContainerShim, "docker"),
    ("conmon", Role::ContainerShim, "podman"),
    ("systemd-nspawn", Role::ContainerShim, "nspawn"),
    ("lxc-start", Role::ContainerShim, "lxc"),
    ("lxc-monitord", Role::ContainerShim, "lxc"),
    ("crun", Role::ContainerShim, "crun"),
    ("runc", Role::ContainerShim, "runc"),
    ("youki", Role::ContainerShim, "youki"),
    ("unshare", Role::ContainerShim, "unshare"),
    ("bwrap", Role::ContainerShim, "bubblewrap"),
    ("init", Role::Init, "init"),
    ("openrc-init", Role::Init, "openrc-init"),
    ("runit", Role::Init, "runit"),
    ("finit", Role::Init, "finit"),
    ("s6-linux-init", Role::Init, "s6-linux-init"),
    ("upstart", Role::Init, "upstart"),
    ("shepherd", Role::Init, "shepherd"),
    ("procd", Role::Init, "procd"),
    ("sh", Role::Shell, ""),
    ("bash", Role::Shell, ""),
    ("rbash", Role::Shell, ""),
    ("dash", Role::Shell, ""),
    ("ash", Role::Shell, ""),
    ("zsh", Role::Shell, ""),
    ("ksh", Role::Shell, ""),
    ("ksh93", Role::Shell, ""),
    ("mksh", Role::Shell, ""),
    ("oksh", Role::Shell, ""),
    ("yash", Role::Shell, ""),
    ("csh", Role::Shell, ""),
    ("tcsh", Role::Shell, ""),
    ("fish", Role::Shell, ""),
    ("elvish", Role::Shell, ""),
    ("nu", Role::Shell, ""),
    ("xonsh", Role::Shell, ""),
    ("pwsh", Role::Shell, ""),
    ("ssh-agent", Role::SessionHelper, ""),
    ("gpg-agent", Role::SessionHelper, ""),
    ("dbus-launch", Role::SessionHelper, ""),
    ("at-spi-bus-laun", Role::SessionHelper, ""),
];

/// Names that the kernel gives to its own threads, sorted: what an impostor copies. Behind a name
/// that ends in `/`, `_` or `-` anything may follow, behind the others digits.
const KERNEL_NAMES: &[&str] = &[
    "acpi_thermal_pm",
    "ata_sff",
    "btrfs-",
    "charger_manager",
    "cpuhp/",
    "devfreq_wq",
    "dm_",
    "ecryptfs-kthrea",
    "edac-poller",
    "ext4-rsv-conver",
    "hwrng",
    "idle_inject/",
    "inet_frag_wq",
    "irq/",
    "jbd2/",
    "kauditd",
    "kblockd",
    "kcompactd",
    "kcryptd",
    "kdevtmpfs",
    "kdmflush",
    "khugepaged",
    "khungtaskd",
    "kintegrityd",
    "kprobe-optimizer",
    "kpsmoused",
    "ksmd",
    "ksoftirqd/",
    "kstrp",
    "kswapd",
    "kthreadd",
    "kthrotld",
    "kworker/",
    "md_",
    "migration/",
    "mm_percpu_wq",
    "netns",
    "nvme-",
    "oom_reaper",
    "pool_workqueue_",
    "rcu_",
    "rcuog/",
    "rcuop/",
    "rcuos/",
    "scsi_eh_",
    "scsi_tmf_",
    "slub_flushwq",
    "watchdog/",
    "watchdogd",
    "writeback",
    "xfs-",
    "xfsaild/",
    "zswap-shrink",
];

/// The role of a program, by its name without folders.
pub fn role(program: &[u8]) -> Option<Role> {
    entry(program).map(|(_, role, _)| *role)
}

/// The name to show for a program that is a supervisor, runtime or scheduler.
pub fn shown_name(program: &[u8]) -> Option<&'static str> {
    entry(program).map(|(_, _, shown)| *shown).filter(|shown| !shown.is_empty())
}

fn entry(program: &[u8]) -> Option<&'static (&'static str, Role, &'static str)> {
    // A login shell's name begins with a dash.
    let program = program.strip_prefix(b"-").unwrap_or(program);
    ROLES.iter().find(|(name, ..)| {
        let name = name.as_bytes();
        // `comm` holds fifteen bytes: a longer name is known by those.
        name == program || program.len() == 15 && name.len() > 15 && name.starts_with(program)
    })
}

/// Whether a name looks like one of the kernel's threads (`kworker/0:1`, `[kworker/0:1]`).
pub fn looks_like_kernel_thread(name: &[u8]) -> bool {
    let bare = name.strip_prefix(b"[").map_or(name, |rest| rest.strip_suffix(b"]").unwrap_or(rest));
    let Some(&first) = bare.first() else { return false };
    let initial = |known: &&str| known.as_bytes().first().copied().unwrap_or(0);
    let start = KERNEL_NAMES.partition_point(|known| initial(known) < first);
    let family = KERNEL_NAMES.iter().skip(start).take_while(|known| initial(known) == first);
    family.map(|known| known.as_bytes()).any(|known| {
        let Some(rest) = bare.strip_prefix(known) else { return false };
        matches!(known.last(), Some(b'/' | b'_' | b'-')) || rest.iter().all(u8::is_ascii_digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_by_name() {
        assert_eq!(role(b"-bash"), Some(Role::Shell));
        assert_eq!(role(b"containerd-shim"), Some(Role::ContainerShim));
        assert_eq!(role(b"supervise-daemo"), Some(Role::Supervisor));
        assert_eq!(role(b"tmux: server"), Some(Role::Multiplexer));
        assert_eq!(role(b""), None);
        assert_eq!(role(b"bashful"), None);
    }

    #[test]
    fn no_name_stands_twice() {
        let mut names: Vec<_> = ROLES.iter().map(|(name, ..)| name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROLES.len());
    }

    #[test]
    fn kernel_names_are_sorted() {
        assert!(KERNEL_NAMES.is_sorted());
    }

    #[test]
    fn kernel_like_names() {
        for name in
            ["kworker/0:1", "[kworker/u8:2]", "[kthreadd]", "kswapd0", "[jbd2/sda1-8]", "rcu_sched"]
        {
            assert!(looks_like_kernel_thread(name.as_bytes()), "{name}");
        }
        for name in ["bash", "[celery]", "loopback-proxy", "kworker", "netnsd", "xfs", "mdadm", ""]
        {
            assert!(!looks_like_kernel_thread(name.as_bytes()), "{name}");
        }
    }
}
