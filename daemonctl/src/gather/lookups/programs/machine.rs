//! Which machines' programs run where.

/// Machine and class of an ELF file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// `e_machine`.
    pub machine: u16,
    /// `ELFCLASS64`.
    pub is_64: bool,
    /// `ELFDATA2LSB`.
    pub is_little: bool,
}

/// `e_machine` (elf.h), class 64, little endian, and uname(2)'s word for it; `None` stands for either.
type Row = (u16, Option<bool>, Option<bool>, &'static str);
const NAMES: [Row; 17] = [
    (62, Some(true), None, "x86_64"),
    (62, Some(false), None, "x32"),
    (3, None, None, "i686"),
    (183, Some(true), Some(true), "aarch64"),
    (183, Some(true), Some(false), "aarch64_be"),
    (40, None, None, "arm"),
    (243, Some(true), None, "riscv64"),
    (243, Some(false), None, "riscv32"),
    (21, None, Some(true), "ppc64le"),
    (21, None, Some(false), "ppc64"),
    (20, None, None, "ppc"),
    (22, Some(true), None, "s390x"),
    (22, Some(false), None, "s390"),
    (258, Some(true), None, "loongarch64"),
    (8, Some(true), None, "mips64"),
    (8, Some(false), None, "mips"),
    (43, None, None, "sparc64"),
];
/// What the kernel of a machine runs besides its own. Whether it was built with that is not asked: no alarm
/// where it is not sure.
const BESIDES: [(&str, &[&str]); 8] = [
    ("x86_64", &["i686", "x32"]),
    ("aarch64", &["arm"]),
    ("ppc64", &["ppc"]),
    ("s390x", &["s390"]),
    ("mips64", &["mips"]),
    ("riscv64", &["riscv32"]),
    ("i386", &["i686"]),
    ("i586", &["i686"]),
];

/// The name of a file's machine; its number where it has none.
pub fn name(kind: &Kind) -> String {
    let fits = |row: &&Row| {
        row.0 == kind.machine
            && row.1.is_none_or(|is_64| is_64 == kind.is_64)
            && row.2.is_none_or(|is_little| is_little == kind.is_little)
    };
    match NAMES.iter().find(fits) {
        Some((_, _, _, name)) => (*name).to_owned(),
        None => kind.machine.to_string(),
    }
}

/// Whether a kernel of `machine` runs programs of `name`.
pub fn runs(machine: &str, name: &str) -> bool {
    // armv7l, armv6l, armv5tel …
    let own = if machine.starts_with("armv") { "arm" } else { machine };
    own == name
        || machine.is_empty()
        || BESIDES.iter().any(|(host, guests)| *host == machine && guests.contains(&name))
        || (machine == "armv8l" && name == "aarch64")
}

/// The machine that this runs on.
pub fn own() -> String {
    rustix::system::uname().machine().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_where() {
        let kind = |machine, is_64, is_little| name(&Kind { machine, is_64, is_little });
        assert_eq!(kind(62, true, true), "x86_64");
        assert_eq!(kind(183, true, true), "aarch64");
        assert_eq!(kind(21, true, true), "ppc64le");
        assert_eq!(kind(999, true, true), "999");
        assert!(runs("x86_64", "x86_64") && runs("x86_64", "i686") && runs("armv7l", "arm"));
        assert!(!runs("x86_64", "aarch64") && !runs("i686", "x86_64") && !runs("ppc64le", "ppc64"));
    }
}
