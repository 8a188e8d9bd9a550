//! Users and groups: passwd(5) and group(5), and what other name services know (nsswitch.conf(5)).

use std::io::Read as _;

use insight::snapshot::{Account, Group, Seen};
use uzers::os::unix::UserExt as _;

use super::paths::Resolver;

/// Longer account files are cut.
const FILE_BYTES: u64 = 16 * 1024 * 1024;

/// The machine's accounts, read once.
pub struct Accounts {
    passwd: Vec<Account>,
    groups: Vec<(Group, Vec<String>)>,
    /// The files are those of the running machine: its name services may be asked.
    is_machine: bool,
}

impl Accounts {
    /// From `etc/passwd` and `etc/group` below the root.
    pub fn read(resolver: &Resolver, is_machine: bool) -> Accounts {
        let groups: Vec<_> = text(resolver, "/etc/group").lines().filter_map(group).collect();
        let mut passwd: Vec<_> =
            text(resolver, "/etc/passwd").lines().filter_map(account).collect();
        for account in &mut passwd {
            account.groups = vec![account.gid];
            let member = |(group, members): &(Group, Vec<String>)| {
                members.contains(&account.name).then_some(group.gid)
            };
            let others: Vec<u32> = groups.iter().filter_map(member).collect();
            account.groups.extend(others.iter().filter(|gid| **gid != account.gid));
        }
        Accounts { passwd, groups, is_machine }
    }

    /// The names in the file.
    pub fn user_names(&self) -> impl Iterator<Item = &str> {
        self.passwd.iter().map(|account| &*account.name)
    }

    /// The names in the file.
    pub fn group_names(&self) -> impl Iterator<Item = &str> {
        self.groups.iter().map(|(group, _)| &*group.name)
    }

    /// A user by name, or by number.
    pub fn user(&self, name: &str) -> Seen<Account> {
        let uid = name.parse::<u32>().ok();
        let is_meant = |account: &&Account| account.name == name || Some(account.uid) == uid;
        // A name that is all digits is a number to the managers.
        match self.passwd.iter().find(is_meant) {
            Some(account) => Seen::Known(account.clone()),
            None if self.is_machine => by_name_services(name, uid),
            None => Seen::Absent,
        }
    }

    /// A group by name, or by number.
    pub fn group(&self, name: &str) -> Seen<Group> {
        let gid = name.parse::<u32>().ok();
        let found = self.groups.iter().map(|(group, _)| group);
        let is_meant = |group: &&Group| group.name == name || Some(group.gid) == gid;
        if let Some(group) = found.clone().find(is_meant) {
            return Seen::Known(group.clone());
        }
        if !self.is_machine {
            return Seen::Absent;
        }
        let asked = match gid {
            Some(gid) => uzers::get_group_by_gid(gid),
            None => uzers::get_group_by_name(name),
        };
        asked.map_or(Seen::Absent, |group| {
            Seen::Known(Group { name: lossy(group.name()), gid: group.gid() })
        })
    }
}

fn by_name_services(name: &str, uid: Option<u32>) -> Seen<Account> {
    let asked = match uid {
        Some(uid) => uzers::get_user_by_uid(uid),
        None => uzers::get_user_by_name(name),
    };
    let Some(user) = asked else { return Seen::Absent };
    let gid = user.primary_group_id();
    let groups = uzers::get_user_groups(user.name(), gid).unwrap_or_default();
    let mut groups: Vec<u32> = groups.iter().map(uzers::Group::gid).collect();
    if !groups.contains(&gid) {
        groups.insert(0, gid);
    }
    Seen::Known(Account {
        name: lossy(user.name()),
        uid: user.uid(),
        gid,
        groups,
        home: user.home_dir().to_string_lossy().into_owned(),
        shell: user.shell().to_string_lossy().into_owned(),
    })
}

fn lossy(name: &std::ffi::OsStr) -> String {
    name.to_string_lossy().into_owned()
}

fn text(resolver: &Resolver, path: &str) -> String {
    let mut bytes = Vec::new();
    // Without the file nobody is known by it.
    let file = resolver.read(path).map(|file| file.take(FILE_BYTES));
    let _ = file.map(|mut file| file.read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn account(line: &str) -> Option<Account> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    let home = fields.nth(1).unwrap_or_default().to_owned();
    let shell = fields.next().unwrap_or_default().to_owned();
    Some(Account { name, uid, gid, groups: Vec::new(), home, shell })
}

fn group(line: &str) -> Option<(Group, Vec<String>)> {
    let mut fields = line.split(':');
    let name = fields.next().filter(|name| !name.is_empty())?.to_owned();
    let gid = fields.nth(1)?.parse().ok()?;
    let members = fields.next().unwrap_or_default().split(',').map(str::trim);
    let members = members.filter(|member| !member.is_empty()).map(str::to_owned).collect();
    Some((Group { name, gid }, members))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_files() {
        let www = account("www-data:x:33:34:www data:/var/www:/usr/sbin/nologin").unwrap();
        assert_eq!((www.uid, www.gid), (33, 34));
        assert_eq!((&*www.home, &*www.shell), ("/var/www", "/usr/sbin/nologin"));
        assert!(
            account("+::::::").is_none() && account("").is_none() && account("x:y:z").is_none()
        );
        let (adm, members) = group("adm:x:4:syslog, alice").unwrap();
        assert_eq!(
            (&*adm.name, adm.gid, members),
            ("adm", 4, vec!["syslog".into(), "alice".into()])
        );
    }

    #[test]
    fn users_have_all_their_groups_and_numbers_do_as_names() {
        let groups =
            vec![group("ssl-cert:x:110:postgres").unwrap(), group("postgres:x:117:").unwrap()];
        let mut postgres = account("postgres:x:114:117::/:/bin/sh").unwrap();
        postgres.groups = vec![117, 110];
        let accounts = Accounts { passwd: vec![postgres.clone()], groups, is_machine: false };
        assert_eq!(accounts.user("postgres"), Seen::Known(postgres.clone()));
        assert_eq!(accounts.user("114"), Seen::Known(postgres));
        assert_eq!(accounts.user("nobody"), Seen::Absent);
        assert_eq!(accounts.group("110").known().map(|group| &*group.name), Some("ssl-cert"));
        assert_eq!(accounts.group("nogroup"), Seen::Absent);
    }
}
