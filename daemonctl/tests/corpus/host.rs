//! Kernel threads: no box has any, so the machine that runs the tests is looked at.

use super::judge::find;
use serde_json::Value;
use std::process::Command;

/// `PF_KTHREAD` of `include/linux/sched.h`.
const PF_KTHREAD: u64 = 0x0020_0000;

/// Compares the verdict of every process of the machine with the kernel's own flag.
pub fn kernel_threads() {
    let output = Command::new(env!("CARGO_BIN_EXE_daemonctl")).args(["ps", "--json"]).output();
    let output = output.expect("daemonctl runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).expect("daemonctl writes JSON");

    let (mut wrong, mut threads) = (Vec::new(), 0);
    for entry in std::fs::read_dir("/proc").expect("/proc is there").flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok());
        let stat = pid.and_then(|pid| std::fs::read(format!("/proc/{pid}/stat")).ok());
        let (Some(pid), Some(stat)) = (pid, stat) else { continue };
        // A process that came or went since is no matter.
        let Some(process) = find(&document, pid) else { continue };
        let (name, is_kernel) = name_and_flag(&stat);
        threads += usize::from(is_kernel);

        let text = |pointer| process.pointer(pointer).and_then(Value::as_str).unwrap_or("null");
        let (kind, sub_kind) = (text("/verdict/kind"), text("/verdict/sub_kind"));
        let expected = expected_sub_kind(&name);
        if is_kernel && (kind, sub_kind) != ("kernel", expected) {
            wrong.push(format!("{pid} {name}: {kind}/{sub_kind}, not kernel/{expected}"));
        }
        if !is_kernel && kind == "kernel" {
            wrong.push(format!("{pid} {name}: {kind}/{sub_kind}, but it is no kernel thread"));
        }
    }
    assert!(wrong.is_empty(), "wrong on this machine:\n{}", wrong.join("\n"));
    if threads == 0 {
        println!("skipped: this machine's /proc shows no kernel threads (a container?)");
    }
    println!("{threads} kernel threads, all as the kernel's flag says");
}

fn expected_sub_kind(name: &str) -> &'static str {
    match name.split_once('/') {
        Some(("kworker", _)) => "kernel_worker",
        Some(("irq", _)) => "interrupt_thread",
        _ => "kernel_thread",
    }
}

/// Fields 2 and 9 of proc_pid_stat(5).
fn name_and_flag(stat: &[u8]) -> (String, bool) {
    let stat = String::from_utf8_lossy(stat);
    let (head, tail) = stat.rsplit_once(')').expect("stat has a name");
    let name = head.split_once('(').map_or("", |(_, name)| name).to_owned();
    let flags = tail.split_ascii_whitespace().nth(6).expect("stat has flags");
    (name, flags.parse::<u64>().expect("flags are a number") & PF_KTHREAD != 0)
}
