//! What is written and read again means the same; what nobody meant to be read does no harm.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use proptest::prelude::*;
use support::{findings, one, word, words, write};
use translate::{
    Command, Definition, Directory, Format, Level, Limit, Link, Output, Readiness, RestartPolicy,
    Schedule, Source, System,
};

/// Without what is about the text and not about the service.
fn meaning(definition: &Definition) -> Definition {
    let mut plain = definition.clone();
    plain.lost.clear();
    plain.places.clear();
    plain.dependencies.iter_mut().for_each(|dependency| dependency.place = None);
    plain.dependencies.sort_by(|a, b| (a.link, &a.name).cmp(&(b.link, &b.name)));
    plain.natives.iter_mut().for_each(|native| native.place = None);
    if let Some(schedule) = &mut plain.schedule {
        schedule.place = None;
    }
    plain
}

prop_compose! {
    fn service()(
        argv in words(),
        value in word(),
        policy in 0..7_usize,
        (has_user, has_log, early) in (any::<bool>(), any::<bool>(), any::<bool>()),
        (umask, nice, oom) in (0..0o777_u32, -20..19_i64, -1000..1000_i64),
        (stop, delay, burst) in (1..500_u64, 1..90_u64, 1..20_u64),
    ) -> Definition {
        let mut definition = Definition::new("svc");
        definition.description = Some("a service of 100 %".to_owned());
        definition.start = vec![Command::of(std::iter::once("/usr/bin/prog".to_owned()).chain(argv))];
        definition.user = has_user.then(|| "www".to_owned());
        definition.group = has_user.then(|| "web".to_owned());
        definition.directory = Some("/srv/x y".to_owned());
        definition.umask = Some(umask);
        definition.nice = Some(nice);
        definition.oom_score_adjust = Some(oom);
        definition.environment = vec![("A".to_owned(), value)];
        definition.restart.policy = RestartPolicy::ALL[policy].0;
        definition.restart.delay_usec = (policy > 0).then_some(delay * 1_000_000);
        definition.restart.burst = Some(burst);
        definition.restart.interval_usec = Some(60_000_000);
        definition.stop_signal = Some("SIGINT".to_owned());
        definition.stop_timeout_usec = Some(stop * 1_000_000);
        definition.limits = vec![Limit { name: "NOFILE".to_owned(), soft: 1024, hard: 4096 }];
        definition.levels = vec![if early { Level::Graphical } else { Level::Normal }];
        definition.output = has_log.then(|| Output::Append("/var/log/svc 1".to_owned()));
        definition.depends(Link::Needs, "db", None);
        definition.depends(Link::After, "db", None);
        definition.depends(Link::Wants, "$network", None);
        definition.depends(Link::After, "$network", None);
        definition.depends(Link::Before, "front", None);
        definition
    }
}

proptest! {
    #[test]
    fn unit_files(definition in service()) {
        let written = write(&definition, System::Systemd);
        prop_assert_eq!(findings(&written), [], "{}", written.files[0].text);
        let read = one(Format::Systemd, "svc.service", &written.files[0].text);
        prop_assert_eq!(&read.lost, &[]);
        prop_assert_eq!(meaning(&read), meaning(&definition));
    }

    #[test]
    fn openrc_scripts(definition in service()) {
        let written = write(&definition, System::OpenRc);
        let read = one(Format::OpenRc, "svc", &written.files[0].text);
        prop_assert_eq!(&read.lost, &[], "{}", written.files[0].text);
        let (read, wanted) = (meaning(&read), meaning(&definition));
        prop_assert_eq!(&read.start, &wanted.start, "{}", written.files[0].text);
        prop_assert_eq!(&read.environment, &wanted.environment);
        prop_assert_eq!((&read.user, &read.group), (&wanted.user, &wanted.group));
        prop_assert_eq!(&read.directory, &wanted.directory);
        prop_assert_eq!((read.umask, read.nice), (wanted.umask, wanted.nice));
        prop_assert_eq!(&read.limits, &wanted.limits);
        prop_assert_eq!(&read.output, &wanted.output);
        prop_assert_eq!(&read.stop_signal, &wanted.stop_signal);
        prop_assert_eq!(read.stop_timeout_usec, wanted.stop_timeout_usec);
        if wanted.restart.policy == RestartPolicy::Always {
            prop_assert_eq!(&read.restart, &wanted.restart);
        }
        for (link, name) in [(Link::Needs, "db"), (Link::Wants, "$network"), (Link::Before, "front")] {
            prop_assert!(read.has(link, name), "{:?}", read.dependencies);
        }
    }

    #[test]
    fn init_scripts(definition in service()) {
        let mut definition = definition;
        // A log needs a shell in front of the program, which is no fact of the service.
        definition.output = None;
        let written = write(&definition, System::SysV);
        let read = one(Format::Lsb, "svc", &written.files[0].text);
        let (read, wanted) = (meaning(&read), meaning(&definition));
        prop_assert_eq!(&read.start, &wanted.start, "{}", written.files[0].text);
        prop_assert_eq!(&read.readiness, &wanted.readiness);
        prop_assert_eq!(&read.environment, &wanted.environment);
        prop_assert_eq!((&read.user, &read.group), (&wanted.user, &wanted.group));
        prop_assert_eq!(&read.directory, &wanted.directory);
        prop_assert_eq!((read.umask, read.nice), (wanted.umask, wanted.nice));
        prop_assert_eq!(&read.limits, &wanted.limits);
        prop_assert_eq!(&read.stop_signal, &wanted.stop_signal);
        prop_assert_eq!(read.stop_timeout_usec, wanted.stop_timeout_usec);
        prop_assert_eq!(&read.levels, &wanted.levels);
        prop_assert!(read.has(Link::Needs, "db") && read.has(Link::After, "$network"));
    }

    #[test]
    fn no_text_does_harm(text in "(\\PC|[\n\t \"'$`{}()=:%*/#@-]){0,200}") {
        for (format, _) in Format::ALL {
            let source = Source { path: "x", text: text.as_bytes() };
            if let Ok(reading) = translate::read(format, &source, &[], None) {
                for definition in reading.definitions {
                    for system in [System::Systemd, System::OpenRc, System::SysV] {
                        let _ = translate::write(&definition, system);
                    }
                }
            }
        }
        let _ = translate::detect("x", text.as_bytes());
    }

    #[test]
    fn no_bytes_do_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (format, _) in Format::ALL {
            let _ = translate::read(format, &Source { path: "x", text: &bytes }, &[], None);
        }
        let _ = translate::detect("x", &bytes);
    }

    #[test]
    fn scripts_with_a_piece_cut_out(from in 0..1200_usize, length in 0..60_usize) {
        for (format, sample) in [(Format::OpenRc, OPENRC), (Format::Lsb, LSB)] {
            let mut text: Vec<u8> = sample.bytes().collect();
            let from = from.min(text.len());
            let to = (from + length).min(text.len());
            text.drain(from..to);
            let _ = translate::read(format, &Source { path: "x", text: &text }, &[], None);
        }
    }
}

const OPENRC: &str = include_str!("samples/postgrest.initd");
const LSB: &str = include_str!("samples/memcached.init");

#[test]
fn steps_and_folders_of_a_unit() {
    let mut definition = Definition::new("svc");
    definition.start = vec![Command::of(["/usr/bin/prog"])];
    definition.user = Some("www".to_owned());
    definition.pre = vec![Command { as_root: true, ..Command::of(["/bin/a", "b c"]) }];
    definition.post = vec![Command { ignores_failure: true, ..Command::of(["/bin/d"]) }];
    definition.stop = vec![Command::of(["/bin/e"])];
    definition.after_stop = vec![Command::of(["/bin/f"])];
    let own = |path: &str| Directory { path: path.to_owned(), ..Directory::default() };
    definition.directories = vec![own("/run/svc"), own("/var/lib/svc/x")];
    definition.readiness = Readiness::Notify;
    definition.provides = vec!["other".to_owned()];
    definition.schedule = None;
    definition.levels = vec![Level::Normal];
    let written = write(&definition, System::Systemd);
    assert_eq!(findings(&written), []);
    let read = one(Format::Systemd, "svc.service", &written.files[0].text);
    assert_eq!(meaning(&read), meaning(&definition));
}

#[test]
fn timers_and_cron() {
    let mut definition = Definition::new("job");
    definition.description = Some("a job".to_owned());
    definition.start = vec![Command::of(["/usr/bin/prog", "50%"])];
    definition.readiness = Readiness::Oneshot;
    definition.levels = vec![Level::Normal];
    let calendars = vec!["Mon..Fri *-*-* 03:00:00".to_owned(), "*-*-01 00/6:30:00".to_owned()];
    definition.schedule = Some(Schedule { calendars, is_persistent: true, ..Schedule::default() });
    let written = write(&definition, System::Systemd);
    assert_eq!(findings(&written), []);
    let [service, timer] = written.files.as_slice() else { panic!() };
    let others = [Source { path: "/x/job.service", text: service.text.as_bytes() }];
    let main = Source { path: "/x/job.timer", text: timer.text.as_bytes() };
    let read = translate::read(Format::Systemd, &main, &others, None).unwrap();
    assert_eq!(meaning(&read.definitions[0]), meaning(&definition));
    let cron = write(&definition, System::OpenRc);
    assert!(cron.lost.iter().any(|lost| lost.what.contains("Persistent")), "{:?}", cron.lost);
    let file = &cron.files[0];
    let back = translate::read(
        Format::SystemCrontab,
        &Source { path: &file.path, text: file.text.as_bytes() },
        &[],
        None,
    )
    .unwrap();
    let calendars: Vec<&String> =
        back.definitions.iter().flat_map(|d| &d.schedule.as_ref().unwrap().calendars).collect();
    assert_eq!(calendars, ["Mon,Tue,Wed,Thu,Fri *-*-* 03:00:00", "*-*-01 00/6:30:00"]);
}

#[test]
fn large_texts_take_no_longer_than_they_are_large() {
    let line = "A_VARIABLE=\"$A_VARIABLE some more text\"\n";
    let script = format!("#!/sbin/openrc-run\ncommand=/bin/x\n{}", line.repeat(5_000));
    let begun = std::time::Instant::now();
    let source = Source { path: "x", text: script.as_bytes() };
    let _ = translate::read(Format::OpenRc, &source, &[], None);
    let calls = "a() { b; b; }\nb() { c; c; }\nc() { a; a; }\nstart() { a; }\n";
    let script = format!("#!/sbin/openrc-run\ncommand=/bin/x\n{calls}");
    let source = Source { path: "x", text: script.as_bytes() };
    let _ = translate::read(Format::OpenRc, &source, &[], None);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
}
