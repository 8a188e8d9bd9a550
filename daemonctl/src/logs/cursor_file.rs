//! `--cursor-file`: where the next call goes on.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes the cursor. Whoever reads the file meanwhile finds the old one or the new one.
///
/// # Errors
/// It can't be written; the old one stays.
pub fn write(file: &Path, cursor: &str) -> io::Result<()> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".#{name}{:x}", std::process::id()));
    // Of a call that was killed, or laid there by somebody to have us write elsewhere.
    let _ = std::fs::remove_file(&beside);
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&beside)
        .and_then(|mut new| writeln!(new, "{cursor}"))
        .and_then(|()| std::fs::rename(&beside, file));
    if written.is_err() {
        // It may not even be there.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_one_takes_the_place_of_the_old_one_and_follows_no_link() {
        let folder = std::env::temp_dir().join(format!("cursor-file-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("cursor");
        let elsewhere = folder.join("elsewhere");
        std::fs::write(&elsewhere, "theirs").unwrap();
        let trap = folder.join(format!(".#cursor{:x}", std::process::id()));
        for cursor in ["s=1", "s=2"] {
            std::os::unix::fs::symlink(&elsewhere, &trap).unwrap();
            write(&file, cursor).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("{cursor}\n"));
        }
        assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), "theirs");
        // A folder is no file: what was begun is taken away.
        write(&folder, "s=3").unwrap_err();
        let left = std::fs::read_dir(&folder).unwrap().count();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(left, 2);
    }
}
