//! Files with many services in them: supervisord.conf, Procfile, crontab; and unit files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod support;

use support::{findings, one, read, told, write};
use translate::{
    Definition, Format, Level, Link, Output, Readiness, RestartPolicy, Source, System,
};

const SUPERVISORD: &str = "\
[supervisord]\nminfds=2048\nenvironment=LANG=\"C\"\nlogfile=/x\n\n[program:web]\n\
command=/opt/web --port 80%(process_num)02d --name \"%(program_name)s x\" '$HOME' ; a comment\n\
process_name=%(program_name)s_%(process_num)02d\nnumprocs=2\ndirectory=/opt\nuser=www\n\
autorestart=true\nstartretries=3\nstopsignal=INT\nstopwaitsecs=20\nredirect_stderr=true\n\
stdout_logfile=/var/log/web_%(process_num)d.log\nenvironment=A=\"b,c\",B='d',T=\"%(ENV_T)s\"\n\
priority=20\n\n[program:db]\ncommand=/usr/bin/db\n  -c x\nautostart=false\npriority=10\n\
exitcodes=0,2\nserverurl=AUTO\n\n[group:all]\nprograms=web,db\n\n[eventlistener:m]\ncommand=m\n";

#[test]
fn programs_of_supervisord() {
    let reading = read(Format::Supervisord, "s.conf", SUPERVISORD);
    let names: Vec<&str> = reading.definitions.iter().map(|d| &*d.name).collect();
    assert_eq!(names, ["web-0", "web-1", "db"]);
    let [_, web, db] = reading.definitions.as_slice() else { panic!() };
    let argv = ["/opt/web", "--port", "8001", "--name", "web x", "$HOME"];
    assert_eq!(web.start[0].known().unwrap(), argv);
    assert_eq!(web.output, Some(Output::Append("/var/log/web_1.log".to_owned())));
    assert_eq!(web.error, Some(Output::Same));
    assert_eq!(web.restart.policy, RestartPolicy::Always);
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(web.environment, [pair("LANG", "C"), pair("A", "b,c"), pair("B", "d")]);
    assert!(web.has(Link::After, "db"));
    assert_eq!(told(&web.lost), ["18: lost: environment=T"]);
    assert_eq!(db.start[0].known().unwrap(), ["/usr/bin/db", "-c", "x"]);
    assert_eq!((db.levels.len(), db.restart.policy), (0, RestartPolicy::OnFailure));
    assert_eq!(told(&db.lost), ["27: lost: serverurl=AUTO"]);
    assert_eq!(
        told(&reading.lost),
        [
            "4: lost: [supervisord] logfile=/x",
            "29: lost: [group:all]",
            "32: lost: [eventlistener:m]"
        ]
    );
    for definition in &reading.definitions {
        assert_eq!(findings(&write(definition, System::Systemd)), []);
        for system in [System::OpenRc, System::SysV] {
            write(definition, system);
        }
    }
}

#[test]
fn processes_of_a_procfile() {
    let text = "web: bundle exec puma -p $PORT\nworker: A=b python3 -m worker 'x y'\n\
                # no\nclock: ./clock >> log 2>&1\nboth: a && b\nnonsense\n";
    let reading = read(Format::Procfile, "/srv/shop/Procfile", text);
    let [web, worker, clock, both] = reading.definitions.as_slice() else { panic!() };
    assert_eq!(web.start[0].argv[4].variables().next(), Some("PORT"));
    assert_eq!(web.environment, [("PORT".to_owned(), "5000".to_owned())]);
    assert_eq!(worker.start[0].known().unwrap(), ["python3", "-m", "worker", "x y"]);
    assert_eq!(worker.environment, [("A".to_owned(), "b".to_owned())]);
    let shell = ["/bin/sh", "-c", "exec ./clock >> log 2>&1"];
    assert_eq!(clock.start[0].known().unwrap(), shell);
    assert_eq!(both.start[0].known().unwrap(), ["/bin/sh", "-c", "a && b"]);
    assert_eq!(web.directory.as_deref(), Some("/srv/shop"));
    assert_eq!(told(&reading.lost), ["6: lost: nonsense"]);
    for definition in &reading.definitions {
        assert_eq!(findings(&write(definition, System::Systemd)), []);
    }
}

#[test]
fn entries_of_a_crontab() {
    let text = "SHELL=/bin/bash\nMAILTO=\"\"\n*/15 * * * * www poll 'b c'\nCRON_TZ=UTC\n\
                30 4 1,15 * 5 root both\n@reboot root /opt/start\n\
                @daily root mail x%Hello%50\\%\n61 * * * * root bad\nMAILTO=me\n";
    let reading = read(Format::SystemCrontab, "/etc/cron.d/job.x", text);
    let names: Vec<&str> = reading.definitions.iter().map(|d| &*d.name).collect();
    assert_eq!(names, ["job.x-1", "job.x-2", "job.x-3", "job.x-4"]);
    let [poll, both, start, mail] = reading.definitions.as_slice() else { panic!() };
    let calendars = |definition: &Definition| definition.schedule.clone().unwrap().calendars;
    assert_eq!(calendars(poll), ["*-*-* *:00/15:00"]);
    assert_eq!(poll.start[0].known().unwrap(), ["/bin/bash", "-c", "poll 'b c'"]);
    assert_eq!((poll.user.as_deref(), poll.directory.as_deref()), (Some("www"), Some("~")));
    assert_eq!(calendars(both), ["*-*-01,15 04:30:00 UTC", "Fri *-*-* 04:30:00 UTC"]);
    assert_eq!((start.schedule.is_none(), start.levels.as_slice()), (true, &[Level::Normal][..]));
    assert_eq!(mail.input.as_deref(), Some("Hello\n50%\n"));
    assert_eq!(told(&reading.lost), ["8: lost: 61 * * * * root bad", "9: lost: MAILTO=me"]);
    for definition in &reading.definitions {
        let written = write(definition, System::Systemd);
        assert_eq!(findings(&written), [], "{:?}", written.files);
        assert_eq!(written.files.len(), if definition.schedule.is_some() { 2 } else { 1 });
    }
}

#[test]
fn a_users_crontab_tells_whose_it_is_by_its_place() {
    let of = |path: &str| {
        let reading = read(Format::Crontab, path, "0 5 * * * root-ish thing\n");
        (reading.definitions[0].user.clone(), reading.lost.len())
    };
    assert_eq!(of("/var/spool/cron/crontabs/alice"), (Some("alice".to_owned()), 0));
    assert_eq!(of("mine"), (None, 1));
}

const UNIT: &str = "[Unit]\nDescription=a %n\nAfter=network-online.target x.service foo.mount\n\
    Wants=network-online.target\nRequires=db.service\nConditionPathExists=!/no\nConditionUser=root\n\
    StartLimitBurst=3\n[Service]\nType=notify\nUser=www\nExecStartPre=+/bin/pre\n\
    ExecStart=/bin/x $A ${B} $$c %p\nExecReload=/bin/kill -HUP $MAINPID\nEnvironment=\"A=b c\" D=e\n\
    EnvironmentFile=-/etc/default/x\nRuntimeDirectory=x\nRuntimeDirectoryMode=0750\nLimitNOFILE=10:20\n\
    ProtectSystem=strict\nRestart=on-failure\nRestartSec=5\nTimeoutStopSec=20\nKillSignal=SIGQUIT\n\
    Bogus=1\n[Install]\nWantedBy=multi-user.target\nAlias=y.service\nAlso=z.socket\n";

#[test]
fn settings_of_a_unit() {
    let definition = one(Format::Systemd, "/lib/systemd/system/svc.service", UNIT);
    assert_eq!(definition.description.as_deref(), Some("a svc.service"));
    assert_eq!(definition.readiness, Readiness::Notify);
    assert!(definition.pre[0].as_root);
    let variables: Vec<&str> = definition.start[0].variables().collect();
    assert_eq!(variables, ["A", "B"]);
    assert!(definition.start[0].argv[1].is_split && !definition.start[0].argv[2].is_split);
    assert_eq!(definition.start[0].argv[3].known().as_deref(), Some("$c"));
    assert_eq!(definition.start[0].argv[4].known().as_deref(), Some("svc"));
    assert_eq!(definition.provides, ["y"]);
    assert_eq!(told(&definition.lost), ["25: lost: Bogus=1"]);
    let natives: Vec<&str> = definition.natives.iter().map(|native| &*native.key).collect();
    assert_eq!(natives, ["After", "ConditionUser", "Also", "ProtectSystem"]);
    // To systemd all of it goes back.
    let again = write(&definition, System::Systemd);
    assert_eq!(told(&again.lost), ["25: lost: Bogus=1"]);
    for line in ["ProtectSystem=strict", "Also=z.socket", "After=foo.mount", "Alias=y.service"] {
        assert!(again.files[0].text.contains(line), "{}", again.files[0].text);
    }
    // To others it is told, with where it stands.
    let openrc = write(&definition, System::OpenRc);
    let told = told(&openrc.lost);
    for line in [
        "20: lost: ProtectSystem=strict",
        "29: lost: Also=z.socket",
        "3: lost: After=foo.mount",
        "21: changed: Restart=on-failure",
        "10: changed: Type=notify",
    ] {
        assert!(told.contains(&line.to_owned()), "{told:#?}");
    }
}

#[test]
fn what_is_no_service_is_refused_with_the_reason() {
    let error = |path: &str, text: &str| {
        let source = Source { path, text: text.as_bytes() };
        translate::read(Format::Systemd, &source, &[], None).unwrap_err().to_string()
    };
    assert!(error("a.socket", "[Socket]\nListenStream=1\n").contains("no counterpart"));
    assert!(error("a@.service", "[Service]\nExecStart=/a\n").contains("template"));
    assert!(error("a.timer", "[Timer]\nOnCalendar=daily\n").contains("a.service"));
    assert!(error("a.service", "").contains("empty"));
    assert!(error("a.service", "[Service]\nType=simple\n").starts_with("a.service:"));
    let source = Source { path: "a@.service", text: b"[Service]\nExecStart=/a %i\n" };
    let reading = translate::read(Format::Systemd, &source, &[], Some("a@b")).unwrap();
    assert_eq!(reading.definitions[0].start[0].known().unwrap(), ["/a", "b"]);
}

#[test]
fn drop_ins_count() {
    let main = Source { path: "/x/a.service", text: b"[Service]\nExecStart=/a\nUser=one\n" };
    let more = Source { path: "/x/a.service.d/1.conf", text: b"[Service]\nUser=two\nBogus=1\n" };
    let reading = translate::read(Format::Systemd, &main, &[more], None).unwrap();
    let definition = &reading.definitions[0];
    assert_eq!(definition.user.as_deref(), Some("two"));
    let place = definition.lost[0].place.as_ref().unwrap();
    assert_eq!(place.to_string(), "/x/a.service.d/1.conf:3");
}
