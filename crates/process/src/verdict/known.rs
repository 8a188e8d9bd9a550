//! Services whose processes only their manager can name: SysV and OpenRC without control groups.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A service as its manager describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownService {
    /// `sysv`, `openrc`, …
    pub manager: &'static str,
    /// Its name.
    pub name: String,
}

/// What the machine's service managers know of processes, handed in by whoever asked them: this
/// room asks nobody.
#[derive(Debug, Clone, Default)]
pub struct KnownServices {
    main_pids: HashMap<u32, KnownService>,
    programs: HashMap<Vec<u8>, KnownService>,
    names: HashMap<Vec<u8>, KnownService>,
    mentions: HashMap<Vec<u8>, Option<KnownService>>,
}

impl KnownServices {
    /// Notes the main process of a service (from its pid file).
    pub fn add_main_pid(&mut self, pid: u32, service: KnownService) {
        self.main_pids.insert(pid, service);
    }

    /// Notes the program that a service's script starts.
    pub fn add_program(&mut self, path: &[u8], service: KnownService) {
        self.programs.entry(path.to_vec()).or_insert(service);
    }

    /// Notes what a service is called, or one of the other names that it answers for.
    pub fn add_name(&mut self, name: &[u8], service: KnownService) {
        self.names.entry(name.to_vec()).or_insert(service);
    }

    /// Notes a program that a service's script names somewhere. One that several name tells nothing.
    pub fn add_mention(&mut self, path: &[u8], service: KnownService) {
        match self.mentions.entry(path.to_vec()) {
            Entry::Vacant(place) => {
                place.insert(Some(service));
            }
            Entry::Occupied(mut known) if known.get().as_ref() != Some(&service) => {
                known.insert(None);
            }
            Entry::Occupied(_) => {}
        }
    }

    /// The service that a program most likely belongs to: its script alone names the program, or the
    /// program or a folder that it is in is called as the service is (`/usr/lib/postfix/sbin/master`).
    pub fn by_resemblance(&self, program: &[u8]) -> Option<&KnownService> {
        if self.names.is_empty() || !program.starts_with(b"/") {
            return None;
        }
        let mentioned = self.mentions.get(program).and_then(Option::as_ref);
        let parts = || program.split(|&byte| byte == b'/').rev();
        mentioned.or_else(|| parts().find_map(|part| self.names.get(part)))
    }

    /// The service with this main process.
    pub fn by_main_pid(&self, pid: u32) -> Option<&KnownService> {
        self.main_pids.get(&pid)
    }

    /// The service whose script starts this executable.
    pub fn by_program(&self, exe: &[u8]) -> Option<&KnownService> {
        self.programs.get(exe.strip_suffix(b" (deleted)").unwrap_or(exe))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str) -> KnownService {
        KnownService { manager: "sysv", name: name.to_owned() }
    }

    #[test]
    fn resemblance_is_by_whole_names() {
        let mut known = KnownServices::default();
        assert_eq!(known.by_resemblance(b"/usr/sbin/dnsmasq"), None);
        for name in ["postfix", "dnsmasq", "mariadb"] {
            known.add_name(name.as_bytes(), service(name));
        }
        known.add_mention(b"/usr/bin/mysqld_safe", service("mariadb"));
        known.add_mention(b"/usr/bin/logger", service("mariadb"));
        known.add_mention(b"/usr/bin/logger", service("postfix"));
        assert_eq!(
            known.by_resemblance(b"/usr/lib/postfix/sbin/master"),
            Some(&service("postfix"))
        );
        assert_eq!(known.by_resemblance(b"/usr/bin/mysqld_safe"), Some(&service("mariadb")));
        assert_eq!(known.by_resemblance(b"/usr/bin/logger"), None);
        assert_eq!(known.by_resemblance(b"/usr/sbin/dnsmasq-old"), None);
        assert_eq!(known.by_resemblance(b"dnsmasq"), None);
    }
}
