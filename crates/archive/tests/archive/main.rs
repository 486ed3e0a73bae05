//! An archive comes back as it was, or not at all.
#![cfg(test)]

mod forge;
mod hostile;

use payrox_archive::{BackupError, Created, Selected, Wanted, create, restore, select, verify};
use payrox_files::write_atomic;
use payrox_model::Fault as _;
use std::{
    fs,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

pub(crate) const CREATED: u64 = 1_790_000_000;

fn project() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (path, text) in [
        ("payrox.toml", "version = 1"),
        ("upgrade.toml", "extends = \"payrox.toml\""),
        ("networks/mainnet.toml", "name"),
        ("artifacts/dispatcher.plan.json", "{}"),
        ("artifacts/else.json", "{}"),
        ("out/A.sol/A.json", "{\"abi\":[]}"),
        ("out/A.sol/readme.md", "no artifact"),
        ("deployments/1/Router.json", "{}"),
        ("deployment-log.txt", "Router: 0x"),
        ("journal/1/ab.jsonl", "{\"seq\":0}\n"),
        ("journal/1/plans/0xaa.json", "{}"),
        (".payrox/journal/1/ab.signed.jsonl", "{\"raw\":\"0x02\"}\n"),
        (".payrox/local/chain.bin", "state"),
        ("src/A.sol", "contract A {}"),
        (".env", "PRIVATE_KEY=0x"),
    ] {
        write_atomic(&dir.path().join(path), text.as_bytes()).unwrap();
    }
    dir
}

fn chosen(project: &Path, private: bool) -> Result<Vec<Selected>, BackupError> {
    let (files, artifacts) = ([PathBuf::from("payrox.toml")], PathBuf::from("out"));
    select(&Wanted { folder: project, files: &files, artifacts: &artifacts, private })
}

fn archive(project: &Path, private: bool, to: &Path) -> Created {
    create(&chosen(project, private).unwrap(), "payments", CREATED, to).unwrap()
}

#[test]
fn prx_p04_what_is_kept_is_what_the_next_command_needs_and_no_secret() {
    let dir = project();
    let paths =
        |private| chosen(dir.path(), private).unwrap().into_iter().map(|f| f.path).collect::<Vec<_>>();
    let public = paths(false);
    assert_eq!(
        public,
        [
            "artifacts/dispatcher.plan.json",
            "deployment-log.txt",
            "deployments/1/Router.json",
            "journal/1/ab.jsonl",
            "journal/1/plans/0xaa.json",
            "networks/mainnet.toml",
            "out/A.sol/A.json",
            "payrox.toml",
            "upgrade.toml",
        ]
    );
    let private = paths(true);
    assert_eq!(private[0], ".payrox/journal/1/ab.signed.jsonl");
    assert_eq!(private[1..], public);
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(chosen(empty.path(), true), Err(BackupError::Nothing { .. })));
}

#[test]
fn prx_p04_equal_content_gives_equal_bytes_but_for_the_stated_time() {
    let (one, two, out) = (project(), project(), tempfile::tempdir().unwrap());
    let at = |name: &str| out.path().join(name);
    let first = archive(one.path(), true, &at("a.tar"));
    let second = archive(two.path(), true, &at("b.tar"));
    assert_eq!(first.sha256, second.sha256);
    assert_eq!(fs::read(at("a.tar")).unwrap(), fs::read(at("b.tar")).unwrap());
    let files = chosen(one.path(), true).unwrap();
    let later = create(&files, "payments", CREATED + 1, &at("c.tar")).unwrap();
    assert_eq!(later.manifest.files, first.manifest.files);
    assert_ne!(later.sha256, first.sha256);
    write_atomic(&two.path().join("payrox.toml"), b"version = 2").unwrap();
    assert_ne!(archive(two.path(), true, &at("d.tar")).sha256, first.sha256);
}

#[test]
fn prx_p04_an_archive_comes_back_as_it_was_and_makes_the_same_archive_again() {
    let (project, out) = (project(), tempfile::tempdir().unwrap());
    let made = archive(project.path(), true, &out.path().join("a.tar"));
    let seen = verify(&out.path().join("a.tar")).unwrap();
    assert_eq!((&seen.manifest, &seen.sha256, seen.size), (&made.manifest, &made.sha256, made.size));
    assert!(seen.manifest.private);
    let back = out.path().join("back");
    assert_eq!(restore(&out.path().join("a.tar"), &back).unwrap(), seen);
    for file in &seen.manifest.files {
        let (there, here) = (project.path().join(&file.path), back.join(&file.path));
        assert_eq!(fs::read(there).unwrap(), fs::read(here).unwrap(), "{}", file.path);
    }
    assert!(!back.join(".payrox/local").exists() && !back.join(".env").exists());
    assert_eq!(archive(&back, true, &out.path().join("again.tar")).sha256, made.sha256);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &str| fs::metadata(back.join(path)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(".payrox/journal/1/ab.signed.jsonl"), 0o600);
        assert_eq!(mode("payrox.toml") & 0o600, 0o600);
    }
}

#[test]
fn prx_p04_nothing_is_overwritten_neither_a_folder_nor_an_archive() {
    let (project, out) = (project(), tempfile::tempdir().unwrap());
    let tar = out.path().join("a.tar");
    archive(project.path(), false, &tar);
    let before = fs::read(&tar).unwrap();
    let again = create(&chosen(project.path(), true).unwrap(), "payments", CREATED, &tar).unwrap_err();
    assert_eq!(again.code().0, "PRX-BAK-011");
    assert_eq!(fs::read(&tar).unwrap(), before);
    let full = out.path().join("full");
    write_atomic(&full.join("mine"), b"x").unwrap();
    assert!(matches!(restore(&tar, &full), Err(BackupError::NotEmpty { .. })));
    assert!(matches!(restore(&tar, &full.join("mine")), Err(BackupError::NotEmpty { .. })));
    let empty = out.path().join("empty");
    fs::create_dir(&empty).unwrap();
    restore(&tar, &empty).unwrap();
    assert!(empty.join("payrox.toml").is_file());
    #[cfg(unix)]
    {
        let (target, link) = (out.path().join("target"), out.path().join("link"));
        fs::create_dir(&target).unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(matches!(restore(&tar, &link), Err(BackupError::NotEmpty { .. })));
    }
    let left = fs::read_dir(out.path()).unwrap().flatten();
    let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with(".payrox"));
    assert_eq!(left.count(), 0, "no temporary file is left");
}

#[cfg(unix)]
#[test]
fn prx_b49_a_link_in_a_project_is_neither_followed_nor_left_out_in_silence() {
    let project = project();
    let refused = || chosen(project.path(), false).unwrap_err();
    let link = project.path().join("out/B.json");
    std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
    assert_eq!(refused().to_string(), "`out/B.json` cannot go into an archive: it is a symbolic link");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("/etc", project.path().join("out/etc")).unwrap();
    assert_eq!(refused().subject().as_deref(), Some("out/etc"));
}

#[test]
fn prx_b49_a_name_that_another_platform_would_take_for_another_is_not_kept_in_silence() {
    let project = project();
    write_atomic(&project.path().join("out/Aux.json"), b"{}").unwrap();
    assert_eq!(chosen(project.path(), false).unwrap_err().code().0, "PRX-BAK-009");
}

#[test]
fn prx_p04_every_flipped_byte_and_every_cut_of_an_archive_is_found() {
    let (project, out) = (project(), tempfile::tempdir().unwrap());
    let tar = out.path().join("a.tar");
    archive(project.path(), false, &tar);
    let good = fs::read(&tar).unwrap();
    let damaged = out.path().join("damaged.tar");
    let mut survived = Vec::new();
    for at in (0..good.len()).step_by(11) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x04;
        write_atomic(&damaged, &bytes).unwrap();
        if verify(&damaged).is_ok() {
            survived.push(at);
        }
    }
    // The padding after a file means nothing, and is not written back.
    assert!(survived.iter().all(|at| good[*at] == 0));
    for cut in (0..good.len()).step_by(512) {
        write_atomic(&damaged, &good[..cut]).unwrap();
        assert!(verify(&damaged).is_err(), "cut to {cut} bytes");
    }
    write_atomic(&damaged, &[good.as_slice(), &[0; 512]].concat()).unwrap();
    assert!(verify(&damaged).is_err(), "something follows");
}

proptest::proptest! {
    #[test]
    fn prx_b49_prx_q04_any_bytes_are_refused_and_none_panics(bytes in proptest::collection::vec(0u8.., 0..2_048)) {
        let around = tempfile::tempdir().unwrap();
        let path = around.path().join("any.tar");
        write_atomic(&path, &bytes).unwrap();
        proptest::prop_assert!(verify(&path).is_err());
    }
}
