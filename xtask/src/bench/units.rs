//! A made-up machine's units: as many as wanted, in the style of real packages', without a mistake
//! in any of them.
//!
//! Units depend on each other within groups of ten and on the targets that every machine has, so
//! that what a start of one would bring with it does not grow with their number.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::PathBuf,
};

use crate::error::{Error, Result};

/// How many units depend on each other.
const GROUP: usize = 10;

/// What every machine has.
const BASE: &[(&str, &str)] = &[
    ("sysinit.target", "DefaultDependencies=no\nBefore=shutdown.target\nConflicts=shutdown.target"),
    ("basic.target", "Requires=sysinit.target\nAfter=sysinit.target sockets.target paths.target"),
    ("sockets.target", "DefaultDependencies=no"),
    ("paths.target", "DefaultDependencies=no"),
    ("timers.target", "DefaultDependencies=no"),
    ("time-set.target", "DefaultDependencies=no"),
    ("time-sync.target", "DefaultDependencies=no\nAfter=time-set.target"),
    ("network-pre.target", "DefaultDependencies=no"),
    ("network.target", "After=network-pre.target"),
    ("network-online.target", "After=network.target"),
    ("local-fs.target", "DefaultDependencies=no"),
    ("remote-fs.target", "After=network-online.target"),
    ("nss-lookup.target", "After=network.target"),
    ("multi-user.target", "Requires=basic.target\nAfter=basic.target"),
    ("shutdown.target", "DefaultDependencies=no\nRefuseManualStart=yes"),
    ("umount.target", "DefaultDependencies=no\nRefuseManualStart=yes"),
];

/// Programs that the units run.
const PROGRAMS: &[&str] =
    &["usr/sbin/workd", "usr/bin/workctl", "usr/bin/kill", "usr/bin/mkdir", "usr/bin/sh"];

/// The target that wants all of them, and nothing wants it.
pub const ALL_TARGET: &str = "bench-all.target";

/// Where the units are, from the root; only they are there.
pub const FOLDER: &str = "etc/systemd/system";

/// A tree with units.
pub struct Tree {
    /// Its root.
    pub root: PathBuf,
    /// The units' names: as many as were wanted. Base targets and templates come on top.
    pub names: Vec<String>,
}

impl Tree {
    /// Makes a tree with `count` units in the folder `root`, which is emptied before.
    pub fn make(root: PathBuf, count: usize) -> Result<Tree> {
        if root.exists() {
            fs::remove_dir_all(&root).map_err(Error::io(format!("empty {}", root.display())))?;
        }
        let mut tree = Tree { root, names: Vec::with_capacity(count) };
        tree.base()?;
        let wants = tree.root.join(FOLDER).join(format!("{ALL_TARGET}.wants"));
        fs::create_dir_all(&wants).map_err(Error::io(format!("make {}", wants.display())))?;
        for index in 0..count {
            let (name, file) = tree.unit(index)?;
            let link = wants.join(&name);
            symlink(format!("../{file}"), &link)
                .map_err(Error::io(format!("link {}", link.display())))?;
            tree.names.push(name);
        }
        Ok(tree)
    }

    fn base(&self) -> Result<()> {
        for (name, settings) in BASE {
            let text = format!("[Unit]\nDescription={name}\n{settings}\n");
            self.write(&format!("usr/lib/systemd/system/{name}"), &text)?;
        }
        for program in PROGRAMS {
            let path = self.write(program, "")?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755))
                .map_err(Error::io(format!("set the mode of {}", path.display())))?;
        }
        symlink("usr/bin", self.root.join("bin")).map_err(Error::io("link bin"))?;
        self.write("etc/passwd", "root:x:0:0::/root:/bin/sh\nwork:x:99:99::/:/bin/sh\n")?;
        self.write("etc/group", "root:x:0:\nwork:x:99:\n")?;
        self.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n")?;
        let all = "[Unit]\nDescription=All units of the bench\nDefaultDependencies=no\n";
        self.write(&format!("{FOLDER}/{ALL_TARGET}"), all)?;
        self.write(&format!("{FOLDER}/bench-worker@.service"), TEMPLATE).map(drop)
    }

    /// One unit, with a drop-in for every other one; its name and that of its file.
    fn unit(&self, index: usize) -> Result<(String, String)> {
        let (group, within) = (index / GROUP, index % GROUP);
        let (name, text, drop_in) = match within {
            6 => (socket_name(group), socket(group), "[Socket]\nBacklog=512\nMark=7\n"),
            7 => (format!("bench-{group}-sweep.timer"), timer(group), TIMER_DROP_IN),
            8 => (format!("bench-{group}-spool.path"), path(group), "[Path]\nMakeDirectory=yes\n"),
            9 => (format!("bench-worker@{group}.service"), String::new(), SERVICE_DROP_IN),
            _ => (service_name(group, within), service(group, within), SERVICE_DROP_IN),
        };
        let file = match text.is_empty() {
            true => "bench-worker@.service".to_owned(),
            false => {
                self.write(&format!("{FOLDER}/{name}"), &text)?;
                name.clone()
            }
        };
        if index % 2 == group % 2 {
            self.write(&format!("{FOLDER}/{name}.d/10-local.conf"), drop_in)?;
        }
        Ok((name, file))
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.root.join(name);
        let written = match path.parent() {
            Some(parent) => fs::create_dir_all(parent).and_then(|()| fs::write(&path, text)),
            None => fs::write(&path, text),
        };
        written.map_err(Error::io(format!("write {}", path.display())))?;
        Ok(path)
    }
}

fn service_name(group: usize, within: usize) -> String {
    format!("bench-{group}-{within}.service")
}

fn socket_name(group: usize) -> String {
    format!("bench-{group}-0.socket")
}

fn service(group: usize, within: usize) -> String {
    let name = service_name(group, within);
    let earlier = match within {
        0 => format!("Requires={socket}\nAfter={socket}", socket = socket_name(group)),
        _ => {
            let (first, last) = (service_name(group, 0), service_name(group, within - 1));
            format!("Wants={last}\nAfter={last} {first}\nPartOf={first}")
        }
    };
    format!(
        "# The work of group {group}, part {within}.\n\n\
         [Unit]\n\
         Description=Work daemon {within} of group {group} (%p)\n\
         Documentation=man:workd(8) https://example.org/docs/workd\n\
         After=network.target remote-fs.target nss-lookup.target\n\
         {earlier}\n\
         ConditionPathExists=!/etc/work/{group}-disabled\n\
         StartLimitIntervalSec=5min\n\
         StartLimitBurst=4\n\n\
         [Service]\n\
         Type=notify\n\
         User=work\n\
         EnvironmentFile=-/etc/default/work-{group}\n\
         Environment=LANG=C.UTF-8 \"WORK_OPTIONS=--verbose --part {within}\"\n\
         ExecStartPre=/usr/sbin/workd --check --config /etc/work/{group}.conf\n\
         ExecStart=/usr/sbin/workd --foreground --config /etc/work/{group}.conf \\\n\
         \x20   --socket /run/work-{group}/socket $WORK_OPTIONS\n\
         ExecReload=/bin/kill -HUP $MAINPID\n\
         Restart=on-failure\n\
         RestartSec=2s\n\
         TimeoutStopSec=90\n\
         RuntimeDirectory=work-{group}-{within}\n\
         LimitNOFILE=65536\n\
         MemoryMax=512M\n\
         TasksMax=200\n\
         NoNewPrivileges=yes\n\
         PrivateTmp=yes\n\
         ProtectSystem=full\n\
         ProtectHome=yes\n\
         CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID\n\
         RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6\n\
         SystemCallFilter=@system-service\n\n\
         [Install]\n\
         WantedBy=multi-user.target\n\
         Alias=work-{name}\n"
    )
}

fn socket(group: usize) -> String {
    format!(
        "[Unit]\n\
         Description=Sockets of work group {group}\n\
         Documentation=man:workd(8)\n\n\
         [Socket]\n\
         ListenStream=/run/work-{group}.socket\n\
         ListenStream=127.0.0.1:{port}\n\
         ListenDatagram=/run/work-{group}.log\n\
         SocketMode=0660\n\
         SocketUser=work\n\
         SocketGroup=work\n\
         RemoveOnStop=yes\n\
         FileDescriptorName=work\n\
         PassCredentials=yes\n\n\
         [Install]\n\
         WantedBy=sockets.target\n",
        port = 1024 + group % 60_000,
    )
}

fn timer(group: usize) -> String {
    format!(
        "[Unit]\n\
         Description=Daily sweep of work group {group}\n\n\
         [Timer]\n\
         OnCalendar=*-*-* {hour:02}:{minute:02}:00\n\
         OnBootSec=15min\n\
         RandomizedDelaySec=1h\n\
         AccuracySec=1min\n\
         Persistent=true\n\
         Unit={service}\n\n\
         [Install]\n\
         WantedBy=timers.target\n",
        hour = group % 24,
        minute = group % 60,
        service = service_name(group, 1),
    )
}

fn path(group: usize) -> String {
    format!(
        "[Unit]\n\
         Description=Spool of work group {group}\n\n\
         [Path]\n\
         PathExistsGlob=/var/spool/work-{group}/*.job\n\
         DirectoryNotEmpty=/var/spool/work-{group}\n\
         DirectoryMode=0750\n\
         Unit={service}\n\n\
         [Install]\n\
         WantedBy=paths.target\n",
        service = service_name(group, 2),
    )
}

const TEMPLATE: &str = "[Unit]\n\
    Description=Worker %i\n\
    After=network.target bench-%i-0.service\n\
    Wants=bench-%i-0.service\n\
    CollectMode=inactive-or-failed\n\n\
    [Service]\n\
    Type=exec\n\
    ExecStart=/usr/sbin/workd --worker %I --instance %n\n\
    ExecStopPost=/usr/bin/workctl forget %i\n\
    WorkingDirectory=-/var/lib/work/%i\n\
    Restart=always\n\
    RestartSec=100ms\n\
    KillSignal=SIGINT\n\
    StateDirectory=work/%i\n\n\
    [Install]\n\
    WantedBy=multi-user.target\n\
    DefaultInstance=main\n";

const SERVICE_DROP_IN: &str = "[Unit]\n\
    Documentation=https://example.com/local\n\n\
    [Service]\n\
    Environment=LOCAL=yes\n\
    Nice=5\n\
    CPUWeight=50\n\
    LimitCORE=infinity\n";

const TIMER_DROP_IN: &str = "[Timer]\n\
    OnCalendar=\n\
    OnCalendar=Mon..Fri 04:30\n";

#[cfg(test)]
mod tests {
    use super::{FOLDER, Tree};

    #[test]
    fn a_tree_has_as_many_units_as_wanted() {
        let root = std::env::temp_dir().join(format!("bench-units-{}", std::process::id()));
        let tree = Tree::make(root, 40).unwrap();
        let there = |name: &str| tree.root.join(FOLDER).join(name).is_file();
        assert_eq!(tree.names.len(), 40);
        assert!(there("bench-3-5.service") && there("bench-2-0.socket"));
        assert!(tree.names.iter().all(|name| there(&format!("bench-all.target.wants/{name}"))));
        let drop_ins = tree.names.iter().filter(|name| there(&format!("{name}.d/10-local.conf")));
        assert_eq!(drop_ins.count(), 20);
        std::fs::remove_dir_all(&tree.root).unwrap();
    }
}
