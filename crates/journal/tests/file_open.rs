//! What is no journal file is refused with its reason, and never waited for.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

mod support;

use std::fs;
use std::os::unix::fs::FileExt;
use std::os::unix::net::UnixListener;
use std::path::Path;

use journal::{File, OpenError};
use support::{Folder, story};
use testkit::journal::Form;

/// The file with some of its bytes replaced.
fn changed(folder: &Folder, from: &Path, at: u64, bytes: &[u8]) -> Result<File, OpenError> {
    let path = folder.join("changed.journal");
    fs::copy(from, &path).unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().write_all_at(bytes, at).unwrap();
    File::open(&path)
}

#[test]
fn what_is_no_file_is_refused_at_once() {
    let folder = Folder::new("no-file");
    let pipe = folder.join("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0)
        .unwrap();
    let socket = folder.join("socket");
    let _listener = UnixListener::bind(&socket).unwrap();
    assert!(matches!(File::open(folder.path()), Err(OpenError::NotRegular("a directory"))));
    assert!(matches!(File::open(&pipe), Err(OpenError::NotRegular("a named pipe"))));
    assert!(matches!(File::open(Path::new("/dev/null")), Err(OpenError::NotRegular(_))));
    assert!(matches!(File::open(&socket), Err(OpenError::Io(_))));
    assert!(matches!(File::open(&folder.join("none")), Err(OpenError::Io(_))));
}

#[test]
fn what_is_no_journal_says_why() {
    let folder = Folder::new("no-journal");
    let path = folder.join("a.journal");
    for (bytes, is_short) in [
        (vec![], true),
        (vec![0; 207], true),
        (vec![0; 208], false),
        (b"text\n".repeat(100), false),
    ] {
        fs::write(&path, &bytes).unwrap();
        match File::open(&path) {
            Err(OpenError::Truncated(_)) => assert!(is_short, "{}", bytes.len()),
            Err(OpenError::Corrupt(_)) => assert!(!is_short, "{}", bytes.len()),
            other => panic!("{other:?}"),
        }
    }
    let path = folder.write("b.journal", Form::default(), &story(1).entries(5));
    let header = File::open(&path).unwrap().header();
    let flags = (header.incompatible_flags | 1 << 20).to_le_bytes();
    let error = changed(&folder, &path, 12, &flags).unwrap_err();
    assert!(matches!(error, OpenError::Unsupported(unknown) if unknown == 1 << 20));
    let said = "it uses features that are newer than this program (flags 0x100000; known are \
                xz-compressed, lz4-compressed, zstd-compressed, keyed-hash, compact)";
    assert_eq!(error.to_string(), said);
    assert!(matches!(changed(&folder, &path, 0, b"X"), Err(OpenError::Corrupt(_))));
    assert!(matches!(changed(&folder, &path, 16, &[3]), Err(OpenError::Corrupt(_))));
    assert!(matches!(
        changed(&folder, &path, 88, &200_u64.to_le_bytes()),
        Err(OpenError::Corrupt(_))
    ));
    // The arena longer than the file, the last object behind it, tables where no object can be.
    for (at, number) in [(96, u64::MAX), (96, 1 << 40), (136, 1 << 40), (104, 273), (176, 4)] {
        let number: u64 = number;
        let refused = changed(&folder, &path, at, &number.to_le_bytes());
        assert!(matches!(refused, Err(OpenError::Truncated(_))), "{at}");
    }
}

#[test]
fn headers_of_all_ages_are_read() {
    let folder = Folder::new("ages");
    let path = folder.write(
        "a.journal",
        Form { is_compact: false, ..Form::default() },
        &story(1).entries(50),
    );
    let counts = |file: &File| {
        let header = file.header();
        [
            header.n_data,
            header.n_fields,
            header.n_tags,
            header.data_hash_chain_depth,
            header.tail_entry_offset,
        ]
        .map(|count| count.is_some())
    };
    let ages: [(u64, [bool; 5]); 6] = [
        (208, [false; 5]),
        (224, [true, true, false, false, false]),
        (240, [true, true, true, false, false]),
        (256, [true, true, true, true, false]),
        (264, [true, true, true, true, false]),
        (272, [true; 5]),
    ];
    let end = std::fs::metadata(&path).unwrap().len();
    let sizes = |size: u64| [size.to_le_bytes(), (end - size).to_le_bytes()].concat();
    for (size, has) in ages {
        let file = changed(&folder, &path, 88, &sizes(size)).unwrap();
        assert_eq!(counts(&file), has, "{size}");
        let mut offsets = Vec::new();
        file.entries().fill(0, 100, &mut offsets).unwrap();
        assert_eq!(offsets.len(), 50);
        assert!(file.find_data(b"_HOSTNAME=web1").unwrap().is_some());
    }
    // Of the future: what is before its objects is the header, whatever is in it.
    assert!(changed(&folder, &path, 88, &sizes(4096)).is_ok());
}
