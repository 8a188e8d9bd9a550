//! Small texts: lines that rules quote, hosts(5), and who has a file locked.

use std::io::Read as _;
use std::net::IpAddr;

use insight::snapshot::Seen;
use process::locality::Identity;

use super::paths::Resolver;

/// What is quoted of a file at most.
const TEXT_BYTES: u64 = 64 * 1024;
/// Lists of blocked hosts are long.
const HOSTS_BYTES: u64 = 16 * 1024 * 1024;

/// A text's lines, without line ends. `None`: it is no plain file, or can't be read.
pub fn lines(resolver: &Resolver, path: &str) -> Option<Vec<String>> {
    let text = start(resolver, path, TEXT_BYTES)?;
    Some(text.lines().map(str::to_owned).collect())
}

/// The beginning of a text.
pub fn start(resolver: &Resolver, path: &str, at_most: u64) -> Option<String> {
    let mut bytes = Vec::new();
    resolver.read(path)?.take(at_most).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What hosts(5) says of names; the network is never asked.
pub struct Hosts(String);

impl Hosts {
    /// Reads it.
    pub fn read(resolver: &Resolver) -> Hosts {
        Hosts(start(resolver, "/etc/hosts", HOSTS_BYTES).unwrap_or_default())
    }

    /// The addresses of a name. An address is its own.
    pub fn of(&self, name: &str) -> Seen<Vec<IpAddr>> {
        if let Ok(address) = name.trim_matches(['[', ']']).parse() {
            return Seen::Known(vec![address]);
        }
        let lines = self.0.lines().map(|line| line.split('#').next().unwrap_or_default());
        let addresses = lines.filter_map(|line| {
            let mut words = line.split_ascii_whitespace();
            let address = words.next()?.parse().ok()?;
            words.any(|word| word.eq_ignore_ascii_case(name)).then_some(address)
        });
        let found: Vec<IpAddr> = addresses.collect();
        // Name services answer for it without any file (nss-myhostname(8), RFC 6761).
        match found.is_empty() && !name.eq_ignore_ascii_case("localhost") {
            true => Seen::Absent,
            false => Seen::Known(found),
        }
    }
}

/// Pids of who has a file locked, from the text of proc_locks(5). Locks of an open file description belong
/// to no pid (-1), and are left out.
pub fn lockers(locks: &str, file: Identity) -> Vec<u32> {
    let holder = |line: &str| {
        let mut words = line.split_ascii_whitespace().skip(1);
        // `1: -> FLOCK …` waits for a lock.
        if words.next()? == "->" {
            return None;
        }
        let pid = words.nth(2)?.parse().ok()?;
        let mut place = words.next()?.split(':');
        let mut number = || u32::from_str_radix(place.next()?, 16).ok();
        let device = (number()?, number()?);
        let inode: u64 = place.next()?.parse().ok()?;
        // Layered file systems show another device to stat(2) than to their locks.
        let is_same = inode == file.inode && (device == file.device || file.device.0 == 0);
        is_same.then_some(pid)
    };
    let mut pids: Vec<u32> = locks.lines().filter_map(holder).collect();
    pids.sort_unstable();
    pids.dedup();
    pids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_hosts() {
        let hosts = Hosts("127.0.0.1 localhost\n10.0.0.5\tDB.example db # x\n::1 db\n".to_owned());
        let known =
            |texts: &[&str]| Seen::Known(texts.iter().map(|t| t.parse().unwrap()).collect());
        assert_eq!(hosts.of("db"), known(&["10.0.0.5", "::1"]));
        assert_eq!(hosts.of("db.EXAMPLE"), known(&["10.0.0.5"]));
        assert_eq!(hosts.of("x"), Seen::Absent);
        assert_eq!(hosts.of("[::1]"), known(&["::1"]));
        assert!(Hosts(String::new()).of("localhost").known().is_some());
    }

    #[test]
    fn the_kernels_locks() {
        let locks = "1: POSIX  ADVISORY  WRITE 812 fe:00:1234 0 EOF\n1: -> POSIX  ADVISORY  WRITE 900 fe:00:1234 0 EOF\n2: FLOCK  ADVISORY  WRITE 77 fe:00:99 0 EOF\n3: OFDLCK ADVISORY  READ -1 fe:00:1234 0 EOF\ngarbage\n";
        let file = Identity { device: (0xfe, 0), inode: 1234 };
        assert_eq!(lockers(locks, file), [812]);
        assert!(lockers(locks, Identity { device: (1, 0), inode: 1234 }).is_empty());
    }
}
