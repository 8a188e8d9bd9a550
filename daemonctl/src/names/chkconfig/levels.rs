//! In which of the runlevels 0 to 6 services are on.

use host::{HostError, Service};

use super::super::common::{Init, World};
use super::super::units::{self, Unit};

/// A service in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: String,
    /// Whether it is on, by level.
    on: [bool; 7],
    /// It is on or off somewhere, by a link: the list holds only such.
    pub is_set_up: bool,
}

impl Row {
    /// Whether it is on in a level.
    pub fn is_on(&self, level: u8) -> bool {
        self.on.get(usize::from(level)).copied().unwrap_or(false)
    }

    /// Its line in the list, safe for a terminal.
    pub fn text(&self) -> String {
        let mut text = format!("{:<15}", present::text::clean(self.name.as_bytes()));
        for (level, on) in self.on.iter().enumerate() {
            text.push_str(&format!("\t{level}:{}", if *on { "on" } else { "off" }));
        }
        text
    }
}

/// All services, by name.
///
/// # Errors
/// Their manager can't be asked.
pub fn rows(world: &World) -> Result<Vec<Row>, Box<HostError>> {
    let init = world.init();
    if init == Init::Systemd {
        let units = units::read(world)?;
        return Ok(units.into_iter().map(of_unit).collect());
    }
    let of = |service: Service| {
        let places = service.enabled_in.as_deref().unwrap_or_default();
        let on = by(places, if init == Init::OpenRc { &OPENRC } else { &NUMBERS });
        let is_set_up = init == Init::OpenRc || has_links(world, &service.name);
        Row { name: service.name, on, is_set_up }
    };
    let mut rows: Vec<Row> = world.services()?.into_iter().map(of).collect();
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(rows)
}

fn of_unit(unit: Unit) -> Row {
    Row { on: by_target(unit.is_enabled(), &unit.targets), name: unit.name, is_set_up: true }
}

/// Whether there is a link for it in any runlevel, to start it or to stop it.
fn has_links(world: &World, name: &str) -> bool {
    "0123456S".chars().any(|level| {
        let folder = world.root.join(format!("etc/rc{level}.d"));
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.into_iter().any(|entry| {
            let file = entry.file_name();
            let file = file.to_string_lossy();
            file.get(3..) == Some(name) && (file.starts_with('S') || file.starts_with('K'))
        })
    })
}

type Places = [(&'static str, &'static [u8])];

const OPENRC: [(&str, &[u8]); 7] = [
    ("sysinit", &[1, 2, 3, 4, 5]),
    ("boot", &[1, 2, 3, 4, 5]),
    ("single", &[1]),
    ("recovery", &[1]),
    ("default", &[2, 3, 4, 5]),
    ("shutdown", &[0, 6]),
    ("off", &[0, 6]),
];

/// What starts before all runlevels runs in all of them.
const NUMBERS: [(&str, &[u8]); 8] = [
    ("S", &[1, 2, 3, 4, 5]),
    ("0", &[0]),
    ("1", &[1]),
    ("2", &[2]),
    ("3", &[3]),
    ("4", &[4]),
    ("5", &[5]),
    ("6", &[6]),
];

/// runlevel(8) of systemd: which target each runlevel is.
const TARGETS: [(&str, &[u8]); 6] = [
    ("poweroff.target", &[0]),
    ("rescue.target", &[1]),
    ("multi-user.target", &[2, 3, 4, 5]),
    ("graphical.target", &[5]),
    ("reboot.target", &[6]),
    ("sysinit.target", &[1, 2, 3, 4, 5]),
];

fn by(places: &[String], table: &Places) -> [bool; 7] {
    let mut on = [false; 7];
    let levels = places
        .iter()
        .flat_map(|place| table.iter().filter(move |(name, _)| name == place))
        .flat_map(|(_, levels)| *levels);
    for level in levels {
        if let Some(on) = on.get_mut(usize::from(*level)) {
            *on = true;
        }
    }
    on
}

/// A unit that is enabled elsewhere (by a socket, for a device) is on where the machine works.
fn by_target(is_enabled: bool, targets: &[String]) -> [bool; 7] {
    let on = by(targets, &TARGETS);
    if is_enabled && !on.contains(&true) {
        by(&["2", "3", "4", "5"].map(str::to_owned), &NUMBERS)
    } else {
        on
    }
}

/// The places, in the words of the machine's own manager, that levels stand for.
pub fn places(init: Init, levels: &[u8]) -> Vec<String> {
    match init {
        Init::Systemd => Vec::new(),
        Init::Scripts => levels.iter().map(u8::to_string).collect(),
        Init::OpenRc => {
            let wanted =
                |name: &str| matches!(name, "default" | "recovery" | "single" | "shutdown");
            let stands = |own: &[u8]| own.iter().any(|level| levels.contains(level));
            let there = |name: &str| std::path::Path::new("/etc/runlevels").join(name).is_dir();
            let found = OPENRC.iter().filter(|(name, own)| wanted(name) && stands(own));
            found.map(|(name, _)| (*name).to_owned()).filter(|name| there(name)).collect()
        }
    }
}

/// The runlevel that the machine is in: 3 where it has only names for them.
pub fn current(world: &World) -> u8 {
    match world.init() {
        Init::Scripts => super::super::runlevel::current(&world.root)
            .and_then(|level| level.to_digit(10))
            .and_then(|level| u8::try_from(level).ok())
            .unwrap_or(3),
        Init::Systemd | Init::OpenRc => 3,
    }
}

/// Levels as they are given: `345`. `None`: something else.
pub fn digits(text: &str) -> Option<Vec<u8>> {
    let levels: Option<Vec<u8>> = text
        .chars()
        .map(|digit| {
            let level = digit.to_digit(10).and_then(|level| u8::try_from(level).ok());
            level.filter(|level| *level <= 6)
        })
        .collect();
    levels.filter(|levels| !levels.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_has_the_originals_shape() {
        let row = Row {
            name: "nginx".to_owned(),
            on: by(&["default".to_owned()], &OPENRC),
            is_set_up: true,
        };
        assert_eq!(row.text(), "nginx          \t0:off\t1:off\t2:on\t3:on\t4:on\t5:on\t6:off");
        assert!(row.is_on(3) && !row.is_on(6) && !row.is_on(9));
    }

    #[test]
    fn places_have_levels() {
        let on = by(&["S".to_owned(), "6".to_owned()], &NUMBERS);
        assert_eq!(on, [false, true, true, true, true, true, true]);
        let on = by_target(true, &["graphical.target".to_owned()]);
        assert_eq!(on, [false, false, false, false, false, true, false]);
        assert!(by_target(true, &["sockets.target".to_owned()])[3]);
        assert_eq!(by_target(false, &[]), [false; 7]);
        assert_eq!(places(Init::Scripts, &[3, 5]), ["3", "5"]);
    }

    #[test]
    fn levels_are_digits() {
        assert_eq!(digits("2345"), Some(vec![2, 3, 4, 5]));
        assert_eq!(digits("7"), None);
        assert_eq!(digits(""), None);
        assert_eq!(digits("3x"), None);
    }
}
