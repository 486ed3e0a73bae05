//! Files with secrets: which are opened, and which are not even looked into.

use super::{KEY, mode, private};
use payrox_chain::{KeyError, read_secret};
use payrox_model::Fault as _;
use std::{fs, os::unix::fs::symlink, path::Path, process::Command};

fn refused(path: &Path) -> &'static str {
    let error = read_secret(path).unwrap_err();
    let shown = format!("{error} {error:?} {:?}", error.hint());
    assert!(!shown.contains(KEY), "{shown}");
    error.code().0
}

#[test]
fn prx_b44_a_file_that_others_can_read_is_refused_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    private(&path, KEY.as_bytes());
    assert_eq!(read_secret(&path).unwrap().reveal(), KEY);
    mode(&path, 0o400);
    read_secret(&path).unwrap();
    for bits in [0o644, 0o640, 0o604, 0o660, 0o601, 0o777] {
        mode(&path, bits);
        let error = read_secret(&path).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { mode, .. } if mode == bits), "{error:?}");
        assert_eq!(error.hint(), Some(format!("chmod 600 {}", path.display())));
        assert_eq!(error.code().0, "PRX-KEY-003");
    }
}

#[test]
fn prx_b44_links_folders_pipes_and_huge_files_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    private(&at("key"), KEY.as_bytes());
    symlink(at("key"), at("link")).unwrap();
    assert_eq!(refused(&at("link")), "PRX-KEY-002");
    symlink(at("nowhere"), at("dangling")).unwrap();
    assert_eq!(refused(&at("dangling")), "PRX-KEY-002");
    fs::create_dir(at("folder")).unwrap();
    assert_eq!(refused(&at("folder")), "PRX-KEY-002");
    // Nobody writes into the pipe: opening it must not wait.
    assert!(Command::new("mkfifo").arg(at("pipe")).status().unwrap().success());
    mode(&at("pipe"), 0o600);
    assert_eq!(refused(&at("pipe")), "PRX-KEY-002");
    assert_eq!(refused(Path::new("/dev/zero")), "PRX-KEY-002");
    private(&at("huge"), &vec![b'a'; 64 * 1024 + 1]);
    assert_eq!(refused(&at("huge")), "PRX-KEY-002");
    private(&at("binary"), &[0xff, 0xfe]);
    assert_eq!(refused(&at("binary")), "PRX-KEY-002");
    assert_eq!(refused(&at("missing")), "PRX-KEY-001");
}

#[test]
fn a_line_break_at_the_end_is_not_part_of_a_password_and_a_space_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    for (text, password) in [("a b \n", "a b "), ("a\r\n", "a"), ("", ""), ("\n", "")] {
        private(&path, text.as_bytes());
        assert_eq!(read_secret(&path).unwrap().reveal(), password);
    }
}

/// In a process of its own: a limit that was lowered stays so.
#[test]
#[cfg(target_os = "linux")]
fn prx_b45_prx_b46_no_core_dump_holds_a_key() {
    if std::env::var_os("PAYROX_TEST_CORE").is_some() {
        payrox_chain::forbid_core_dumps();
        let limits = fs::read_to_string("/proc/self/limits").unwrap();
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        assert_eq!(line.split_whitespace().nth(4), Some("0"), "{line}");
        let behaviour = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behaviour, rustix::process::DumpableBehavior::NotDumpable);
        return;
    }
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["prx_b45_prx_b46_no_core_dump_holds_a_key", "--quiet"]).env("PAYROX_TEST_CORE", "1");
    let ran = child.output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!(String::from_utf8_lossy(&ran.stdout).contains("1 passed"), "{ran:?}");
}
