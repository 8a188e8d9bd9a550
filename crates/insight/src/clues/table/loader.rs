//! The dynamic loader: ld.so(8), musl's.

use super::{Kind as K, Row, fatal};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    fatal("ld.so", K::LibraryMissing, "error while loading shared libraries", r"^(?:.* )?(?P<program>[^\s:]+): error while loading shared libraries: {library}: {message}",
        "/usr/sbin/nginx: error while loading shared libraries: libpcre2-8.so.0: cannot open shared object file: No such file or directory",
        &[("program", "/usr/sbin/nginx"), ("library", "libpcre2-8.so.0"), ("message", "cannot open shared object file: No such file or directory")]),
    fatal("ld.so", K::LibraryVersion, "not found (required by", r"(?:(?P<library>/?[^\s:]+): )?version [`'](?P<version>[^']+)' not found \(required by (?P<program>[^)]+)\)",
        "/usr/sbin/x: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /usr/sbin/x)",
        &[("library", "/lib/x86_64-linux-gnu/libc.so.6"), ("version", "GLIBC_2.38"), ("program", "/usr/sbin/x")]),
    fatal("ld.so", K::LibraryVersion, "symbol lookup error", r"(?:(?P<program>[^\s:]+): )?symbol lookup error: (?P<library>[^\s:]+): undefined symbol: (?P<version>[^\s,]+)",
        "/usr/sbin/x: symbol lookup error: /usr/lib/libfrob.so.1: undefined symbol: frob_init, version FROB_1", &[("library", "/usr/lib/libfrob.so.1"), ("program", "/usr/sbin/x"), ("version", "frob_init")]),
    fatal("ld.so", K::LibraryVersion, "relocation error", r"relocation error: (?P<program>[^\s:]+): symbol (?P<version>[^\s,]+)(?:,)? version \S+ not defined in file (?P<library>\S+)",
        "/usr/sbin/x: relocation error: /usr/sbin/x: symbol frob_init version FROB_1 not defined in file libfrob.so.1 with link time reference",
        &[("library", "libfrob.so.1"), ("version", "frob_init"), ("program", "/usr/sbin/x")]),
    fatal("musl", K::LibraryMissing, "Error loading shared library", r"Error loading shared library {library}: (?P<message>.+?) \(needed by (?P<program>[^)]+)\)",
        "Error loading shared library libfoo.so.1: No such file or directory (needed by /usr/sbin/x)",
        &[("library", "libfoo.so.1"), ("message", "No such file or directory"), ("program", "/usr/sbin/x")]),
    fatal("musl", K::LibraryVersion, "Error relocating", r"Error relocating (?P<program>[^\s:]+): (?P<version>\S+): symbol not found",
        "Error relocating /usr/sbin/x: frob_init: symbol not found", &[("program", "/usr/sbin/x"), ("version", "frob_init")]),
    fatal("python", K::LibraryMissing, "ImportError", r"ImportError: (?P<library>lib[^\s:]+): {message}",
        "ImportError: libfoo.so.1: cannot open shared object file: No such file or directory", &[("library", "libfoo.so.1"), ("message", "cannot open shared object file: No such file or directory")]),
];
