//! The folders in which drop-ins and links of a unit are looked for (systemd.unit(5)).

use super::{Name, UnitType};

impl Name {
    /// The names of the folders in which a unit's additions lie, the most specific first: `suffix`
    /// is `.d`, `.wants`, `.requires` or `.upholds`. For `foo-bar@x.service` these are
    /// `foo-bar@x.service.d`, `foo-bar@.service.d`, `foo-.service.d`, `foo-@x.service.d` and
    /// `foo-@.service.d`. The least specific, [`UnitType::folder`], is not among them: systemd looks
    /// for these in every folder of the search path before it looks for that one in any.
    pub fn folders(&self, suffix: &str) -> impl Iterator<Item = String> {
        let end = format!(".{}{suffix}", self.unit_type().suffix());
        let prefixes = || std::iter::successors(shorter(self.prefix()), |prefix| shorter(prefix));
        let instance = self.instance().filter(|instance| !instance.is_empty());
        let own = std::iter::once(format!("{}{end}", self.stem()));
        let of_prefix = end.clone();
        let plain = prefixes().map(move |prefix| format!("{prefix}{of_prefix}"));
        let template = instance.map(|_| format!("{}@{end}", self.prefix()));
        let of_instance = instance.into_iter().flat_map(move |instance| {
            let end = end.clone();
            prefixes().flat_map(move |prefix| {
                [format!("{prefix}@{instance}{end}"), format!("{prefix}@{end}")]
            })
        });
        own.chain(template).chain(plain).chain(of_instance)
    }
}

impl UnitType {
    /// The folder of all units of the type: `service.d`.
    pub fn folder(self, suffix: &str) -> String {
        format!("{}{suffix}", self.suffix())
    }
}

/// The prefix up to a dash before its end: `foo-` of `foo-bar` and nothing of `foo-`.
fn shorter(prefix: &str) -> Option<&str> {
    // A dash at the end ends the prefix itself; of several only the last one is no part of it.
    let inner = prefix.strip_suffix('-').unwrap_or(prefix);
    let dash = inner.rfind('-').filter(|&dash| dash > 0)?;
    inner.get(..=dash)
}

#[cfg(test)]
mod tests {
    use super::super::{Name, UnitType};

    fn folders(name: &str) -> Vec<String> {
        name.parse::<Name>().unwrap().folders(".d").collect()
    }

    #[test]
    fn of_plain_names() {
        assert_eq!(folders("foo.service"), ["foo.service.d"]);
        assert_eq!(
            folders("foo-bar-waldo.service"),
            ["foo-bar-waldo.service.d", "foo-bar-.service.d", "foo-.service.d"]
        );
        assert_eq!(folders("-foo.mount"), ["-foo.mount.d"]);
        assert_eq!(folders("-.slice"), ["-.slice.d"]);
        assert_eq!(folders("foo-.slice"), ["foo-.slice.d"]);
        assert_eq!(
            folders("foo---bar.service"),
            ["foo---bar.service.d", "foo---.service.d", "foo--.service.d", "foo-.service.d"]
        );
        assert_eq!(folders("--foo.service"), ["--foo.service.d", "--.service.d"]);
        assert_eq!(UnitType::Socket.folder(".d"), "socket.d");
    }

    #[test]
    fn of_templates_and_instances() {
        assert_eq!(folders("foo@.service"), ["foo@.service.d"]);
        assert_eq!(folders("foo@x-y.service"), ["foo@x-y.service.d", "foo@.service.d"]);
        assert_eq!(folders("foo-bar@.service"), ["foo-bar@.service.d", "foo-.service.d"]);
        assert_eq!(
            folders("a-b-c@x.service"),
            [
                "a-b-c@x.service.d",
                "a-b-c@.service.d",
                "a-b-.service.d",
                "a-.service.d",
                "a-b-@x.service.d",
                "a-b-@.service.d",
                "a-@x.service.d",
                "a-@.service.d",
            ]
        );
    }

    #[test]
    fn many_dashes_stay_linear() {
        let name = format!("{}@x.service", "a-".repeat(120));
        assert_eq!(folders(&name).len(), 2 + 119 * 3);
    }
}
