//! What specifiers stand for, gathered from the machine or from a tree.

use std::env;

use unit::Facts;
use unit::files::Files as _;
use unit::specifier::{Account, Directories, OsRelease, assignments};

use crate::disk::Disk;

/// Whose units they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// The system's: nothing of our own environment matters.
    System,
    /// A user's, by the folders that our environment names.
    User(Account),
}

/// Gathers what is so. Of a tree that is not this machine's root only what lies in files is known:
/// neither boot, kernel nor architecture; and the host name is the one in /etc/hostname.
pub fn facts(disk: &Disk, whose: Whose) -> Facts {
    let mut facts = match whose {
        Whose::System => Facts::default(),
        Whose::User(account) => {
            let runtime = format!("/run/user/{}", account.uid);
            let folders = Directories::of_user(&account.home, |name| match env::var(name) {
                Ok(value) => Some(value),
                // Where logind puts it: without a login there is no variable, and units name it.
                Err(_) => (name == "XDG_RUNTIME_DIR").then(|| runtime.clone()),
            });
            Facts::of_user(account, folders)
        }
    };
    let text = |path: &str| {
        let content = disk.read(path).ok()?;
        String::from_utf8(content.bytes).ok()
    };
    facts.machine_id = text("/etc/machine-id").as_deref().and_then(id);
    let release = text("/etc/os-release").or_else(|| text("/usr/lib/os-release"));
    facts.os = release.map(|text| OsRelease::parse(&text));
    facts.pretty_host_name = text("/etc/machine-info").and_then(|text| {
        let pretty = assignments(&text).filter(|(key, _)| *key == "PRETTY_HOSTNAME").last();
        pretty.map(|(_, name)| name).filter(|name| !name.is_empty()).map(Box::from)
    });
    if disk.is_machine() {
        let system = rustix::system::uname();
        let known = |text: &std::ffi::CStr| text.to_str().ok().map(Box::from);
        facts.host_name = known(system.nodename());
        facts.kernel_release = known(system.release());
        facts.architecture = system.machine().to_str().ok().and_then(architecture).map(Box::from);
        let boot_id = text("/proc/sys/kernel/random/boot_id");
        facts.boot_id = boot_id.and_then(|text| id(&text.replace('-', "")));
    } else {
        facts.host_name = text("/etc/hostname").and_then(|text| {
            let lines = text.lines().map(str::trim);
            lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(Box::from).next()
        });
    }
    facts
}

/// 32 hexadecimal digits. machine-id(5): a file may also say that there is none yet.
fn id(text: &str) -> Option<Box<str>> {
    let id = text.trim_end();
    let is_id = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_id.then(|| id.to_ascii_lowercase().into())
}

/// The name in `ConditionArchitecture=` (systemd.unit(5)) for what uname(2) says.
fn architecture(machine: &str) -> Option<&'static str> {
    let is_little = cfg!(target_endian = "little");
    Some(match machine {
        "x86_64" => "x86-64",
        "i686" | "i586" | "i486" | "i386" => "x86",
        "aarch64" => "arm64",
        "aarch64_be" => "arm64-be",
        "ppc" => "ppc",
        "ppcle" => "ppc-le",
        "ppc64" => "ppc64",
        "ppc64le" => "ppc64-le",
        "s390" => "s390",
        "s390x" => "s390x",
        "ia64" => "ia64",
        "parisc" => "parisc",
        "parisc64" => "parisc64",
        "sparc" => "sparc",
        "sparc64" => "sparc64",
        "mips" if is_little => "mips-le",
        "mips" => "mips",
        "mips64" if is_little => "mips64-le",
        "mips64" => "mips64",
        "alpha" => "alpha",
        "sh5" => "sh",
        "sh64" => "sh64",
        "m68k" => "m68k",
        "tilegx" => "tilegx",
        "crisv32" => "cris",
        "arc" => "arc",
        "arceb" => "arc-be",
        "riscv32" => "riscv32",
        "riscv64" => "riscv64",
        "loongarch64" => "loongarch64",
        arm if arm.starts_with("armv") && arm.ends_with('b') => "arm-be",
        arm if arm.starts_with("armv") => "arm",
        sh if sh.starts_with("sh") => "sh",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{architecture, id};

    #[test]
    fn ids() {
        let digits = "0123456789abcdef0123456789ABCDEF";
        assert_eq!(id(&format!("{digits}\n")).as_deref(), Some(&*digits.to_lowercase()));
        assert_eq!(id("uninitialized\n"), None);
        assert_eq!(id(""), None);
    }

    #[test]
    fn architectures() {
        assert_eq!(architecture("x86_64"), Some("x86-64"));
        assert_eq!(architecture("armv7l"), Some("arm"));
        assert_eq!(architecture("armv8b"), Some("arm-be"));
        assert_eq!(architecture("toaster"), None);
    }
}
