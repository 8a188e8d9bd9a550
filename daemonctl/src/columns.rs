//! The one table of what can be shown of a process: tables, `--columns`, `--sort`, `--filter`,
//! help and JSON keys come from it.

mod values;

use present::{Column, Kind, Rows, Style, Timestamp, Value, Why};
use process::needs::Needs;
use process::tty;

use crate::rates;
use crate::snapshot::Row;
pub use values::fact;
use values::{extra, io, kind_style, network, path, state_style, status};

/// Rows of processes.
pub enum Processes {}

impl Rows for Processes {
    type Row<'a> = Row<'a>;
}

type C = Column<Processes>;

const CONNECTIONS: u64 = Needs::SOCKETS.0 | Needs::CONNECTIONS.0;

/// Every column of `ps` and `tree`.
pub static COLUMNS: &[C] = &[
    C::new("pid", "PID", Kind::Number, "process id", |r| r.process.pid().into()).shown(),
    C::new(
        "start-ticks",
        "TICKS",
        Kind::Number,
        "start, in clock ticks after boot; with the pid it names a process for good",
        |r| r.process.key.start_ticks.into(),
    )
    .json("start_ticks"),
    C::new(
        "ppid",
        "PPID",
        Kind::Number,
        "parent's process id, 0 if outside this pid namespace",
        |r| r.process.stat.ppid.into(),
    ),
    C::new("pgrp", "PGRP", Kind::Number, "process group", |r| {
        i64::from(r.process.stat.pgrp).into()
    }),
    C::new("session", "SESSION", Kind::Number, "session, by its leader's pid", |r| {
        i64::from(r.process.stat.session).into()
    }),
    C::new("user", "USER", Kind::Text, "effective user", |r| {
        match fact(r.process.euid.as_ref(), |_| Value::Bool(true)) {
            Value::Missing(why) => Value::Missing(why),
            _ => Value::or_missing(r.user(), Why::Unknown),
        }
    })
    .shown()
    .max_width(16),
    C::new("uid", "UID", Kind::Number, "effective user id", |r| {
        fact(r.process.euid.as_ref(), |uid| (*uid).into())
    }),
    C::new("kind", "KIND", Kind::Text, "daemon, normal, kernel or unknown", |r| {
        Value::text(r.verdict.kind().word())
    })
    .shown()
    .style(kind_style),
    C::new("sub", "AS", Kind::Text, "the more exact kind: managed, worker, foreground …", |r| {
        Value::text(r.verdict.sub_kind.word())
    })
    .shown()
    .json("sub_kind"),
    C::new(
        "confidence",
        "SURE",
        Kind::Text,
        "how sure the verdict is: certain, high, medium, low",
        |r| Value::text(r.verdict.confidence.word()),
    ),
    C::new(
        "state",
        "S",
        Kind::Text,
        "R running, S sleeping, D waiting for a disk, T stopped, Z zombie, I idle",
        |r| Value::raw(std::slice::from_ref(&r.process.stat.state)),
    )
    .shown()
    .style(state_style),
    C::new("tty", "TTY", Kind::Text, "controlling terminal", |r| {
        tty::name(r.process.stat.tty_nr).map_or(Value::Missing(Why::NotApplicable), Value::Text)
    })
    .shown(),
    C::new(
        "foreground",
        "FGRP",
        Kind::Number,
        "the foreground process group of its terminal",
        |r| {
            let group = i64::from(r.process.stat.tpgid);
            if group > 0 { group.into() } else { Value::Missing(Why::NotApplicable) }
        },
    )
    .json("foreground_pgrp"),
    C::new(
        "cpu",
        "CPU%",
        Kind::Percent,
        "share of one processor: over its life, or since the last look with --watch",
        |r| Value::percent(r.cpu_percent()),
    )
    .shown()
    .json("cpu_percent")
    .style(|r| if r.cpu_percent() >= 50.0 { Style::Warn } else { Style::Plain }),
    C::new("time", "CPUTIME", Kind::Seconds, "CPU time used", |r| Value::seconds(r.cpu_seconds()))
        .json("cpu_seconds"),
    C::new("rss", "RSS", Kind::Bytes, "memory in RAM, shared pages counted in full", |r| {
        Value::Bytes(r.rss_bytes())
    })
    .shown()
    .json("rss_bytes"),
    C::new("virtual", "VIRT", Kind::Bytes, "virtual memory", |r| {
        Value::Bytes(r.process.stat.virtual_bytes)
    })
    .json("virtual_bytes"),
    C::new("threads", "THR", Kind::Number, "threads", |r| r.process.stat.threads.into()),
    C::new("nice", "NI", Kind::Number, "nice value, -20 (most favoured) to 19", |r| {
        i64::from(r.process.stat.nice).into()
    }),
    C::new("minor-faults", "MINFLT", Kind::Number, "page faults that needed no disk", |r| {
        r.process.stat.minor_faults.into()
    })
    .json("minor_faults"),
    C::new("major-faults", "MAJFLT", Kind::Number, "page faults that read from disk", |r| {
        r.process.stat.major_faults.into()
    })
    .json("major_faults"),
    C::new("age", "AGE", Kind::Seconds, "time since its start", |r| {
        Value::seconds(r.age_seconds())
    })
    .shown()
    .json("age_seconds"),
    C::new("started", "STARTED", Kind::Time, "when it started", |r| {
        match r.snapshot.machine.unix_seconds(r.process.key.start_ticks) {
            Some(unix_seconds) => Value::Timestamp(Timestamp {
                unix_seconds,
                text: crate::time::short_local(unix_seconds).into(),
            }),
            None => Value::Missing(Why::Unknown),
        }
    }),
    C::new("service", "SERVICE", Kind::Text, "the service it belongs to", |r| match r.service() {
        Some(service) => Value::text(service.name.as_str()),
        None => Value::Missing(Why::NotApplicable),
    })
    .shown()
    .max_width(32),
    C::new("container", "CONTAINER", Kind::Text, "the container it is in", |r| {
        match r.container() {
            Some(container) => Value::text(format!("{}:{}", container.runtime, container.id)),
            None => Value::Missing(Why::NotApplicable),
        }
    }),
    C::new("cgroup", "CGROUP", Kind::Text, "control group", |r| {
        match r.snapshot.sample.cgroup(r.process) {
            Some(group) => Value::raw(&*group.path),
            None => fact(r.process.cgroup.as_ref(), |_| Value::Missing(Why::Unknown)),
        }
    }),
    C::new(
        "posing",
        "POSING",
        Kind::Bool,
        "its name claims that it is a kernel thread, and it is none",
        |r| r.verdict.posing_as_kernel.into(),
    )
    .json("posing_as_kernel"),
    C::new("io-read", "READ", Kind::Bytes, "bytes read from storage since its start", |r| {
        io(r, |io| io.read_bytes)
    })
    .json("io_read_bytes")
    .needs(Needs::IO.0),
    C::new("io-write", "WRITTEN", Kind::Bytes, "bytes written to storage since its start", |r| {
        io(r, |io| io.write_bytes)
    })
    .json("io_write_bytes")
    .needs(Needs::IO.0),
    C::new(
        "io-read-rate",
        "READ/s",
        Kind::Bytes,
        "bytes read from storage a second, since the last look of --watch",
        |r| rates::io(r, |io| io.read_bytes),
    )
    .json("io_read_bytes_per_second")
    .needs(Needs::IO.0 | Needs::EARLIER.0),
    C::new(
        "io-write-rate",
        "WRITE/s",
        Kind::Bytes,
        "bytes written to storage a second, since the last look of --watch",
        |r| rates::io(r, |io| io.write_bytes),
    )
    .json("io_write_bytes_per_second")
    .needs(Needs::IO.0 | Needs::EARLIER.0),
    C::new(
        "net-in",
        "NET-IN",
        Kind::Bytes,
        "bytes received by the TCP connections open now (a total, with --watch too)",
        |r| network(r, |network| fact(network.bytes_in.as_ref(), |bytes| Value::Bytes(*bytes))),
    )
    .json("net_in_bytes")
    .needs(CONNECTIONS),
    C::new(
        "net-out",
        "NET-OUT",
        Kind::Bytes,
        "bytes sent by the TCP connections open now, repetitions left out (a total)",
        |r| network(r, |network| fact(network.bytes_out.as_ref(), |bytes| Value::Bytes(*bytes))),
    )
    .json("net_out_bytes")
    .needs(CONNECTIONS),
    C::new("connections", "CONNS", Kind::Number, "TCP connections open now", |r| {
        network(r, |network| fact(network.connections.as_ref(), |count| (*count).into()))
    })
    .needs(CONNECTIONS),
    C::new("listens", "LISTENS", Kind::List, "ports it listens on, as tcp/80", |r| {
        network(r, |network| {
            fact(network.listens.as_ref(), |ports| {
                Value::List(ports.iter().map(|port| Value::text(port.to_string())).collect())
            })
        })
    })
    .needs(Needs::SOCKETS.0 | Needs::LISTENERS.0),
    C::new("swap", "SWAP", Kind::Bytes, "memory swapped out", |r| {
        status(r, |s| s.swap_bytes.map(Value::Bytes))
    })
    .json("swap_bytes")
    .needs(Needs::STATUS.0),
    C::new("peak", "PEAK", Kind::Bytes, "most memory it ever had in RAM", |r| {
        status(r, |s| s.peak_rss_bytes.map(Value::Bytes))
    })
    .json("peak_rss_bytes")
    .needs(Needs::STATUS.0),
    C::new(
        "pss",
        "PSS",
        Kind::Bytes,
        "memory in RAM, shared pages divided among their users",
        |r| extra(r, |extra| fact(extra.pss_bytes.as_ref(), |bytes| Value::Bytes(*bytes))),
    )
    .json("pss_bytes")
    .needs(Needs::PSS.0),
    C::new(
        "switches",
        "CTXSW",
        Kind::Number,
        "context switches of its first thread, voluntary and forced",
        |r| status(r, |s| rates::switches_of(s).map(Value::Uint)),
    )
    .json("context_switches")
    .needs(Needs::STATUS.0),
    C::new(
        "switch-rate",
        "CTXSW/s",
        Kind::Number,
        "context switches of its first thread a second, since the last look of --watch",
        rates::switches,
    )
    .json("context_switches_per_second")
    .needs(Needs::STATUS.0 | Needs::EARLIER.0),
    C::new(
        "fault-rate",
        "FAULT/s",
        Kind::Number,
        "page faults a second, since the last look of --watch",
        rates::faults,
    )
    .json("faults_per_second")
    .needs(Needs::EARLIER.0),
    C::new("caps", "CAPS", Kind::Text, "effective capabilities, in hexadecimal", |r| {
        status(r, |s| Some(Value::text(format!("{:x}", s.capabilities?.effective))))
    })
    .json("capabilities_effective")
    .needs(Needs::STATUS.0),
    C::new(
        "seccomp",
        "SECCOMP",
        Kind::Number,
        "system call filter: 0 none, 1 strict, 2 filter",
        |r| status(r, |s| s.seccomp.map(Value::from)),
    )
    .needs(Needs::STATUS.0),
    C::new("filters", "FILTERS", Kind::Number, "system call filters (seccomp)", |r| {
        status(r, |s| s.seccomp_filters.map(Value::from))
    })
    .json("seccomp_filters")
    .needs(Needs::STATUS.0),
    C::new("nnp", "NNP", Kind::Bool, "no new privileges may be gained", |r| {
        status(r, |s| s.no_new_privs.map(Value::from))
    })
    .json("no_new_privs")
    .needs(Needs::STATUS.0),
    C::new(
        "oom",
        "OOM",
        Kind::Number,
        "how likely the kernel kills it when memory is short, 0 to 2000",
        |r| extra(r, |extra| fact(extra.oom_score.as_ref(), |score| (*score).into())),
    )
    .json("oom_score")
    .needs(Needs::OOM_SCORE.0),
    C::new(
        "oom-adj",
        "OOMADJ",
        Kind::Number,
        "what is added to that score, -1000 (never killed) to 1000",
        |r| extra(r, |extra| fact(extra.oom_score_adj.as_ref(), |score| i64::from(*score).into())),
    )
    .json("oom_score_adj")
    .needs(Needs::OOM_ADJUSTMENT.0),
    C::new("fds", "FDS", Kind::Number, "open descriptors", |r| {
        extra(r, |extra| fact(extra.descriptors.as_ref(), |count| (*count).into()))
    })
    .json("descriptors")
    .needs(Needs::DESCRIPTORS.0),
    C::new("exe", "EXE", Kind::Text, "executable", |r| extra(r, |extra| path(&extra.exe)))
        .needs(Needs::EXE.0),
    C::new("cwd", "CWD", Kind::Text, "working directory", |r| extra(r, |extra| path(&extra.cwd)))
        .needs(Needs::CWD.0),
    C::new("root", "ROOT", Kind::Text, "root directory, / but after chroot", |r| {
        extra(r, |extra| path(&extra.root))
    })
    .needs(Needs::ROOT.0),
    C::new("comm", "NAME", Kind::Text, "name, as the process set it (15 bytes)", |r| {
        Value::raw(&*r.process.comm)
    }),
    C::new("args", "COMMAND", Kind::Text, "command line; [name] where there is none", |r| {
        Value::raw(r.command())
    })
    .shown()
    .flexible(16)
    .branches(),
];
