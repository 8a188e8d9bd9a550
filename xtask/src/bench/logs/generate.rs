//! The entries: a month of a machine with 50 units and six boots, in the journal export format.
//!
//! Everything follows from a seed: the same on every machine. Fields are those that journald
//! writes, in its order, 22 to 27 an entry.

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use super::{
    random::Random,
    say::say,
    services::{BUSY_UNIT, KINDS, Kind, RARE_MESSAGE, Transport},
};

/// When the first entry was made, in microseconds: 2026-10-01, 00:00 UTC.
pub const START_USEC: u64 = 1_790_812_800_000_000;
/// How long all of it takes.
pub const SPAN_USEC: u64 = 30 * 86_400_000_000;
/// How often the machine was started.
pub const BOOTS: u64 = 6;
/// Of a million entries, how many are the busy unit's.
const BUSY_OF_A_MILLION: u64 = 183_000;
/// Of a million entries, how many have the rare word.
const RARE_OF_A_MILLION: u64 = 20;
/// Of a thousand entries, how many are errors.
const ERRORS_OF_A_THOUSAND: u64 = 10;
/// What lies between the end of a boot and the start of the next.
const DOWN_USEC: u64 = 40_000_000;

const MACHINE_ID: &str = "98656b9946a541b3b05ca69b292a12f6";

/// A service in one boot.
struct Service {
    kind: &'static Kind,
    /// The fields that all its entries have.
    fields: String,
    first_pid: u64,
    weight: u64,
}

/// How many processes a service forks to answer, each with a pid of its own.
const CHILDREN: u64 = 64;

/// Writes `count` entries.
pub fn export(count: u64, output: &mut impl Write) -> io::Result<()> {
    let mut random = Random(1);
    let mut text = String::new();
    let mut services = Vec::new();
    let mut boot = String::new();
    let (mut now_usec, mut started_usec) = (START_USEC, START_USEC);
    let mut busy_left = count * BUSY_OF_A_MILLION / 1_000_000;
    let gap_usec = SPAN_USEC / count.max(1);
    for index in 0..count {
        if index % count.div_ceil(BOOTS) == 0 {
            boot = random.id();
            services = boot_services(&mut random, &boot);
            now_usec += if index == 0 { 0 } else { DOWN_USEC };
            started_usec = now_usec;
        }
        now_usec += 1 + random.below(2 * gap_usec);
        let monotonic_usec = 4_000_000 + now_usec - started_usec;
        text.clear();
        let _ = write!(
            text,
            "__REALTIME_TIMESTAMP={now_usec}\n__MONOTONIC_TIMESTAMP={monotonic_usec}\n_BOOT_ID={boot}\n"
        );
        let is_busy = random.below(count - index) < busy_left;
        busy_left -= u64::from(is_busy);
        let is_rare = random.below(1_000_000) < RARE_OF_A_MILLION;
        let Some(service) = choose(&services, is_busy, &mut random) else { continue };
        entry(service, now_usec, is_rare, &mut random, &mut text);
        text.push('\n');
        output.write_all(text.as_bytes())?;
    }
    Ok(())
}

/// The services as they run in a boot: other pids, other invocations. The busy one is the first.
fn boot_services(random: &mut Random, boot: &str) -> Vec<Service> {
    let mut services = Vec::new();
    for kind in KINDS {
        for unit in kind.units {
            let mut service =
                Service { kind, fields: String::new(), first_pid: 0, weight: kind.weight };
            service.first_pid = 1 + services.len() as u64 * CHILDREN + random.below(900);
            trusted(unit, kind, random, &mut service.fields);
            services.push(service);
        }
    }
    debug_assert!(!boot.is_empty() && services.len() == 50);
    services
}

fn choose<'a>(services: &'a [Service], is_busy: bool, random: &mut Random) -> Option<&'a Service> {
    let mut left = match is_busy {
        true => 0,
        false => random.below(services.iter().map(|service| service.weight).sum()),
    };
    let skip = usize::from(!is_busy);
    let found = services.iter().skip(skip).find(|service| {
        let is_it = left < service.weight || is_busy;
        left = left.saturating_sub(service.weight);
        is_it
    });
    found.or_else(|| services.first())
}

/// The fields that journald adds itself, and that do not change while the service runs.
fn trusted(unit: &str, kind: &Kind, random: &mut Random, text: &mut String) {
    let Kind { name, uid, .. } = kind;
    let program = name.split('/').next().unwrap_or(name);
    let transport = match kind.transport {
        Transport::Stdout => "stdout",
        Transport::Syslog => "syslog",
        Transport::Journal => "journal",
    };
    let facility = if kind.transport == Transport::Syslog && *uid == 0 { 4 } else { 3 };
    let stream = random.id();
    let invocation = random.id();
    let _ = write!(
        text,
        "SYSLOG_FACILITY={facility}\n_UID={uid}\n_GID={uid}\n_MACHINE_ID={MACHINE_ID}\n\
         _HOSTNAME=shop1\n_RUNTIME_SCOPE=system\nSYSLOG_IDENTIFIER={name}\n\
         _TRANSPORT={transport}\n_COMM={program}\n_EXE=/usr/sbin/{program}\n\
         _CMDLINE=/usr/sbin/{program} --config /etc/{program}/{unit}.conf --no-daemon\n\
         _CAP_EFFECTIVE=1ffffffffff\n_SYSTEMD_CGROUP=/system.slice/{unit}\n\
         _SYSTEMD_UNIT={unit}\n_SYSTEMD_SLICE=system.slice\n_SYSTEMD_INVOCATION_ID={invocation}\n"
    );
    if kind.transport == Transport::Stdout {
        let _ = writeln!(text, "_STREAM_ID={stream}");
    }
}

/// One entry's fields, but its times.
fn entry(service: &Service, now_usec: u64, is_rare: bool, random: &mut Random, text: &mut String) {
    let kind = service.kind;
    text.push_str(&service.fields);
    // A label with a line end, as AppArmor's are: so it is written with its length.
    text.push_str("_SELINUX_CONTEXT\n");
    binary(b"unconfined\n", text);
    let is_error = random.below(1000) < ERRORS_OF_A_THOUSAND;
    let priority = match random.below(100) {
        _ if is_error => 3,
        0..5 => 5,
        5..8 => 4,
        8..14 => 7,
        _ => 6,
    };
    let forks = kind.transport == Transport::Syslog;
    let pid = service.first_pid + if forks { random.below(CHILDREN) } else { 0 };
    let _ = write!(text, "PRIORITY={priority}\n_PID={pid}\n");
    if kind.transport == Transport::Journal {
        let place = random.below(12);
        let _ = write!(
            text,
            "TID={pid}\nCODE_FILE=src/core/part{}.c\nCODE_LINE={}\nCODE_FUNC=part_log_{place}\n",
            place % 5,
            place * 113 + 17,
        );
        if place < 6 {
            let _ = writeln!(text, "MESSAGE_ID=7ad2d189f7e94e70a38c7813549124{place:02x}");
        }
    }
    if kind.transport == Transport::Syslog {
        let _ = write!(text, "SYSLOG_PID={pid}\nSYSLOG_TIMESTAMP={} \n", stamp(now_usec));
    }
    text.push_str("MESSAGE=");
    let template = match () {
        () if is_rare => RARE_MESSAGE,
        () if is_error => random.one_of(kind.errors),
        () => random.one_of(kind.messages),
    };
    say(template, random, text);
    text.push('\n');
    if kind.transport != Transport::Stdout {
        let _ = writeln!(text, "_SOURCE_REALTIME_TIMESTAMP={}", now_usec - 30 - random.below(200));
    }
}

/// A value with its length before it. Only text is written this way here.
fn binary(value: &[u8], text: &mut String) {
    for byte in (value.len() as u64).to_le_bytes() {
        text.push(char::from(byte));
    }
    text.push_str(&String::from_utf8_lossy(value));
    text.push('\n');
}

/// A time as syslog(3) writes it, in UTC: `Oct  1 00:00:00`.
pub fn stamp(usec: u64) -> String {
    let seconds = (usec / 1_000_000).saturating_sub(START_USEC / 1_000_000);
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let (month, day) = if day < 31 { ("Oct", day + 1) } else { ("Nov", day - 30) };
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{month} {day:2} {hour:02}:{minute:02}:{second:02}")
}

/// Writes a syslog file of about `bytes`, over the same month, and with the same services.
pub fn syslog(bytes: u64, output: &mut impl Write) -> io::Result<()> {
    /// What a line takes on average: for the times alone, so it need not be right.
    const LINE_BYTES: u64 = 112;
    let mut random = Random(2);
    let services = boot_services(&mut random, "syslog");
    let gap_usec = SPAN_USEC / (bytes / LINE_BYTES).max(1);
    let (mut written, mut now_usec) = (0, START_USEC);
    let mut text = String::new();
    while written < bytes {
        now_usec += 1 + random.below(2 * gap_usec);
        let is_busy = random.below(1_000_000) < BUSY_OF_A_MILLION;
        let Some(service) = choose(&services, is_busy, &mut random) else { break };
        text.clear();
        let pid = service.first_pid;
        let _ = write!(text, "{} shop1 {}[{pid}]: ", stamp(now_usec), service.kind.name);
        let template = random.one_of(service.kind.messages);
        say(template, &mut random, &mut text);
        text.push('\n');
        output.write_all(text.as_bytes())?;
        written += text.len() as u64;
    }
    Ok(())
}

/// The unit that most is asked of, and its identifier.
pub const BUSY: (&str, &str) = (BUSY_UNIT, "shop-api");
