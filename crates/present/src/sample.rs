//! A small table of columns for tests.

use crate::column::{Column, Kind, Rows};
use crate::style::Style;
use crate::value::{Timestamp, Value, Why};

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub pid: u32,
    pub user: &'static str,
    pub cpu: Option<f64>,
    pub rss: u64,
    pub age: f64,
    pub daemon: bool,
    pub ports: Vec<u16>,
    pub args: Vec<u8>,
}

pub(crate) enum Sample {}

impl Rows for Sample {
    type Row<'a> = Row;
}

type C = Column<Sample>;

pub(crate) const NEED_CPU: u64 = 1;
pub(crate) const NEED_PORTS: u64 = 2;

pub(crate) static COLUMNS: &[C] = &[
    C::new("pid", "PID", Kind::Number, "process id", |row| row.pid.into()).shown(),
    C::new("user", "USER", Kind::Text, "whose it is", |row| row.user.into())
        .shown()
        .flexible(4)
        .style(|row| if row.user == "root" { Style::Warn } else { Style::Plain }),
    C::new("cpu", "CPU", Kind::Percent, "share of one core", |row| {
        Value::or_missing(row.cpu.map(Value::percent), Why::NotPermitted)
    })
    .shown()
    .json("cpu_percent")
    .needs(NEED_CPU),
    C::new("rss", "RSS", Kind::Bytes, "memory in RAM", |row| Value::Bytes(row.rss))
        .shown()
        .json("rss_bytes"),
    C::new("age", "AGE", Kind::Seconds, "since it began", |row| Value::seconds(row.age)),
    C::new("daemon", "DAEMON", Kind::Bool, "whether it is one", |row| row.daemon.into()),
    C::new("started", "STARTED", Kind::Time, "when it began", |row| {
        let unix_seconds = 1_700_000_000.0 - row.age;
        Value::Timestamp(Timestamp { unix_seconds, text: "Nov14".into() })
    }),
    C::new("ports", "PORTS", Kind::List, "where it listens", |row| {
        Value::List(row.ports.iter().map(|port| (*port).into()).collect())
    })
    .needs(NEED_PORTS),
    C::new("args", "COMMAND", Kind::Text, "command line", |row| row.args.as_slice().into())
        .shown()
        .flexible(10)
        .branches(),
];

pub(crate) fn rows() -> Vec<Row> {
    let row = |pid, user, cpu, rss, age, daemon, ports: &[u16], args: &[u8]| Row {
        pid,
        user,
        cpu,
        rss,
        age,
        daemon,
        ports: ports.to_vec(),
        args: args.to_vec(),
    };
    vec![
        row(1, "root", Some(0.0), 12 << 20, 1e6, true, &[], b"/sbin/init splash"),
        row(80, "www-data", Some(7.25), 90 << 20, 4000.0, true, &[80, 443], b"nginx: worker"),
        row(200, "alice", None, 5 << 20, 60.0, false, &[], b"vi a\nb \x1b]0;x\x07 \xff"),
        row(
            3000,
            "root",
            Some(99.5),
            3 << 30,
            7.0,
            false,
            &[],
            "größe 漢字漢字漢字 end".as_bytes(),
        ),
    ]
}
