//! Unit files that are none, names that are none, links that lead nowhere: each costs itself, says
//! what and where it is and what to do, and no other unit is harmed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

mod bad_input;
mod bad_input_units_support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use bad_input::{daemonctl, shell};
use bad_input_units_support::{Tree, UNITS, sane, script};

#[test]
fn files_that_are_no_text() {
    let tree = Tree::new();
    let program = fs::read("/bin/sh").unwrap();
    tree.unit("binary.service", &program);
    tree.unit("random.service", (0..=255_u8).cycle().take(100_000).collect::<Vec<u8>>());
    tree.unit("zeros.service", vec![0; 200_000]);
    tree.unit("latin.service", b"[Unit]\nDescription=caf\xe9\n");
    tree.unit("escapes.service", "[Unit]\nDescription=\x1b]0;x\x07\x1b[2J\u{9b}31m\u{202e}\nAfter=\x1b[31m\n\x1b[0m=1\n[\x1b[5m]\n");
    tree.unit("utf16.service", b"\xff\xfe[\0U\0n\0i\0t\0]\0\n\0");
    tree.verify_all().ends(1).says(&["binary.service", "latin.service:2", "not UTF-8"]);
    for name in ["binary", "random", "zeros", "latin", "escapes", "utf16"] {
        for run in tree.ask_all(name) {
            sane(&run);
        }
        tree.ask(&["verify", name]).ends(1);
    }
}

#[test]
fn things_that_are_no_files() {
    let tree = Tree::new();
    let units = tree.path(UNITS);
    fs::create_dir(units.join("folder.service")).unwrap();
    let fifo = units.join("fifo.service");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let _socket = UnixListener::bind(units.join("socket.service")).unwrap();
    let made =
        Command::new("mknod").arg(units.join("device.service")).args(["c", "1", "5"]).status();
    assert!(made.unwrap().success(), "needs root");
    tree.link("etc/systemd/system/to-fifo.service", "/srv/fifo");
    fs::create_dir_all(tree.path("srv")).unwrap();
    assert!(Command::new("mkfifo").arg(tree.path("srv/fifo")).status().unwrap().success());
    tree.link("etc/systemd/system/to-folder.service", "/srv");
    tree.link("etc/systemd/system/good.service.d/10-fifo.conf", "/srv/fifo");
    fs::create_dir(tree.path("etc/systemd/system/good.service.d/20-folder.conf")).unwrap();
    for name in ["folder", "fifo", "socket", "device", "to-fifo", "to-folder"] {
        for run in tree.ask_all(name) {
            sane(&run);
        }
        let run = tree.ask(&["verify", name]);
        assert!([1, 4].contains(&run.code.unwrap()), "{name}: {}", run.out());
        run.says(&[name]);
    }
    tree.ask(&["verify", "folder"]).ends(1).says(&["is a folder", "put a regular file there"]);
    tree.ask(&["verify", "fifo"]).ends(1).says(&["no regular file"]);
    // A drop-in that is none costs itself; the unit loads.
    let run = tree.ask(&["verify", "good"]);
    run.ends(1).says(&["10-fifo.conf", "20-folder.conf", "the drop-in is ignored"]);
    tree.ask(&["cat", "--effective", "good"]).says(&["ExecStart=/usr/bin/true"]);
}

#[test]
fn links_that_lead_nowhere_or_in_circles() {
    let tree = Tree::new();
    tree.link("etc/systemd/system/self.service", "self.service");
    tree.link("etc/systemd/system/one.service", "two.service");
    tree.link("etc/systemd/system/two.service", "one.service");
    tree.link("etc/systemd/system/out.service", "/opt/out.service");
    tree.link("opt/out.service", "/opt/out.service");
    tree.link("etc/systemd/system/gone.service", "/opt/gone.service");
    tree.link("etc/systemd/system/up.service", "../../../../../../../../etc/passwd");
    for step in 0..50 {
        tree.link(
            &format!("etc/systemd/system/far{step}.service"),
            &format!("far{}.service", step + 1),
        );
    }
    tree.unit("far50.service", "[Service]\nExecStart=/usr/bin/true\n");
    tree.link("etc/systemd/system/loop.service.d", "loop.service.d");
    tree.unit("loop.service", "[Service]\nExecStart=/usr/bin/true\n");
    tree.verify_all();
    for name in ["self", "one", "two", "out", "gone", "up", "far0", "far49"] {
        for run in tree.ask_all(name) {
            sane(&run);
        }
        let run = tree.ask(&["verify", name]);
        assert!(run.code != Some(2), "{name}: {}", run.err());
    }
    tree.ask(&["verify", "out"]).ends(1).says(&["circle"]);
    tree.ask(&["verify", "gone"]).ends(1).says(&["does not exist", "mend it"]);
    tree.ask(&["verify", "self"]).ends(1).says(&["alias of itself"]);
    tree.ask(&["verify", "loop"]).ends(0);
}

#[test]
fn names_of_all_lengths_and_bytes() {
    let tree = Tree::new();
    let longest = format!("{}.service", "a".repeat(255 - 8));
    tree.unit(&longest, "[Service]\nExecStart=/usr/bin/true\n");
    tree.ask(&["verify", &longest]).ends(0);
    for run in tree.ask_all(&longest) {
        sane(&run);
    }
    let too_long = format!("a{longest}");
    tree.ask(&["verify", &too_long]).ends(2).says(&["at most 255 bytes"]);
    // Its instance would be too long.
    let template = format!("{}@.service", "t".repeat(255 - 9));
    tree.unit(&template, "[Service]\nExecStart=/usr/bin/true\n");
    for run in tree.ask_all(&template) {
        sane(&run);
    }
    let evil: &[&[u8]] = &[
        b"two\nlines.service",
        b"\x1b[31mred.service",
        b"\xff\xfe.service",
        b"sp ace.service",
        "\u{202e}x.service".as_bytes(),
        b"a%b.service",
        b"$(reboot).service",
        b".service",
        b"@.service",
        b"@i.service",
        b"a@b@c.service",
        b"--all.service",
        b"x.service.service",
        b"x.unknown",
    ];
    for name in evil {
        tree.odd(name, "[Service]\nExecStart=/usr/bin/true\n");
        let run = daemonctl(
            &[b"verify".as_slice(), b"--root", tree.root().as_bytes(), b"--", name].map(os),
        );
        sane(&run);
        let run = daemonctl(
            &[b"cat".as_slice(), b"--effective", b"--root", tree.root().as_bytes(), b"--", name]
                .map(os),
        );
        sane(&run);
    }
    tree.verify_all();
    for name in [
        "",
        ".",
        "..",
        "/",
        "//",
        "a/",
        "/dev/null",
        "%",
        "@",
        "@.service",
        " ",
        "\n",
        "-",
        "a\\x0a",
        "*",
    ] {
        for command in ["verify", "cat", "deps", "enable", "mask"] {
            let root = tree.root();
            let run = daemonctl(&[command, "--root", root, "--", name]);
            sane(&run);
            assert!(run.code != Some(0) || command == "mask", "{command} {name:?}: {}", run.out());
        }
    }
}

fn os(bytes: &[u8]) -> &std::ffi::OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

#[test]
fn specifiers_and_templates_without_instance() {
    let tree = Tree::new();
    tree.unit("end.service", "[Unit]\nDescription=100%\nAfter=%\n[Service]\nExecStart=/usr/bin/true %\nEnvironment=A=%\nWorkingDirectory=/%\n");
    tree.unit("some@.service", "[Unit]\nDescription=%i %I %\nAfter=%i.service some@%i.service\n[Service]\nExecStart=/usr/bin/true %i\n[Install]\nWantedBy=multi-user.target\n");
    tree.unit("other.service", "[Unit]\nWants=some@.service\n[Service]\nExecStart=/usr/bin/true\n");
    tree.link("etc/systemd/system/all.target.wants/some@.service", "../some@.service");
    // What is printed can be read again, even where a line seems to go on.
    tree.unit(
        "back.service",
        "[Unit]\nDescription=a\\ \nAfter=x.service\n[Service]\nExecStart=/usr/bin/true\n",
    );
    let effective = tree.ask(&["cat", "--effective", "back"]).out();
    tree.unit("copy.service", &effective);
    let copy = tree.ask(&["cat", "--effective", "copy"]);
    copy.ends(0).says(&["Description=a\\ \n", "After=x.service"]);
    for name in ["end", "some@.service", "some@", "some@i.service", "other"] {
        for run in tree.ask_all(name) {
            sane(&run);
        }
    }
    tree.ask(&["verify", "end"]).says(&["end.service:3", "%"]);
    // As systemd has it, a template takes the name of what names it.
    tree.ask(&["deps", "other"]).ends(0).says(&["some@other.service"]);
}

#[test]
fn files_that_change_while_they_are_read() {
    let tree = Tree::new();
    let path = tree.unit("moving.service", "[Service]\nExecStart=/usr/bin/true\n");
    let drop_in = tree.unit("moving.service.d/a.conf", "[Unit]\nDescription=x\n");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let other = path.with_extension("tmp");
            let mut round = 0_usize;
            while !is_over.load(Ordering::Relaxed) {
                round += 1;
                fs::write(&other, "[Service]\nExecStart=/usr/bin/true\n".repeat(round % 900))
                    .unwrap();
                fs::rename(&other, &path).unwrap();
                let _ = fs::remove_file(&path);
                let _ = fs::remove_dir_all(drop_in.parent().unwrap());
                let _ = fs::create_dir(&path);
                let _ = fs::remove_dir(&path);
                let _ = std::os::unix::fs::symlink("/dev/null", &path);
                let _ = fs::remove_file(&path);
                let _ = fs::create_dir(drop_in.parent().unwrap());
                let _ = fs::write(&drop_in, vec![b'#'; round % 70_000]);
                fs::write(&path, "[Service]\nExecStart=/usr/bin/true\n").unwrap();
            }
        });
        let ended = std::panic::catch_unwind(|| {
            for _ in 0..25 {
                tree.verify_all();
                sane(&tree.ask(&["cat", "--effective", "moving"]));
                sane(&tree.ask(&["deps", "moving"]));
            }
        });
        is_over.store(true, Ordering::Relaxed);
        ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    });
}

#[test]
fn unreadable_files_as_somebody_else() {
    let tree = Tree::new();
    let mode = |path: &str, mode| {
        fs::set_permissions(tree.path(path), fs::Permissions::from_mode(mode)).unwrap();
    };
    tree.unit("secret.service", "[Service]\nExecStart=/usr/bin/true\n");
    mode("etc/systemd/system/secret.service", 0);
    tree.unit("good.service.d/secret.conf", "[Unit]\nDescription=x\n");
    mode("etc/systemd/system/good.service.d/secret.conf", 0);
    tree.put("run/systemd/system/hidden.service", "[Service]\nExecStart=/usr/bin/true\n");
    mode("run/systemd/system", 0);
    let user = "setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs";
    let run = script(&tree, &format!("{user} $DAEMONCTL verify --all --root $ROOT"));
    sane(&run);
    run.ends(1).says(&[
        "secret.service",
        "permission denied",
        "chmod 0644",
        "secret.conf",
        "run/systemd/system",
    ]);
    for line in [
        "cat secret",
        "cat good",
        "deps all.target",
        "plan start all.target",
        "cat hidden",
        "enable --dry-run secret",
    ] {
        let run = script(&tree, &format!("{user} $DAEMONCTL {line} --root $ROOT"));
        sane(&run);
        run.says(&[if line.contains("hidden") { "hidden" } else { "" }]);
    }
    script(&tree, &format!("{user} $DAEMONCTL cat secret --root $ROOT"))
        .says(&["permission denied"]);
    // A tree that can't be entered at all.
    mode("", 0o700);
    let run = script(&tree, &format!("{user} $DAEMONCTL verify --all --root $ROOT"));
    sane(&run);
    assert_ne!(run.code, Some(0), "{}", run.out());
}

#[test]
fn roots_that_are_none() {
    let empty = Tree::new();
    fs::remove_dir_all(empty.path("etc")).unwrap();
    fs::remove_dir_all(empty.path("usr")).unwrap();
    let root = empty.root().to_owned();
    empty.ask(&["verify", "--all"]).ends(0);
    empty.ask(&["verify", "a.service"]).ends(4).says(&["there is no unit a.service"]);
    empty.ask(&["cat", "a.service"]).ends(4);
    empty.ask(&["deps", "a.service"]).ends(4);
    empty.ask(&["plan", "start", "a.service"]).says(&["a.service"]);
    empty.ask(&["enable", "--dry-run", "a.service"]).says(&["a.service"]);
    empty.put("file", "x");
    for bad in ["/nowhere/at/all", "", &format!("{root}/file"), "\n", "/dev/null", "\u{1b}[31m"] {
        for line in [["verify", "--all"], ["cat", "a"], ["deps", "a"], ["preset", "a"]] {
            let run = daemonctl(&[line[0], line[1], "--root", bad]);
            sane(&run);
            assert!(matches!(run.code, Some(1 | 2 | 4)), "{}: {:?}", run.what, run.code);
            run.says(&["root"]);
        }
    }
    // Folders that are files.
    let tree = Tree::new();
    tree.put("run/systemd/system", "no folder");
    tree.put("usr/lib/systemd", "no folder");
    let run = tree.verify_all();
    sane(&run);
}

#[test]
fn without_users() {
    let tree = Tree::new();
    tree.unit("user.service", "[Service]\nExecStart=/usr/bin/true\nUser=nosuchuser\nGroup=%g\n");
    // Nobody knows which users there are.
    let run = tree.ask(&["verify", "user"]);
    assert!(!run.out().contains("no-such-user"), "{}", run.out());
    tree.put("etc/passwd", "root:x:0:0::/:/bin/sh\nbad\n:::\n\u{e9}:x:1:1\n");
    tree.put("etc/group", b"\xff\xfe\n".as_slice());
    tree.ask(&["verify", "user"]).says(&["nosuchuser"]);
    fs::remove_file(tree.path("etc/passwd")).unwrap();
    fs::create_dir(tree.path("etc/passwd")).unwrap();
    sane(&tree.ask(&["verify", "user"]));
}

#[test]
fn nobody_reads_or_nothing_fits() {
    let tree = Tree::new();
    for count in 0..300 {
        tree.unit(&format!("bad{count}.service"), "[Unit]\nNonsense=1\n".repeat(50));
    }
    for line in ["verify --all", "verify --all --json", "cat bad1 bad2", "deps all.target"] {
        let run = shell(&format!("$DAEMONCTL {line} --root {} | head -n 1", tree.root()));
        assert_eq!(run.code, Some(0));
        assert!(!run.err().contains("panicked"), "{}", run.err());
        let run = shell(&format!("$DAEMONCTL {line} --root {} > /dev/full", tree.root()));
        assert_eq!(run.code, Some(1), "{line}: {}", run.err());
        run.says(&["space"]);
        let run = shell(&format!("$DAEMONCTL {line} --root {} >&-", tree.root()));
        assert!(!run.err().contains("panicked"), "{}", run.err());
    }
}
