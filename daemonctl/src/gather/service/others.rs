//! Processes that run a service's program and are not its own: another instance, started by hand or by another
//! service.

use std::path::{Path, PathBuf};

use insight::snapshot::Holder;

use crate::context::Context;

/// So many are told at most.
const MOST: usize = 16;

/// Processes of a program, without `own`.
pub fn of_program(context: &Context, program: &str, own: &[u32]) -> Vec<Holder> {
    let Ok(real) = std::fs::canonicalize(program) else { return Vec::new() };
    let root = &context.common.proc_root;
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_other = |pid: &u32| !own.contains(pid) && *pid != std::process::id();
    let runs = |pid: &u32| runs(&root.join(pid.to_string()), &real);
    pids.filter(is_other).filter(runs).take(MOST).map(|pid| holder(context, pid)).collect()
}

fn runs(process: &Path, program: &Path) -> bool {
    // Of a replaced program the kernel says " (deleted)" behind the path.
    let exe = std::fs::read_link(process.join("exe"));
    exe.is_ok_and(|exe| without_mark(&exe) == program)
}

fn without_mark(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    text.strip_suffix(" (deleted)").map_or_else(|| path.to_owned(), PathBuf::from)
}

fn holder(context: &Context, pid: u32) -> Holder {
    let folder = context.common.proc_root.join(pid.to_string());
    let command = std::fs::read(folder.join("cmdline")).unwrap_or_default();
    let words = command.split(|byte| *byte == 0).filter(|word| !word.is_empty());
    let words: Vec<_> = words.map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let groups = std::fs::read_to_string(folder.join("cgroup")).unwrap_or_default();
    Holder {
        pid,
        name: super::pid_files::name(context, pid).unwrap_or_default(),
        command: words.join(" "),
        service: unit_of(&groups),
    }
}

/// The unit in whose control group a process is.
fn unit_of(groups: &str) -> Option<String> {
    let paths = groups.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    let units = paths.filter_map(|path| path.rsplit('/').find(|name| name.ends_with(".service")));
    units.map(str::to_owned).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_found_in_either_hierarchy() {
        assert_eq!(unit_of("0::/system.slice/nginx.service\n").as_deref(), Some("nginx.service"));
        let deeper = "5:cpu:/\n1:name=systemd:/system.slice/a.service/worker\n";
        assert_eq!(unit_of(deeper).as_deref(), Some("a.service"));
        assert_eq!(unit_of("0::/user.slice/user-0.slice/session-1.scope\n"), None);
    }
}
