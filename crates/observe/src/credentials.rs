//! Who a thread is: credentials(7).

use crate::proc;

/// Users, groups and capabilities of a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Credentials {
    /// Real, effective, saved, and that for files.
    pub uids: [u32; 4],
    /// The same of the group.
    pub gids: [u32; 4],
    /// Supplementary groups.
    pub groups: Vec<u32>,
    /// Effective capabilities.
    pub effective: u64,
    /// Ambient capabilities.
    pub ambient: u64,
}

impl Credentials {
    /// Of that thread now.
    pub fn of(tid: u32) -> Option<Credentials> {
        parse(&proc::text(tid, "status")?)
    }

    /// The effective uid.
    pub fn euid(&self) -> u32 {
        self.uids[1]
    }

    /// The uid that counts for files.
    pub fn fsuid(&self) -> u32 {
        self.uids[3]
    }

    /// It is in that group, as far as files are concerned.
    pub fn is_in_group(&self, gid: u32) -> bool {
        self.gids[3] == gid || self.groups.contains(&gid)
    }
}

fn parse(status: &str) -> Option<Credentials> {
    let field = |name| proc::status_field(status, name);
    let ids = |name| -> Option<[u32; 4]> {
        let all: Vec<u32> =
            field(name)?.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect();
        all.try_into().ok()
    };
    let mask = |name| field(name).and_then(|text| u64::from_str_radix(&text, 16).ok());
    Some(Credentials {
        uids: ids("Uid")?,
        gids: ids("Gid")?,
        groups: field("Groups")
            .map(|text| {
                text.split_ascii_whitespace().filter_map(|word| word.parse().ok()).collect()
            })
            .unwrap_or_default(),
        effective: mask("CapEff")?,
        ambient: mask("CapAmb").unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_credentials_are_those_of_the_test() {
        let own = Credentials::of(std::process::id()).unwrap();
        assert_eq!(own.euid(), rustix::process::geteuid().as_raw());
        assert_eq!(own.gids[1], rustix::process::getegid().as_raw());
    }

    #[test]
    fn a_status_is_read() {
        let status = "Name:\tx\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nGroups:\t9 10 \nCapEff:\t00000000000000ff\nCapAmb:\t0000000000000001\n";
        let read = parse(status).unwrap();
        assert_eq!((read.euid(), read.fsuid(), read.effective, read.ambient), (2, 4, 255, 1));
        assert!(read.is_in_group(10) && read.is_in_group(8) && !read.is_in_group(5));
        assert_eq!(parse("Uid:\t1\n"), None);
    }
}
