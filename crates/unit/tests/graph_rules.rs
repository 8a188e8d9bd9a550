//! The dependencies that the man pages promise, unit type by unit type.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod graph_support;

use graph_support::{Tree, others};
use unit::graph::Dependency::{self, *};
use unit::graph::{Class, Graph, Options};

/// Asserts, for each row, whom a unit has a dependency of a kind on.
fn assert_rows(files: &[(&str, &str)], options: &Options, rows: &[(&str, Dependency, &str)]) {
    let units = Tree::of(files).units(options);
    let graph = Graph::build(&units, options);
    for (unit, kind, expected) in rows {
        assert_eq!(others(&graph, unit, *kind), *expected, "{} of {unit}", kind.name());
    }
}

fn system() -> Options {
    Options::default()
}

fn user() -> Options {
    Options { is_user: true, ..Options::default() }
}

fn debian_12() -> Options {
    Options { version: 252, ..Options::default() }
}

const RUNS: &str = "[Service]\nExecStart=/bin/true\n";
const ALONE: &str =
    "[Unit]\nDefaultDependencies=no\n[Service]\nStandardOutput=null\nExecStart=/bin/true\n";

fn alone(more: &str) -> String {
    format!("{ALONE}{more}\n")
}

#[test]
fn a_service() {
    let files = [
        ("a.service", "[Unit]\nAfter=b.service\nWants=c.service\n[Service]\nExecStart=/bin/true\n"),
        ("bare.service", ALONE),
        ("bus.service", "[Service]\nBusName=org.example\nExecStart=/bin/true\n"),
        ("simple.service", "[Service]\nType=simple\nBusName=org.example\nExecStart=/bin/true\n"),
        ("tty.service", "[Service]\nStandardInput=tty\nExecStart=/bin/true\n"),
        (
            "error.service",
            "[Service]\nStandardOutput=null\nStandardError=kmsg\nExecStart=/bin/true\n",
        ),
        ("spaced.service", "[Service]\nLogNamespace=x\nExecStart=/bin/true\n"),
    ];
    assert_rows(
        &files,
        &system(),
        &[
            ("a.service", Requires, "sysinit.target system.slice"),
            ("a.service", Wants, "c.service"),
            ("c.service", WantedBy, "a.service"),
            (
                "a.service",
                After,
                "b.service basic.target sysinit.target system.slice systemd-journald.socket",
            ),
            ("b.service", Before, "a.service"),
            ("a.service", Before, "shutdown.target"),
            ("a.service", Conflicts, "shutdown.target"),
            ("a.service", InSlice, "system.slice"),
            ("bare.service", Requires, "system.slice"),
            ("bare.service", After, "system.slice"),
            ("bare.service", Conflicts, ""),
            ("bus.service", Requires, "dbus.socket sysinit.target system.slice"),
            ("simple.service", Requires, "sysinit.target system.slice"),
            ("tty.service", After, "basic.target sysinit.target system.slice"),
            (
                "error.service",
                After,
                "basic.target sysinit.target system.slice systemd-journald.socket",
            ),
            (
                "spaced.service",
                Requires,
                "sysinit.target system.slice systemd-journald-sync@x.service systemd-journald-varlink@x.socket systemd-journald@x.socket",
            ),
        ],
    );
    assert_rows(
        &files,
        &user(),
        &[
            ("a.service", Requires, "app.slice basic.target"),
            ("a.service", After, "app.slice b.service basic.target"),
            ("a.service", Conflicts, "shutdown.target"),
        ],
    );
}

#[test]
fn an_instance_and_its_slice() {
    let files = [
        ("a-b@.service", RUNS),
        ("in@.service", "[Service]\nSlice=x-y.slice\nExecStart=/bin/true\n"),
        (
            "want.service",
            "[Unit]\nWants=a-b@one.service in@two.service in@.service\n[Service]\nExecStart=/bin/true\n",
        ),
    ];
    assert_rows(
        &files,
        &system(),
        &[
            ("want.service", Wants, "a-b@one.service in@two.service in@want.service"),
            ("a-b@one.service", InSlice, "system-a\\x2db.slice"),
            ("system-a\\x2db.slice", InSlice, "system.slice"),
            ("system-a\\x2db.slice", After, "system.slice"),
            ("system.slice", Requires, "-.slice"),
            ("system.slice", Conflicts, ""),
            ("in@two.service", InSlice, "x-y.slice"),
            ("x-y.slice", Requires, "x.slice"),
            ("x-y.slice", Conflicts, "shutdown.target"),
            ("x.slice", After, "-.slice"),
        ],
    );
    assert_rows(&files, &user(), &[("a-b@one.service", InSlice, "app-a\\x2db.slice")]);
}

#[test]
fn what_starts_services() {
    let files = [
        ("a.socket", "[Socket]\nListenStream=/run/x/a.sock\nBindToDevice=eth0\n"),
        ("a.service", RUNS),
        ("b.socket", "[Socket]\nListenStream=80\nService=a.service\n"),
        ("c.socket", "[Socket]\nListenStream=81\nAccept=yes\n"),
        ("c@.service", RUNS),
        ("d.service", "[Service]\nSockets=b.socket\nExecStart=/bin/true\n"),
        ("t.timer", "[Timer]\nOnCalendar=daily\nPersistent=yes\n"),
        ("t.service", RUNS),
        ("u.timer", "[Timer]\nOnBootSec=1\nUnit=a.service\n"),
        ("p.path", "[Path]\nPathExists=/srv/x\n"),
        ("p.service", RUNS),
        ("srv.mount", "[Mount]\nWhat=tmpfs\nType=tmpfs\nWhere=/srv\n"),
        ("run-x.mount", "[Mount]\nWhat=tmpfs\nType=tmpfs\nWhere=/run/x\n"),
    ];
    assert_rows(
        &files,
        &system(),
        &[
            ("a.socket", Triggers, "a.service"),
            ("a.service", TriggeredBy, "a.socket b.socket u.timer"),
            ("a.socket", Before, "a.service shutdown.target sockets.target"),
            ("a.socket", Requires, "run-x.mount sysinit.target system.slice"),
            ("a.socket", BindsTo, "sys-subsystem-net-devices-eth0.device"),
            ("b.socket", Triggers, "a.service d.service"),
            ("c.socket", Triggers, ""),
            ("d.service", Wants, "b.socket"),
            (
                "d.service",
                After,
                "b.socket basic.target sysinit.target system.slice systemd-journald.socket",
            ),
            ("t.timer", Triggers, "t.service"),
            ("t.timer", After, "-.mount sysinit.target time-set.target time-sync.target"),
            ("t.timer", Before, "shutdown.target t.service timers.target"),
            ("u.timer", After, "sysinit.target"),
            ("p.path", Before, "p.service paths.target shutdown.target"),
            ("p.path", Requires, "srv.mount sysinit.target"),
        ],
    );
    assert_rows(
        &files,
        &user(),
        &[("t.timer", After, ""), ("t.timer", Before, "shutdown.target t.service timers.target")],
    );
}

#[test]
fn mounts_and_swaps() {
    let files = [
        ("data.mount", "[Mount]\nWhat=/dev/sda1\nWhere=/data\nType=ext4\nOptions=usrquota\n"),
        ("data-net.mount", "[Mount]\nWhat=server:/x\nWhere=/data/net\nType=nfs\nOptions=nofail\n"),
        ("data-bind.mount", "[Mount]\nWhat=/srv\nWhere=/data/bind\nOptions=bind\n"),
        ("usr.mount", "[Mount]\nWhat=/dev/sda2\nWhere=/usr\n"),
        ("data.automount", "[Automount]\nWhere=/data\n"),
        ("dev-sdb.swap", "[Swap]\nWhat=/dev/sdb\n"),
        ("data-swap.swap", "[Swap]\nWhat=/data/swap\n"),
    ];
    assert_rows(
        &files,
        &system(),
        &[
            ("data.mount", Requires, "dev-sda1.device system.slice"),
            ("data.mount", StopPropagatedFrom, "dev-sda1.device"),
            ("data.mount", Wants, "quotaon@data.service systemd-quotacheck@data.service"),
            (
                "data.mount",
                After,
                "-.mount blockdev@dev-sda1.target data.automount dev-sda1.device local-fs-pre.target system.slice systemd-journald.socket",
            ),
            (
                "data.mount",
                Before,
                "data-bind.mount data-net.mount data-swap.swap local-fs.target quotaon@data.service systemd-quotacheck@data.service umount.target",
            ),
            ("data.mount", Conflicts, "umount.target"),
            ("data-net.mount", Requires, "data.mount system.slice"),
            ("data-net.mount", Wants, "network-online.target"),
            ("data-net.mount", Before, "umount.target"),
            ("data-bind.mount", Requires, "data.mount system.slice"),
            ("usr.mount", InSlice, "-.slice"),
            ("usr.mount", Conflicts, ""),
            ("data.automount", Triggers, "data.mount"),
            ("data.automount", Before, "data.mount local-fs.target umount.target"),
            ("dev-sdb.swap", Requires, "dev-sdb.device system.slice"),
            ("dev-sdb.swap", Before, "swap.target umount.target"),
            ("data-swap.swap", Requires, "data.mount system.slice"),
        ],
    );
    assert_rows(
        &files,
        &debian_12(),
        &[("data.mount", Wants, "quotaon.service systemd-quotacheck.service")],
    );
    let container = Options { devices: false, ..system() };
    assert_rows(&files, &container, &[("data.mount", Requires, "system.slice")]);
}

#[test]
fn what_follows_from_settings() {
    let files = [
        ("tmp.service", &*alone("PrivateTmp=yes")),
        ("tmp-default.service", "[Service]\nPrivateTmp=yes\nExecStart=/bin/true\n"),
        ("state.service", &alone("StateDirectory=a/b c\nRuntimeDirectory=d")),
        ("work.service", &alone("WorkingDirectory=/srv/work")),
        ("maybe.service", &alone("WorkingDirectory=-/srv/work")),
        ("image.service", &alone("RootImage=/srv/image\nPrivateDevices=yes")),
        ("oom.service", "[Service]\nManagedOOMSwap=kill\nExecStart=/bin/true\n"),
        (
            "wants.service",
            "[Unit]\nDefaultDependencies=no\nWantsMountsFor=/srv\nRequiresMountsFor=/var/lib\n[Service]\nStandardOutput=null\nExecStart=/bin/true\n",
        ),
        ("srv.mount", "[Mount]\nWhat=/dev/sda1\nWhere=/srv\n"),
        ("tmp.mount", "[Mount]\nWhat=tmpfs\nType=tmpfs\nWhere=/tmp\n"),
        ("var.mount", "[Mount]\nWhat=/dev/sda2\nWhere=/var\n"),
    ];
    assert_rows(
        &files,
        &system(),
        &[
            ("tmp-default.service", Wants, "var.mount"),
            (
                "tmp-default.service",
                After,
                "-.mount basic.target sysinit.target system.slice systemd-journald.socket systemd-tmpfiles-setup.service tmp.mount var.mount",
            ),
            ("tmp.service", After, "system.slice"),
            ("state.service", Requires, "system.slice var.mount"),
            ("state.service", After, "-.mount system.slice systemd-remount-fs.service var.mount"),
            ("work.service", Requires, "srv.mount system.slice"),
            ("maybe.service", Wants, "srv.mount"),
            (
                "image.service",
                Wants,
                "modprobe@dm_mod.service modprobe@dm_verity.service modprobe@loop.service srv.mount",
            ),
            (
                "image.service",
                After,
                "-.mount modprobe@dm_mod.service modprobe@dm_verity.service modprobe@loop.service srv.mount system.slice systemd-udevd.service",
            ),
            ("oom.service", Wants, "systemd-oomd.service"),
            ("wants.service", Wants, "srv.mount"),
            ("wants.service", Requires, "system.slice var.mount"),
        ],
    );
    assert_rows(
        &files,
        &debian_12(),
        &[
            ("tmp.service", Requires, "system.slice var.mount"),
            (
                "tmp.service",
                After,
                "-.mount system.slice systemd-tmpfiles-setup.service tmp.mount var.mount",
            ),
            ("maybe.service", Wants, ""),
            ("image.service", Requires, "srv.mount system.slice"),
        ],
    );
}

#[test]
fn targets_wait_for_what_they_pull_in() {
    let files = [
        (
            "t.target",
            "[Unit]\nWants=a.service first.service bare.service gone.service\nBefore=first.service\n",
        ),
        ("t.target.wants/b.service", "-> ../b.service"),
        ("a.service", RUNS),
        ("b.service", RUNS),
        ("first.service", RUNS),
        ("bare.service", ALONE),
        ("shutdown.target", "[Unit]\nDefaultDependencies=no\n"),
        ("s.service", "[Unit]\nWants=t.target\n[Service]\nExecStart=/bin/true\n"),
    ];
    assert_rows(
        &files,
        &system(),
        &[
            ("t.target", Wants, "a.service b.service bare.service first.service gone.service"),
            ("t.target", After, "a.service b.service"),
            ("t.target", Before, "first.service shutdown.target"),
            ("shutdown.target", Before, ""),
            (
                "s.service",
                After,
                "basic.target sysinit.target system.slice systemd-journald.socket",
            ),
        ],
    );
}

#[test]
fn what_systemd_drops_is_not_there() {
    let files = [
        (
            "a.service",
            "[Unit]\nBefore=x.device a.service\nAfter=y.device\n[Service]\nSlice=b.service\nExecStart=/bin/true\n",
        ),
        ("c.slice", "[Unit]\nOnFailure=a.service\n"),
        ("r@.service", "[Unit]\nWants=r@%i-x.service\n[Service]\nExecStart=/bin/true\n"),
        ("want.target", "[Unit]\nWants=r@1.service\n"),
        ("aliased.service", RUNS),
        ("other.service", "-> aliased.service"),
        ("user.service", "[Unit]\nAfter=other.service\n[Service]\nExecStart=/bin/true\n"),
    ];
    assert_rows(
        &files,
        &system(),
        &[
            ("a.service", Before, "shutdown.target"),
            ("y.device", Before, "a.service"),
            ("a.service", InSlice, "system.slice"),
            ("c.slice", OnFailure, ""),
            ("r@1.service", Wants, ""),
            ("aliased.service", Before, "shutdown.target user.service"),
            ("other.service", Before, "shutdown.target user.service"),
        ],
    );
}

#[test]
fn every_edge_says_why() {
    let files = [
        (
            "a.service",
            "[Unit]\n\nAfter=b.service\nAfter=b.service\n[Service]\nStateDirectory=x\nExecStart=/bin/true\n",
        ),
        ("b.service", "[Unit]\nBefore=a.service\n[Service]\nExecStart=/bin/true\n"),
        ("t.target", "[Unit]\n"),
        ("t.target.requires/a.service", "-> ../a.service"),
    ];
    let units = Tree::of(&files).units(&system());
    let graph = Graph::build(&units, &system());
    let id = |name: &str| graph.find(name).unwrap();
    let why = |from: &str, kind, to: &str| -> Vec<String> {
        let mut all: Vec<String> =
            graph.reasons(id(from), kind, id(to)).map(|edge| graph.explain(edge)).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(
        why("a.service", After, "b.service"),
        [
            "After= in /etc/systemd/system/a.service:3",
            "After= in /etc/systemd/system/a.service:4",
            "Before= in /etc/systemd/system/b.service:2",
        ]
    );
    assert_eq!(why("b.service", Before, "a.service"), why("a.service", After, "b.service"));
    assert_eq!(why("t.target", Requires, "a.service"), ["a link in t.target.requires/"]);
    assert_eq!(
        why("a.service", After, "systemd-remount-fs.service"),
        [
            "the folders made for it must be writable (StateDirectory= in /etc/systemd/system/a.service:6)"
        ]
    );
    assert_eq!(why("a.service", Conflicts, "shutdown.target"), ["it ends at shutdown"]);
    for edge in graph.all_edges() {
        assert!(edge.kind.is_stored());
        let has_place = graph.place(edge).is_some();
        let is_setting = edge.why.setting.is_some();
        assert_eq!(has_place, is_setting, "{}", graph.explain(edge));
        assert!(edge.why.rule.class() != Class::Default || !edge.turned || edge.kind == Before);
    }
}
