//! The machine's time zones, as the `unit` room wants to know them.

use std::cell::OnceCell;
use std::io::Read as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use unit::time::{Offset, Zone, Zones};

/// Where the zones lie (tzset(3)).
const DATABASE: &str = "/usr/share/zoneinfo";

/// No zone is this large.
const ZONE_BYTES_MAX: u64 = 1 << 20;

/// The last year that zone files have transitions for, rules for later ones apart: 2037.
const LATEST: i64 = 2_145_916_800;

/// A zone of the machine.
pub struct MachineZone {
    zone: TimeZone,
    /// What it is called without and with daylight saving time; looked up when asked for.
    names: OnceCell<[Option<String>; 2]>,
}

impl MachineZone {
    fn new(zone: TimeZone) -> MachineZone {
        MachineZone { zone, names: OnceCell::new() }
    }

    /// The zone itself.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The latest name of each half of the year, as tzset(3) gives them.
    fn find_names(&self) -> [Option<String>; 2] {
        let mut names = [None, None];
        let latest = Timestamp::from_second(LATEST).unwrap_or_default();
        let now = self.zone.to_offset_info(latest);
        let mut add = |is_daylight: bool, name: &str| {
            let [standard, daylight] = &mut names;
            let known = if is_daylight { &mut *daylight } else { &mut *standard };
            if known.is_none() {
                *known = Some(name.to_owned());
            }
            standard.is_some() && daylight.is_some()
        };
        if !add(now.dst().is_dst(), now.abbreviation()) {
            // Stops at the first that completes both.
            let _ = self
                .zone
                .preceding(latest)
                .any(|change| add(change.dst().is_dst(), change.abbreviation()));
        }
        names
    }
}

impl Zone for MachineZone {
    fn at(&self, unix_seconds: i64) -> Offset {
        let least = Timestamp::MIN.as_second();
        let most = Timestamp::MAX.as_second();
        let at = Timestamp::from_second(unix_seconds.clamp(least, most)).unwrap_or_default();
        let shown = self.zone.to_offset_info(at);
        Offset { seconds_east: shown.offset().seconds(), is_daylight: shown.dst().is_dst() }
    }

    fn abbreviation(&self, is_daylight: bool) -> Option<&str> {
        let [standard, daylight] = self.names.get_or_init(|| self.find_names());
        if is_daylight { daylight.as_deref() } else { standard.as_deref() }
    }
}

/// All zones of the machine.
pub struct MachineZones {
    local: MachineZone,
}

impl MachineZones {
    /// The local one is that of `$TZ`, else of /etc/localtime.
    pub fn system() -> MachineZones {
        MachineZones::with_local(TimeZone::system())
    }

    /// With a certain local zone.
    pub fn with_local(zone: TimeZone) -> MachineZones {
        MachineZones { local: MachineZone::new(zone) }
    }

    /// The local zone.
    pub fn local_zone(&self) -> &TimeZone {
        self.local.zone()
    }
}

impl Zones for MachineZones {
    fn local(&self) -> &dyn Zone {
        &self.local
    }

    /// By the file of that name, links included, in the very case: as systemd does it.
    fn find(&self, name: &str) -> Option<Box<dyn Zone + '_>> {
        let zone = read_zone(name)?;
        Some(Box::new(MachineZone::new(zone)))
    }
}

/// The zone of that name in the machine's database.
pub fn read_zone(name: &str) -> Option<TimeZone> {
    // The room asks for names only that are no way out of the folder.
    let path = std::path::Path::new(DATABASE).join(name.trim_start_matches('/'));
    if !std::fs::metadata(&path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(&path).ok()?.take(ZONE_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    TimeZone::tzif(name, &bytes).ok()
}
