//! Each trick of a hostile archive (B49).

use crate::forge::{Forge, header, listed};
use payrox_archive::{BackupError, Kind, limits, restore, verify};
use payrox_model::Fault as _;
use std::{fs, path::Path};
use tar::EntryType;

#[test]
fn the_forge_forges_what_payrox_writes_where_nothing_is_wrong() {
    let around = tempfile::tempdir().unwrap();
    let archive = Forge::new().with("a/b.json", b"{}").with("c.txt", &[7; 1_000]).write(around.path());
    assert_eq!(verify(&archive).unwrap().manifest.files.len(), 2);
    restore(&archive, &around.path().join("to")).unwrap();
}

#[test]
fn prx_b49_a_path_that_leads_out_of_the_folder_is_refused() {
    for path in ["../evil", "a/../../evil", "..", "a/..", "./a"] {
        let error = Forge::new().with(path, b"x").refused();
        assert!(matches!(&error, BackupError::Name { name, .. } if name == path), "{error}");
    }
}

#[test]
fn prx_b49_an_absolute_path_is_refused_on_every_platform() {
    for path in ["/tmp/payrox-evil", "C:/evil", "C:evil", "\\\\host\\share", "\\evil", "//host/share"] {
        assert!(matches!(Forge::new().with(path, b"x").refused(), BackupError::Name { .. }), "{path}");
        assert!(!Path::new("/tmp/payrox-evil").exists());
    }
}

#[test]
fn prx_b49_an_entry_that_is_named_otherwise_than_its_list_is_refused() {
    let mut forge = Forge::new().with("a", b"x");
    forge.entries[0].0 = header("../a", EntryType::Regular, 1);
    assert!(matches!(forge.refused(), BackupError::Name { .. }));
    forge.entries[0].0 = header("b", EntryType::Regular, 1);
    assert!(matches!(forge.refused(), BackupError::Changed { .. }));
}

#[test]
fn prx_b49_links_devices_pipes_folders_and_extensions_are_refused() {
    for (kind, what) in [
        (EntryType::Symlink, "a symbolic link"),
        (EntryType::Link, "a hard link"),
        (EntryType::Char, "a device"),
        (EntryType::Block, "a device"),
        (EntryType::Fifo, "a pipe"),
        (EntryType::Directory, "a folder"),
        (EntryType::GNUSparse, "a sparse file"),
        (EntryType::GNULongName, "an extension that changes what follows it"),
        (EntryType::XHeader, "an extension that changes what follows it"),
        (EntryType::XGlobalHeader, "an extension that changes what follows it"),
        (EntryType::Continuous, "of an unknown kind"),
        (EntryType::new(b'Z'), "of an unknown kind"),
    ] {
        // In the place of a listed file, and after all of them.
        for in_place in [true, false] {
            let mut forge = if in_place { Forge::new().with("a.json", b"") } else { Forge::new() };
            let mut bad = header("a.json", kind, 0);
            bad.as_old_mut().linkname[..11].copy_from_slice(b"/etc/passwd");
            bad.set_cksum();
            forge.entries = vec![(bad, Vec::new())];
            let error = forge.refused();
            assert!(error.to_string().contains(what), "{kind:?}: {error}");
            assert_eq!(error.code().0, "PRX-BAK-005");
        }
    }
}

#[test]
fn prx_b49_reserved_names_and_names_that_differ_by_case_are_refused() {
    for path in ["NUL", "out/con.json", "COM1", "aux.", "x."] {
        assert!(matches!(Forge::new().with(path, b"x").refused(), BackupError::Name { .. }), "{path}");
    }
    for (one, two) in [("A.json", "a.json"), ("Out/A", "out/B"), ("A", "a/x"), ("a", "a")] {
        let error = Forge::new().with(one, b"x").with(two, b"y").refused();
        assert!(matches!(&error, BackupError::Name { name, .. } if name == two), "{error}");
    }
}

#[test]
fn prx_b49_names_of_four_kilobytes_and_with_terminal_escapes_are_refused_and_shown_escaped() {
    let long = "a/".repeat(2_048) + "x";
    let error = Forge::new().with(&long, b"x").refused();
    assert!(matches!(&error, BackupError::Name { .. }) && error.to_string().len() < 400, "{error}");
    let error = Forge::new().with("a\u{1b}[2J\u{202e}", b"x").refused();
    assert!(error.to_string().contains("a\\u{1b}[2J\\u{202e}"), "{error}");
    let mut raw = header("x", EntryType::Regular, 0);
    raw.as_old_mut().name[..2].copy_from_slice(&[0xff, 0xfe]);
    raw.set_cksum();
    let mut forge = Forge::new().with("a", b"");
    forge.entries = vec![(raw, Vec::new())];
    assert!(matches!(forge.refused(), BackupError::Name { why: "it is not UTF-8", .. }));
}

#[test]
fn prx_b49_sizes_are_bounded_before_anything_is_read() {
    let huge = |size| {
        let mut forge = Forge::new().with("a", b"x");
        forge.manifest.files[0].size = size;
        forge.entries[0].0 = header("a", EntryType::Regular, size);
        forge.refused()
    };
    assert!(matches!(huge(limits::FILE + 1), BackupError::TooLarge { what: "the bytes of a file", .. }));
    assert!(matches!(huge(8_000_000_000), BackupError::TooLarge { .. }));
    let told = huge(1_000);
    assert!(matches!(told, BackupError::Read { .. } | BackupError::Changed { .. }), "{told}");
    // Announced small, and large in its header.
    let mut forge = Forge::new().with("a", b"x");
    forge.entries[0].0 = header("a", EntryType::Regular, 8_000_000_000);
    assert!(matches!(forge.refused(), BackupError::TooLarge { .. }));
    let mut forge = Forge::new();
    for i in 0..5 {
        forge = forge.with(&format!("f{i}"), b"x");
        forge.manifest.files[i].size = limits::FILE;
    }
    assert!(matches!(forge.refused(), BackupError::TooLarge { what: "the bytes of all files", .. }));
    let mut forge = Forge::new();
    forge.manifest.files = (0..=limits::FILES).map(|i| listed(&format!("f{i:06}"), b"")).collect();
    assert!(matches!(forge.refused(), BackupError::TooLarge { what: "its files", .. }));
    let mut forge = Forge::new();
    forge.manifest.system = "x".repeat(usize::try_from(limits::MANIFEST).unwrap());
    assert!(matches!(forge.refused(), BackupError::TooLarge { what: "the bytes of its list of files", .. }));
}

#[test]
fn prx_b49_a_file_of_a_terabyte_of_nothing_is_refused_by_its_size() {
    let around = tempfile::tempdir().unwrap();
    let path = around.path().join("bomb.tar");
    fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(matches!(verify(&path), Err(BackupError::TooLarge { .. })));
}

#[test]
fn prx_p04_a_file_that_was_changed_added_removed_or_moved_is_found() {
    let base = || Forge::new().with("a", b"one").with("b", b"two");
    let mut changed = base();
    changed.entries[1].1 = b"twO".to_vec();
    let mut added = base();
    added.entries.push((header("c", EntryType::Regular, 0), Vec::new()));
    let mut removed = base();
    removed.entries.pop();
    let mut moved = base();
    moved.entries.swap(0, 1);
    let mut doubled = base();
    let first = doubled.entries[0].clone();
    doubled.entries.insert(1, first);
    let mut timed = base();
    timed.entries[0].0.set_mtime(1);
    timed.entries[0].0.set_cksum();
    let mut executable = base();
    executable.entries[0].0.set_mode(0o4755);
    executable.entries[0].0.set_cksum();
    for forge in [changed, added, removed, moved, doubled, timed, executable] {
        let error = forge.refused();
        assert_eq!(error.code().0, "PRX-BAK-007", "{error}");
    }
}

#[test]
fn prx_p04_a_newer_version_and_hidden_private_files_are_refused() {
    let mut newer = Forge::new();
    newer.manifest.version = 2;
    assert!(matches!(newer.refused(), BackupError::Version { found: 2, .. }));
    let mut hidden = Forge::new().with("a", b"x");
    hidden.manifest.files[0].kind = Kind::Private;
    assert!(matches!(hidden.refused(), BackupError::Malformed { .. }));
}
