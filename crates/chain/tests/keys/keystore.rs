//! Encrypted keystores: those that other tools write are opened, those that would hurt are not.

use super::{ACCOUNT, KEY, cast, code, mode, private};
use payrox_chain::{Keyring, Secret, account_file};
use payrox_model::Fault as _;
use serde_json::{Value, json};
use std::{cell::Cell, fs, path::Path};

const PASSWORD: &str = "correct horse battery staple";

/// The example of the format's definition, with its password `testpassword`.
const PBKDF2: &str = r#"{"crypto":{"cipher":"aes-128-ctr","cipherparams":{"iv":"6087dab2f9fdbbfaddc31a909735c1e6"},"ciphertext":"5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46","kdf":"pbkdf2","kdfparams":{"c":262144,"dklen":32,"prf":"hmac-sha256","salt":"ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd"},"mac":"517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2"},"id":"3198bc9c-6672-5ab3-d995-4942343ae5b6","version":3}"#;
const PBKDF2_KEY: &str = "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d";

fn open(path: &Path, password: &str) -> Result<alloy_primitives::Address, payrox_chain::ChainError> {
    Keyring::empty().add_keystore(path, || Ok(Secret::new(password.into())), "a test")
}

/// What opening says of a file, and that nobody was asked for the password of a file that cannot be opened.
fn refused(folder: &Path, file: &[u8]) -> &'static str {
    let path = folder.join("refused");
    private(&path, file);
    let asked = Cell::new(false);
    let said = Keyring::empty().add_keystore(
        &path,
        || {
            asked.set(true);
            Ok(Secret::new(PASSWORD.into()))
        },
        "a test",
    );
    assert!(!asked.get());
    code(said, &[PASSWORD])
}

#[test]
fn the_examples_of_the_definition_are_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pbkdf2");
    private(&path, PBKDF2.as_bytes());
    let expected = Keyring::empty().add_private_key(PBKDF2_KEY, "the definition").unwrap();
    assert_eq!(open(&path, "testpassword").unwrap(), expected);
    private(&path, PBKDF2.replace("\"crypto\"", "\"Crypto\"").as_bytes());
    assert_eq!(open(&path, "testpassword").unwrap(), expected, "as some wallets write it");
}

#[test]
fn prx_b44_a_keystore_of_cast_is_opened_by_its_password_and_by_no_other() {
    let Some(cast) = cast::tool() else { return };
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().display().to_string();
    cast.run(&[
        "wallet",
        "import",
        "main",
        "--keystore-dir",
        &place,
        "--private-key",
        KEY,
        "--unsafe-password",
        PASSWORD,
    ]);
    let path = folder.path().join("main");
    // As cast leaves it, others can read it.
    mode(&path, 0o644);
    assert_eq!(code(open(&path, PASSWORD), &[KEY, PASSWORD]), "PRX-KEY-003");
    mode(&path, 0o600);
    assert_eq!(open(&path, PASSWORD).unwrap(), ACCOUNT);

    // One message whatever is wrong: with the password, the checksum, or the salt.
    let right = fs::read_to_string(&path).unwrap();
    let mut messages = Vec::new();
    for wrong in ["", "correct horse battery stapl", "correct horse battery staple ", "x"] {
        let error = open(&path, wrong).unwrap_err();
        assert_eq!(error.code().0, "PRX-KEY-006");
        messages.push((error.to_string(), error.hint()));
    }
    for part in ["mac", "ciphertext", "salt"] {
        let mut file: Value = serde_json::from_str(&right).unwrap();
        let crypto = &mut file["crypto"];
        let field = if part == "salt" { &mut crypto["kdfparams"][part] } else { &mut crypto[part] };
        let text = field.as_str().unwrap();
        let first = if text.starts_with('0') { "1" } else { "0" };
        *field = json!(format!("{first}{}", &text[1..]));
        private(&path, file.to_string().as_bytes());
        let error = open(&path, PASSWORD).unwrap_err();
        messages.push((error.to_string(), error.hint()));
    }
    assert!(messages.windows(2).all(|pair| pair[0] == pair[1]), "{messages:?}");
}

#[test]
fn prx_b44_an_address_in_the_file_must_be_that_of_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("geth");
    let mut file: Value = serde_json::from_str(PBKDF2).unwrap();
    file["address"] = json!("008aeeda4d805471df9b2a5b0f38a0c3bcba786b");
    private(&path, file.to_string().as_bytes());
    open(&path, "testpassword").unwrap();
    // The checksum covers neither: with another vector another key comes out.
    file["crypto"]["cipherparams"]["iv"] = json!("6087dab2f9fdbbfaddc31a909735c1e7");
    private(&path, file.to_string().as_bytes());
    assert_eq!(code(open(&path, "testpassword"), &["testpassword"]), "PRX-KEY-004");
}

#[test]
fn prx_b44_a_keystore_that_would_take_all_memory_is_refused_before_any_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let scrypt = |n: u64, r: u64, p: u64| {
        let mut file: Value = serde_json::from_str(PBKDF2).unwrap();
        file["crypto"]["kdf"] = json!("scrypt");
        let salt = file["crypto"]["kdfparams"]["salt"].take();
        file["crypto"]["kdfparams"] = json!({ "n": n, "r": r, "p": p, "dklen": 32, "salt": salt });
        file.to_string()
    };
    for (n, r, p) in [
        (1 << 30, 8, 1),
        (1 << 63, 8, 1),
        (1 << 20, 8, 1),
        (1 << 18, 1 << 30, 1),
        (1 << 18, u64::MAX, 1),
        (1 << 18, 8, 1 << 20),
        (2, 1, u64::MAX),
        (1 << 18, 8, 9),
    ] {
        assert_eq!(refused(folder.path(), scrypt(n, r, p).as_bytes()), "PRX-KEY-005", "{n} {r} {p}");
    }
    for (n, r, p) in [(0, 8, 1), (1, 8, 1), (3, 8, 1), (262_143, 8, 1), (1 << 18, 0, 1), (1 << 18, 8, 0)] {
        assert_eq!(refused(folder.path(), scrypt(n, r, p).as_bytes()), "PRX-KEY-004", "{n} {r} {p}");
    }
    let rounds = |c: u64| PBKDF2.replace("262144", &c.to_string());
    assert_eq!(refused(folder.path(), rounds(10_000_001).as_bytes()), "PRX-KEY-005");
    assert_eq!(refused(folder.path(), rounds(u32::MAX.into()).as_bytes()), "PRX-KEY-005");
    assert_eq!(refused(folder.path(), rounds(1 << 40).as_bytes()), "PRX-KEY-004");
    assert_eq!(refused(folder.path(), rounds(0).as_bytes()), "PRX-KEY-004");
}

#[test]
fn prx_b44_prx_q4_what_is_no_keystore_is_refused_and_nothing_of_it_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let edits: [(&str, Value); 10] = [
        ("/version", json!(1)),
        ("/version", json!("3")),
        ("/crypto/cipher", json!("aes-128-cbc")),
        ("/crypto/cipherparams/iv", json!("6087")),
        ("/crypto/ciphertext", json!("")),
        ("/crypto/mac", json!("zz")),
        ("/crypto/kdf", json!("argon2")),
        ("/crypto/kdfparams/dklen", json!(16)),
        ("/crypto/kdfparams/prf", json!("hmac-md5")),
        ("/crypto/kdfparams/salt", json!("00".repeat(1025))),
    ];
    for (field, value) in edits {
        let mut file: Value = serde_json::from_str(PBKDF2).unwrap();
        *file.pointer_mut(field).unwrap() = value;
        assert_eq!(refused(folder.path(), file.to_string().as_bytes()), "PRX-KEY-004", "{field}");
    }
    // The password where the keystore should be.
    assert_eq!(refused(folder.path(), PASSWORD.as_bytes()), "PRX-KEY-004");
    for cut in 0..PBKDF2.len() {
        assert_eq!(refused(folder.path(), &PBKDF2.as_bytes()[..cut]), "PRX-KEY-004");
    }
    assert_eq!(refused(folder.path(), "[".repeat(60_000).as_bytes()), "PRX-KEY-004");
}

#[test]
fn a_keystore_is_chosen_by_name_and_never_outside_of_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    let names =
        |result: Result<std::path::PathBuf, payrox_chain::KeyError>| code(result.map_err(Into::into), &[]);
    assert_eq!(names(account_file(folder.path(), None)), "PRX-KEY-008");
    private(&folder.path().join("a"), b"{}");
    assert_eq!(account_file(folder.path(), None).unwrap(), folder.path().join("a"), "the only one");
    private(&folder.path().join("b"), b"{}");
    assert_eq!(account_file(folder.path(), Some("b")).unwrap(), folder.path().join("b"));
    assert_eq!(names(account_file(folder.path(), None)), "PRX-KEY-008");
    for bad in ["c", "../b", "/etc/passwd", "", ".", "b/"] {
        assert_eq!(names(account_file(folder.path(), Some(bad))), "PRX-KEY-008", "{bad}");
    }
    let file = folder.path().join("a");
    assert_eq!(account_file(&file, None).unwrap(), file);
}
