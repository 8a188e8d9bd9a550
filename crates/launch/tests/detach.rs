//! Daemons launched from a program with threads, as a library is used.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use launch::DetachError;

fn end(pid: u32) {
    assert!(Command::new("kill").args(["-KILL", &pid.to_string()]).status().unwrap().success());
}

fn place(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("launch-detach-{name}-{}", std::process::id()))
}

#[test]
fn many_threads_launch_at_once() {
    // Others allocate all the while: what runs between fork and exec must not need their locks.
    let is_over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(std::sync::atomic::Ordering::Relaxed) {
                    drop(std::hint::black_box(vec![0_u8; 4096]));
                }
            });
        }
        let launch = |_| {
            scope.spawn(|| {
                let sleep = launch::detach("sleep").arg("60").grace(Duration::ZERO);
                (0..10).map(|_| sleep.launch().unwrap().pid).collect::<Vec<u32>>()
            })
        };
        let threads: Vec<_> = (0..4).map(launch).collect();
        let mut pids: Vec<u32> = threads.into_iter().flat_map(|t| t.join().unwrap()).collect();
        is_over.store(true, std::sync::atomic::Ordering::Relaxed);
        pids.iter().for_each(|pid| end(*pid));
        pids.sort_unstable();
        pids.dedup();
        assert_eq!(pids.len(), 40);
    });
    // The watchers are gone, and nothing is left to wait for.
    let path = format!("/proc/self/task/{}/children", std::process::id());
    let children = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(children, "");
}

#[test]
fn one_of_many_threads_gets_the_pid_file() {
    let path = place("pid");
    let outcomes: Vec<_> = std::thread::scope(|scope| {
        let launch = |_| scope.spawn(|| launch::detach("sleep").arg("60").pid_file(&path).launch());
        let threads: Vec<_> = (0..8).map(launch).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let pids: Vec<u32> = outcomes.iter().flatten().map(|daemon| daemon.pid).collect();
    let [pid] = pids.as_slice() else { panic!("{outcomes:?}") };
    for outcome in &outcomes {
        match outcome {
            Ok(_) => {}
            Err(DetachError::AlreadyRuns { pid: Some(other), .. }) => assert_eq!(other, pid),
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{pid}\n"));
    end(*pid);
    std::fs::remove_file(path).unwrap();
}

#[test]
fn what_goes_wrong_comes_back_as_a_value() {
    let missing = launch::detach("/no/such/program").launch();
    assert!(matches!(missing, Err(DetachError::NotFound { .. })));
    let nul = launch::detach("sleep").arg("a\0b").launch();
    assert!(matches!(nul, Err(DetachError::Nul(_))));
    let ends = launch::detach("false").launch();
    let Err(DetachError::Ended { status, before_ready: false, .. }) = ends else {
        panic!("{ends:?}")
    };
    assert_eq!(status.code(), Some(1));
    let short = launch::detach("true").launch().unwrap();
    assert!(short.ended.unwrap().success());
}
