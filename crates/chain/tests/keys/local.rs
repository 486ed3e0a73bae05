//! Private keys and phrases.

use super::{ACCOUNT, KEY, OTHER, PHRASE, code, devnet, private, transaction};
use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};
use payrox_chain::{DerivationPath, KeyRules, Keyring, Secret};
use payrox_model::{ChainId, Fault};

#[test]
fn the_development_keys_are_those_of_the_mnemonic() {
    let keyring = Keyring::dev();
    for index in 0..10u32 {
        let derived =
            MnemonicBuilder::<English>::default().phrase(PHRASE).index(index).unwrap().build().unwrap();
        assert_eq!(keyring.origin(derived.address()), Some(format!("development account {index}").as_str()));
    }
    assert_eq!(keyring.addresses().count(), 10);
}

#[tokio::test]
async fn prx_b45_a_key_is_never_shown() {
    let mut keyring = Keyring::empty();
    let address = keyring.add_private_key(&format!("0x{KEY}\n"), "PRIVATE_KEY").unwrap();
    assert_eq!(address, ACCOUNT);
    assert_eq!(keyring.origin(address), Some("PRIVATE_KEY"));
    assert!(!format!("{keyring:?}").to_lowercase().contains(&KEY[..8]));
    for bad in [&KEY[1..], "0x", "nonsense", &"0".repeat(64), &"f".repeat(64)] {
        let secrets: &[&str] = if bad.len() < 8 { &[] } else { &[bad] };
        assert_eq!(code(Keyring::empty().add_private_key(bad, "--private-key"), secrets), "PRX-CHN-009");
    }
    let (_devnet, endpoint) = devnet();
    let unknown = Keyring::empty().sign(&transaction(), &endpoint).await;
    assert_eq!(unknown.unwrap_err().code().0, "PRX-CHN-008");
    assert_eq!(format!("{:?}", Secret::new(KEY.into())), "Secret(…)");
}

#[tokio::test]
async fn prx_b23_a_ring_signs_for_its_own_chain_only() {
    let (_devnet, endpoint) = devnet();
    for (ring, good) in [(Some(31_338), true), (None, true), (Some(1), false), (Some(31_337), false)] {
        let mut keyring = Keyring::bound(KeyRules { chain_id: ring.map(ChainId), production: None });
        keyring.add_private_key(KEY, "a test").unwrap();
        let signed = keyring.sign(&transaction(), &endpoint).await;
        match good {
            true => drop(signed.unwrap()),
            false => assert_eq!(code(signed, &[KEY]), "PRX-KEY-013"),
        }
    }
}

#[test]
fn a_phrase_gives_the_account_of_its_path() {
    let at = |path: DerivationPath| {
        Keyring::empty().add_mnemonic(&Secret::new(PHRASE.into()), None, &path, "a test").unwrap()
    };
    assert_eq!(at(DerivationPath::account(0)), ACCOUNT);
    assert_eq!(at("m/44'/60'/0'/0/1".parse().unwrap()), OTHER);
    assert_ne!(at(DerivationPath::device(1)), OTHER);
    let spaced = Secret::new(format!("  {}\n", PHRASE.replace(' ', "\n ")));
    let path = DerivationPath::account(0);
    assert_eq!(Keyring::empty().add_mnemonic(&spaced, None, &path, "a test").unwrap(), ACCOUNT);
    let with = Keyring::empty().add_mnemonic(&spaced, Some(&Secret::new("TREZOR".into())), &path, "a test");
    assert_ne!(with.unwrap(), ACCOUNT, "a passphrase makes another tree");
    for bad in [
        "",
        "m",
        "m/",
        "44'/60'",
        "m/x",
        "m/44'/-1",
        "m/2147483648",
        "m/0/",
        &format!("m{}", "/0".repeat(11)),
    ] {
        assert!(bad.parse::<DerivationPath>().is_err(), "{bad}");
    }
}

#[test]
fn prx_b45_a_wrong_phrase_is_refused_without_a_word_of_it() {
    for bad in [
        "",
        "test",
        "test test test test test test test test test test test test",
        "test test test test test test test test test test test junkyard",
        "zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo secretword",
    ] {
        let said = Keyring::empty().add_mnemonic(
            &Secret::new(bad.into()),
            None,
            &DerivationPath::account(0),
            "MNEMONIC",
        );
        assert_eq!(code(said, &["junkyard", "secretword", "zoo"]), "PRX-KEY-009");
    }
}

#[test]
fn a_key_comes_from_a_file_of_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    private(&path, format!("0x{KEY}\n").as_bytes());
    assert_eq!(Keyring::empty().add_private_key_file(&path, "a test").unwrap(), ACCOUNT);
    private(&path, b"0x1234");
    assert_eq!(code(Keyring::empty().add_private_key_file(&path, "a test"), &["1234"]), "PRX-CHN-009");
}

#[test]
fn of_several_keys_one_can_be_chosen() {
    let mut keyring = Keyring::dev();
    keyring.only(OTHER).unwrap();
    assert_eq!(keyring.addresses().collect::<Vec<_>>(), [OTHER]);
    let missing = keyring.only(ACCOUNT);
    assert_eq!(code(missing, &[]), "PRX-KEY-012");
    assert!(keyring.can_sign_again(OTHER) && !keyring.can_sign_again(ACCOUNT));
}
