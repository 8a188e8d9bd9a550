//! Our `start-stop-daemon` against Debian's: the same command lines, one after the other in folders of
//! their own; what they print, how they end, and what the daemons that they start look like must be
//! the same. Where root's rights are needed and missing, or the original is not there, nothing is
//! compared, and it says so.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

const ORIGINAL: &str = "/sbin/start-stop-daemon";

/// One of the two, with a folder to work in.
struct Side {
    folder: PathBuf,
    tool: PathBuf,
}

impl Side {
    fn new(tool: &Path) -> Side {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("ssd-{}-{number:03}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
        // The same name for both: it stands before every message.
        let link = folder.join("start-stop-daemon");
        std::os::unix::fs::symlink(tool, &link).unwrap();
        let side = Side { folder, tool: link };
        // An executable of its own, so that no other process is matched.
        std::fs::copy("/bin/sleep", side.folder.join("nap")).unwrap();
        side.script("look", LOOK);
        side.script("deaf", "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n");
        side
    }

    fn script(&self, name: &str, text: &str) {
        let path = self.folder.join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs a shell line in which `ssd` is the tool and `$D` the folder, and gives everything that
    /// is to be seen of it, without what can't be the same.
    fn run(&self, line: &str) -> String {
        let prelude = "ssd() { \"$TOOL\" \"$@\"; echo \"exit $?\"; }; ";
        // Files and not pipes: what is started may hold its output for long.
        let (out, errors) = (self.folder.join("stdout"), self.folder.join("stderr"));
        let file = |path: &Path| std::fs::File::create(path).unwrap();
        let status = Command::new("/bin/bash")
            .arg("-c")
            .arg(format!("{prelude}{line}"))
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("MARK", "inherited")
            .env("D", &self.folder)
            .env("TOOL", &self.tool)
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(file(&out))
            .stderr(file(&errors))
            .status()
            .unwrap();
        assert!(status.code().is_some(), "{status}: {line}");
        let read = |path: &Path| std::fs::read(path).unwrap();
        let text = [read(&out), b"--- errors\n".to_vec(), read(&errors)].concat();
        self.plain(&String::from_utf8(text).unwrap())
    }

    fn plain(&self, text: &str) -> String {
        let text = text.replace(self.folder.to_str().unwrap(), "DIR");
        let is_exact = |line: &&str| {
            ["umask:", "Sig", "Uid:", "Gid:", "Groups:"].iter().any(|start| line.starts_with(start))
        };
        let lines = text.lines().map(|line| match is_exact(&line) {
            true => line.to_owned(),
            false => without_pids(line),
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Pids have more digits than anything else that is printed.
fn without_pids(line: &str) -> String {
    let (mut plain, mut digits) = (String::new(), 0);
    for letter in line.chars().chain(['\n']) {
        if letter.is_ascii_digit() {
            digits += 1;
        } else {
            if digits >= 3 {
                plain.truncate(plain.len() - digits);
                plain.push('N');
            }
            digits = 0;
        }
        plain.push(letter);
    }
    plain.trim_end_matches('\n').to_owned()
}

impl Drop for Side {
    fn drop(&mut self) {
        let folder = self.folder.to_str().unwrap();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let place = entry.path();
            let belongs = std::fs::read(place.join("cmdline"))
                .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&format!("{folder}/")));
            let pid = entry.file_name();
            if belongs && pid.to_str() != Some(&std::process::id().to_string()) {
                let _ = Command::new("kill").arg("-KILL").arg(pid).status();
            }
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// What a daemon finds itself to be. Written whole by renaming, so that a reader may wait for it.
const LOOK: &str = r#"#!/bin/bash
cd_is=$(pwd)
{
    echo "arguments: $*"
    echo "directory: $cd_is"
    echo "mark: $MARK, HOME: $HOME"
    grep -E '^(Uid|Gid|Groups|SigIgn):' /proc/$$/status
    echo "umask: $(umask)"
    for fd in 0 1 2 7; do echo "fd $fd: $(readlink /proc/$$/fd/$fd | sed 's/:.*//')"; done
    set -- $(sed 's/.*) //' /proc/$$/stat)
    [ "$4" = "$$" ] && echo "leads its session"
    echo "terminal $5, nice ${17}"
    chrt -p $$ | sed 's/pid [0-9]*//'
    ionice -p $$
} > "$D/seen.new" 2>&1
mv "$D/seen.new" "$D/seen"
echo "said something"
exec $D/nap 60
"#;

fn can_compare() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    let is_there = Path::new(ORIGINAL).exists();
    if !is_root || !is_there {
        eprintln!("not compared: root {is_root}, {ORIGINAL} there {is_there}");
    }
    is_root && is_there
}

/// Runs the same lines with both.
fn same(lines: &[&str]) {
    if !can_compare() {
        return;
    }
    let original = Side::new(Path::new(ORIGINAL));
    let ours = Side::new(Path::new(env!("CARGO_BIN_EXE_daemonctl")));
    for line in lines {
        let (theirs, own) = (original.run(line), ours.run(line));
        assert_eq!(own, theirs, "\nours and then theirs differ at: {line}");
    }
}

const WAIT: &str = "for i in $(seq 100); do [ -e $D/seen ] && break; sleep 0.05; done; cat $D/seen; \
                    rm -f $D/seen";

#[test]
fn wrong_command_lines_are_refused_alike() {
    same(&[
        "ssd",
        "ssd --start",
        "ssd --start --stop --name x",
        "ssd --stop",
        "ssd --start --name x",
        "ssd --status",
        "ssd --start --exec /bin/true --make-pidfile",
        "ssd --stop --name x --remove-pidfile",
        "ssd --stop --pid 1 --pidfile x",
        "ssd --stop --pid 0",
        "ssd --stop --pid x",
        "ssd --stop --ppid -1",
        "ssd --stop --name x --background",
        "ssd --start --exec /bin/true --no-close",
        "ssd --start --exec /bin/true --output /tmp/x",
        "ssd --start --background --exec /bin/true --output x",
        "ssd --stop --name x --signal NONE",
        "ssd --stop --name x --signal SIGTERM",
        "ssd --stop --name x --retry TERM",
        "ssd --stop --name x --retry TERM/x",
        "ssd --stop --name x --retry forever/1/forever/2",
        "ssd --stop --name x --retry TERM/1/forever",
        "ssd --stop --name x --retry 123456789012345678901234567890/5",
        "ssd --start --exec /bin/true --procsched none",
        "ssd --start --exec /bin/true --procsched fifo:100",
        "ssd --start --exec /bin/true --procsched fifo",
        "ssd --start --exec /bin/true --iosched none",
        "ssd --start --exec /bin/true --iosched best-effort:8",
        "ssd --start --exec /bin/true --umask x",
        "ssd --start --exec /bin/true --chuid root:",
        "ssd --start --exec /bin/true --notify-timeout x",
        "ssd --nope",
        "ssd -Z",
        "ssd --stop --pidfile",
        "ssd -p",
        "ssd --sta --name x",
        "ssd --stop=1 --name x",
    ]);
}

#[test]
fn what_is_not_there_is_named_alike() {
    same(&[
        "ssd --start --exec /no/such",
        "ssd --stop --exec /no/such",
        "ssd --status --exec /no/such",
        "ssd --start --exec /bin/true --chuid no-such-user",
        "ssd --start --exec /bin/true --group no-such-group",
        "ssd --stop --user no-such-user",
        "ssd --stop --pidfile $D/none",
        "ssd --stop --oknodo --pidfile $D/none",
        "ssd --stop --quiet --pidfile $D/none",
        "ssd --stop --name nobody-has-that",
        "ssd --stop --exec $D/nap",
        "ssd --stop --name a-name-of-more-than-15",
        "ssd --status --pidfile $D/none",
        "echo 999999999 > $D/p; ssd --status --pidfile $D/p; ssd --stop --pidfile $D/p",
        "echo text > $D/p; ssd --status --pidfile $D/p",
        "ssd --status --pidfile /dev/null",
        "ssd --start --startas /no/such --pidfile $D/none",
        "ssd --start --startas $D --pidfile $D/none",
        "ssd --start --exec $D/nap --chdir /no/such",
        "ssd --start --exec $D/nap --pidfile /no/such/p --make-pidfile",
    ]);
}

#[test]
fn daemons_start_once_and_stop() {
    same(&[
        "ssd --start --background --make-pidfile --pidfile $D/p --exec $D/nap -- 60; wc -l < $D/p",
        "ssd --start --background --make-pidfile --pidfile $D/p --exec $D/nap -- 60",
        "ssd --start --oknodo --pidfile $D/p --exec $D/nap -- 60",
        "ssd --start --quiet --exec $D/nap -- 60",
        "ssd --status --pidfile $D/p; ssd --status --exec $D/nap; ssd --status --name nap --user 0",
        "ssd --status --pid $(cat $D/p); ssd --status --pidfile $D/p --exec /bin/true",
        "ssd --status --pidfile $D/p --user nobody; ssd --status --ppid 1 --exec $D/nap",
        "ssd --stop --test --pidfile $D/p",
        "ssd --stop --test --retry 5 --signal HUP --pidfile $D/p",
        "ssd --stop --verbose --retry TERM/5/KILL/5 --remove-pidfile --pidfile $D/p; ls $D/p",
        "ssd --stop --verbose --pidfile $D/p --exec $D/nap",
        "ssd --status --exec $D/nap",
    ]);
}

#[test]
fn several_are_stopped_by_what_they_run() {
    same(&[
        "$D/nap 60 & $D/nap 60 & sleep 0.2; ssd --stop --verbose --exec $D/nap --retry 5; wait",
        "$D/nap 60 & sleep 0.1; mv $D/nap $D/gone; cp $D/gone $D/nap; ssd --status --exec $D/nap; \
         ssd --status --exec $D/gone; kill %1",
        "$D/nap 60 & sleep 0.1; rm $D/nap; cp /bin/sleep $D/nap; ssd --status --exec $D/nap; kill %1",
    ]);
}

#[test]
fn what_does_not_die_is_told() {
    same(&[
        "$D/deaf & echo $! > $D/p; sleep 0.2; ssd --stop --pidfile $D/p --retry TERM/1; \
         ssd --stop --verbose --pidfile $D/p --retry TERM/1/KILL/2; wait",
        "ssd --stop --pidfile $D/p --retry 1; ssd --status --pidfile $D/p",
        "$D/nap 60 & sleep 0.1; ssd --stop --signal 0 --exec $D/nap; ssd --stop --signal 99 --exec $D/nap; \
         kill %1",
    ]);
}

#[test]
fn pid_files_that_others_may_write_are_not_believed() {
    same(&[
        "$D/nap 60 & echo $! > $D/p; chmod 666 $D/p; ssd --stop --pidfile $D/p; \
         ssd --status --pidfile $D/p --exec $D/nap; kill %1",
        "$D/nap 60 & echo $! > $D/q; chown nobody $D/q; ssd --stop --pidfile $D/q; \
         ssd --status --pidfile $D/q; ssd --stop --pidfile $D/q --exec $D/nap; wait",
        "ln -s $D/target $D/link; ssd --start --make-pidfile --pidfile $D/link --exec /bin/true; \
         ls $D/target",
    ]);
}

#[test]
fn tests_say_what_would_be_done() {
    same(&[
        "ssd --start --test --exec $D/nap -- 1 2",
        "ssd --start --test --exec $D/nap --startas /bin/true",
        "ssd --start --test --exec $D/nap --chuid nobody",
        "ssd --start --test --exec $D/nap --chuid nobody:daemon --nicelevel 5 --chdir /tmp",
        "ssd --start --test --exec $D/nap --procsched rr:3 --iosched idle",
        "ssd --start --test --quiet --exec $D/nap",
        "ssd -S -t -x $D/nap -c nobody -g daemon -- -x --start",
    ]);
}

#[test]
fn what_is_started_in_the_background_is_the_same() {
    let look = |options: &str| {
        format!("ssd --start -b --pidfile $D/none --startas $D/look {options} -- a 'b c'; {WAIT}")
    };
    for options in [
        "",
        "--chuid nobody",
        "--chuid nobody:daemon",
        "--chuid 65534 --chdir /tmp",
        "--group daemon",
        "--nicelevel 5 --umask 027",
        "--umask 0x3f",
        "--procsched rr:3",
        "--procsched other --iosched best-effort:2",
        "--iosched idle",
        "--output $D/log",
        "--make-pidfile --pidfile $D/made",
        "--quiet",
    ] {
        same(&[&look(options)]);
    }
}

#[test]
fn descriptors_and_signals_are_kept_or_closed_alike() {
    same(&[
        &format!("exec 7< /etc/passwd; ssd -S -b -p $D/none -a $D/look; {WAIT}"),
        &format!("exec 7< /etc/passwd; ssd -S -b -C -p $D/none -a $D/look > $D/o; {WAIT}"),
        &format!("ssd -S -b -C -O $D/log -p $D/none -a $D/look; {WAIT}; stat -c %a $D/log"),
        &format!("trap '' HUP USR1; ssd -S -b -p $D/none -a $D/look; {WAIT}"),
        &format!("umask 077; ssd -S -b -m -p $D/m -a $D/look; {WAIT}; stat -c %a $D/m"),
    ]);
}

#[test]
fn what_is_started_in_the_foreground_is_the_same() {
    let look = |options: &str| {
        let run = format!("ssd -S -p $D/none -a $D/look {options} -- a b > $D/o &");
        format!(
            "exec 7< /etc/passwd; {run} {WAIT}; [ $(cat $D/p 2>/dev/null || echo 0) != 0 ] \
                 && echo made"
        )
    };
    for options in [
        "",
        "--chuid nobody --chdir /tmp",
        "--nicelevel 3 --umask 077",
        "--make-pidfile --pidfile $D/p",
        "--iosched idle --group daemon",
    ] {
        same(&[&look(options)]);
    }
}

#[test]
fn the_exit_status_is_the_programs_own_in_the_foreground() {
    same(&[
        "ssd --start --pidfile $D/none --startas /bin/false",
        "ssd --start --pidfile $D/none --startas /bin/sh -- -c 'exit 42'",
        "cd $D; ssd --start --pidfile $D/none --chdir $D --startas ./look --test",
        "ssd --start --pidfile $D/none --startas true",
    ]);
}

#[test]
fn readiness_is_waited_for() {
    let tell = "python3 -c \"import os,socket,time; s=socket.socket(1,2); \
                s.sendto(b'READY=1', os.environ['NOTIFY_SOCKET']); time.sleep(30)\"";
    let fail = "python3 -c \"import os,socket,time; s=socket.socket(1,2); \
                s.sendto(b'ERRNO=2', os.environ['NOTIFY_SOCKET']); time.sleep(1)\"";
    let start = "ssd --start --background --notify-await --notify-timeout 2 --pidfile $D/none";
    same(&[
        &format!("echo '#!/bin/sh' > $D/d; echo \"exec {}\" >> $D/d; true", "sleep 30"),
        &format!("{start} --startas /bin/sh -- -c '{}'", tell.replace('\'', "'\\''")),
        &format!("{start} --startas /bin/sh -- -c '{}'", fail.replace('\'', "'\\''")),
        &format!("{start} --exec $D/nap -- 30; ssd --status --exec $D/nap"),
    ]);
}

/// What is better here, and so can't be compared.
#[test]
fn a_program_that_can_not_be_executed_is_an_error_in_the_background_too() {
    let ours = Side::new(Path::new(env!("CARGO_BIN_EXE_daemonctl")));
    let text = ours.run("ssd --start --background --pidfile $D/none --startas /no/such");
    assert!(text.starts_with("exit 2\n"), "{text}");
    assert!(text.contains("unable to start /no/such (No such file or directory)"), "{text}");
}
