//! Processes that do what is to be seen: made here, ended here.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::*;
use crate::gather::testing::here;

/// A child that is ended with the test.
struct Running(Child);

impl Running {
    fn shell(script: &str) -> Running {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Its first byte says that it is there.
        let mut byte = [0];
        child.stdout.as_mut().unwrap().read_exact(&mut byte).unwrap();
        Running(child)
    }

    fn look(&self) -> Process {
        gather(&here(), &[self.0.id()], Depth::Diagnose).pop().unwrap()
    }

    /// Looks until it is so: a child needs its time.
    fn until(&self, is: impl Fn(&Process) -> bool) -> Process {
        let began = Instant::now();
        loop {
            let process = self.look();
            if is(&process) || began.elapsed() > Duration::from_secs(10) {
                return process;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_stopped_process() {
    let child = Running::shell("echo; kill -STOP $$; read x");
    assert_eq!(child.until(|process| process.state == 'T').state, 'T');
}

#[test]
fn children_that_nobody_waits_for() {
    // exec: the program that the shell becomes knows nothing of the shell's children. They end later, for the shell
    // itself waits for some when it starts the next.
    let child = Running::shell("for i in 1 2 3 4 5 6; do sleep 1 & done; echo; exec sleep 60");
    let process =
        child.until(|process| process.zombies.as_ref().is_some_and(|(many, _)| *many == 6));
    assert_eq!(process.zombies, Some((6, "sleep".to_owned())));
}

#[test]
fn descriptors_of_one_file() {
    let file = std::env::temp_dir().join(format!("gather-fds-{}", std::process::id()));
    std::fs::write(&file, "").unwrap();
    let opens = (3..9).map(|fd| format!("exec {fd}<{};", file.display())).collect::<String>();
    let child = Running::shell(&format!("{opens} echo; read x"));
    let process = child.look();
    let open = process.descriptors.known().unwrap();
    assert_eq!(open.most_of, Some((file.display().to_string(), 6)));
    assert_eq!(open.kinds.files, 6);
    assert!(open.count >= 9, "{open:?}");
    std::fs::remove_file(&file).unwrap();
}

#[test]
fn connections_that_the_peer_has_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut kept = Vec::new();
    for _ in 0..3 {
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"x").unwrap();
        kept.push(listener.accept().unwrap().0);
        drop(client);
    }
    let own = || gather(&here(), &[std::process::id()], Depth::Diagnose).pop().unwrap();
    let began = Instant::now();
    let connections = loop {
        let process = own();
        let Seen::Known(connections) = process.connections else {
            panic!("{:?}", process.connections)
        };
        // Other tests of this program may have connections too, so at least these.
        if connections.close_wait >= 3 || began.elapsed() > Duration::from_secs(10) {
            break connections;
        }
    };
    assert!(connections.close_wait >= 3, "{connections:?}");
    assert_eq!(connections.close_wait_peer.as_deref(), Some("127.0.0.1"));
}

#[test]
fn a_replaced_program_and_its_own_limits() {
    let program = std::env::temp_dir().join(format!("gather-program-{}", std::process::id()));
    std::fs::copy("/bin/sleep", &program).unwrap();
    let mut child = None;
    for _ in 0..100 {
        // Another test's child, forked while the copy was open to be written, makes it busy for a moment.
        match Command::new(&program).arg("60").spawn() {
            Ok(started) => {
                child = Some(Running(started));
                break;
            }
            Err(_) => std::thread::sleep(Duration::from_millis(10)),
        }
    }
    let child = child.unwrap();
    let pids = [child.0.id()];
    assert!(gone_files(&here(), &pids).is_empty());
    std::fs::remove_file(&program).unwrap();
    let gone = gone_files(&here(), &pids);
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert!(gone[0].is_program && !gone[0].replaced);
    assert_eq!(gone[0].pids, pids);
    std::fs::write(&program, "another").unwrap();
    assert!(gone_files(&here(), &pids)[0].replaced);
    std::fs::remove_file(&program).unwrap();
    let process = child.look();
    assert!(process.limits.known().unwrap().iter().any(|limit| limit.name == "Max core file size"));
    assert_eq!(process.uids[0], rustix::process::geteuid().as_raw());
}
