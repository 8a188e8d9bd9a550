//! `/proc/PID/cgroup`, cgroups(7): one line for each hierarchy, `id:controllers:path`.

/// The path that says most about a process, out of all hierarchies it is in.
///
/// cgroup v2 first (`0::`), then systemd's and OpenRC's named v1 hierarchies, then any controller's:
/// a container runtime on v1 places its processes in all of them alike. A root path (`/`) says
/// nothing and is taken only when there is no other.
pub fn telling_path(text: &[u8]) -> Option<&[u8]> {
    let mut best: Option<(u8, &[u8])> = None;
    for line in super::lines(text) {
        let Some((_, rest)) = super::split_at_byte(line, b':') else { continue };
        let Some((controllers, path)) = super::split_at_byte(rest, b':') else { continue };
        if !path.starts_with(b"/") {
            continue;
        }
        let rank = rank(controllers, path);
        if best.is_none_or(|(have, _)| rank > have) {
            best = Some((rank, path));
        }
    }
    best.map(|(_, path)| path)
}

fn rank(controllers: &[u8], path: &[u8]) -> u8 {
    if path == b"/" {
        return u8::from(controllers.is_empty());
    }
    match controllers {
        b"" => 9,
        b"name=systemd" => 8,
        b"name=openrc" => 7,
        b"name=elogind" => 6,
        b"pids" => 5,
        b"memory" => 4,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unified_wins_over_named_over_controllers() {
        let hybrid = b"9:name=systemd:/system.slice/a.service\n4:memory:/x\n0::/system.slice/a.service/sub\n";
        assert_eq!(telling_path(hybrid).unwrap(), b"/system.slice/a.service/sub");
        let v1 = b"9:name=systemd:/system.slice/a.service\n4:memory:/x\n0::/\n";
        assert_eq!(telling_path(v1).unwrap(), b"/system.slice/a.service");
        assert_eq!(telling_path(b"4:memory:/docker/abc\n1:cpu:/\n").unwrap(), b"/docker/abc");
        assert_eq!(telling_path(b"0::/\n").unwrap(), b"/");
    }

    #[test]
    fn a_path_may_hold_colons_and_garbage_is_skipped() {
        assert_eq!(telling_path(b"0::/a:b\n").unwrap(), b"/a:b");
        assert_eq!(telling_path(b"no colons\n::\n1:\n"), None);
        assert_eq!(telling_path(b""), None);
    }
}
