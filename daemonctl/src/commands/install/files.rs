//! Writing files whole or not at all, and never over others.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// Writes a file that is not there yet, with that mode whatever the umask is. Folders on the way are
/// made; those that were are given back, the deepest first.
///
/// # Errors
/// Something of that name is there, or it could not be written: then nothing of it is left.
pub fn create(path: &Path, text: &[u8], mode: u32) -> io::Result<Vec<PathBuf>> {
    let folder = path.parent().unwrap_or(Path::new("/"));
    let made = make_folders(folder)?;
    let result = create_in(folder, path, text, mode);
    if result.is_err() {
        for folder in &made {
            // The error says what is wrong; an empty folder more is not it.
            let _ = std::fs::remove_dir(folder);
        }
    }
    result.map(|()| made)
}

fn make_folders(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let missing: Vec<PathBuf> =
        folder.ancestors().take_while(|part| !part.exists()).map(Path::to_owned).collect();
    std::fs::create_dir_all(folder)?;
    Ok(missing)
}

fn create_in(folder: &Path, path: &Path, text: &[u8], mode: u32) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_string_lossy();
    // Neither init nor cron reads names that begin with a dot.
    let draft = folder.join(format!(".{name}.{}.new", std::process::id()));
    let result = write_draft(&draft, text, mode).and_then(|()| {
        // Unlike a rename this never takes the place of another file.
        std::fs::hard_link(&draft, path)
    });
    let removed = std::fs::remove_file(&draft);
    result.and(removed)?;
    File::open(folder)?.sync_all()
}

fn write_draft(draft: &Path, text: &[u8], mode: u32) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    file.write_all(text)?;
    file.set_permissions(std::fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::create;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn nothing_is_overwritten_and_no_draft_stays() {
        let folder = std::env::temp_dir().join(format!("files-{}", std::process::id()));
        let path = folder.join("a/b");
        let made = create(&path, b"one", 0o755).unwrap();
        assert_eq!(made, [folder.join("a"), folder.clone()]);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o755);
        let error = create(&path, b"two", 0o644).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(folder.join("a")).unwrap().count(), 1);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
