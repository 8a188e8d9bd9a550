//! Words of a program that ends itself: assertions, aborts, sanitizers.

use super::{Kind as K, Row, failure, fatal};

#[rustfmt::skip]
pub(super) const ROWS: &[Row] = &[
    fatal("libc", K::Assertion, "Assertion", r"(?P<place>[\w./+-]+:\d+): (?:.*: )?Assertion [`'](?P<message>.*)' failed",
        "x: src/pool.c:120: pool_get: Assertion `pool != NULL' failed.", &[("place", "src/pool.c:120"), ("message", "pool != NULL")]),
    fatal("mariadb", K::Assertion, "Assertion failure in file", r"(?P<message>Assertion failure) in file (?P<place>\S+ line \d+)",
        "InnoDB: Assertion failure in file /build/storage/innobase/log/log0log.cc line 1200", &[("message", "Assertion failure"), ("place", "/build/storage/innobase/log/log0log.cc line 1200")]),
    fatal("any", K::Assertion, "assertion", r"(?P<message>\bassertion (?:.* )?failed\b.*)",
        "=== ASSERTION FAILED ===", &[("message", "ASSERTION FAILED ===")]),
    fatal("libc", K::Assertion, "detected ***", r"\*\*\* (?P<message>(?:stack smashing|buffer overflow) detected)",
        "*** stack smashing detected ***: terminated", &[("message", "stack smashing detected")]),
    fatal("libc", K::Assertion, "(", r"(?:^|: )(?P<message>(?:free\(\): (?:invalid|double|corrupt)|malloc\(\): |malloc_consolidate\(\): |realloc\(\): |munmap_chunk\(\): |double free or corruption|corrupted (?:size|double-linked)).*)",
        "free(): invalid pointer", &[("message", "free(): invalid pointer")]),
    fatal("c++", K::Traceback, "terminate called", r"(?P<message>terminate called after throwing an instance of '[^']*')",
        "terminate called after throwing an instance of 'std::runtime_error'", &[("message", "terminate called after throwing an instance of 'std::runtime_error'")]),
    fatal("c++", K::Traceback, "what():", r"^\s*what\(\):\s+{message}",
        "  what():  cannot parse settings", &[("message", "cannot parse settings")]),
    fatal("asan", K::Assertion, "AddressSanitizer", r"AddressSanitizer: {message}",
        "==812==ERROR: AddressSanitizer: heap-use-after-free on address 0x6020", &[("message", "heap-use-after-free on address 0x6020")]),
    failure("shell", K::Segfault, "Segmentation fault", r"(?:{pid} )?Segmentation fault(?:\s+\(core dumped\))?\s*(?P<program>/\S+)?",
        "/opt/x/run.sh: line 3:   812 Segmentation fault      (core dumped) /usr/bin/y", &[("pid", "812"), ("program", "/usr/bin/y")]),
    fatal("go", K::Panic, "fatal error: ", r"(?-i:^fatal error: ){message}",
        "fatal error: all goroutines are asleep - deadlock!", &[("message", "all goroutines are asleep - deadlock!")]),
    fatal("rust", K::Panic, "panicked at", r"panicked at '(?P<message>.*)', (?P<place>\S+:\d+:\d+)",
        "thread 'main' panicked at 'index out of bounds', src/main.rs:3:5", &[("message", "index out of bounds"), ("place", "src/main.rs:3:5")]),
    fatal("rust", K::Panic, "panicked at", r"panicked at (?P<place>\S+:\d+:\d+):",
        "thread 'main' panicked at src/main.rs:3:5:", &[("place", "src/main.rs:3:5")]),
    fatal("go", K::Panic, "panic: ", r"^panic: {message}",
        "panic: runtime error: index out of range [5] with length 3", &[("message", "runtime error: index out of range [5] with length 3")]),
];
