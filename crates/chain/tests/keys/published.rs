//! Keys that everybody has.

use super::{code, private, production};
use alloy_signer_local::{MnemonicBuilder, coins_bip39::English};
use payrox_chain::{DerivationPath, Keyring, Secret};

const PHRASES: [(&str, u32); 5] = [
    ("test test test test test test test test test test test junk", 20),
    ("myth like bonus scare over problem client lizard pioneer submit female collect", 10),
    ("candy maple cake sugar pudding cream honey rich smooth crumble sweet treat", 10),
    ("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about", 10),
    (
        "giant issue aisle success illegal bike spike question tent bar rely arctic volcano long crawl hungry vocal artwork sniff fantasy very lucky have athlete",
        10,
    ),
];

const KEYS: [&str; 9] = [
    "b71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291",
    "4d5db4107d237df6a3d58ee5f70ae63d73d7658d4026f2eefd2f204c81682cb7",
    "8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63",
    "c85ef7d79691fe79573b1a7064c19c1a9819ebdbd1faaab1a8ec92344438aaf4",
    "5fb92d6e98884f76de468fa3f6278f8807c48bebc13595d45af5bdc4da702133",
    "7726827caac94a7f9e1b160f7ea819f172f7b6f9d2a97f992c38edeab82d4110",
    "b6b15c8cb491557369f3c7d2c287b053eb229daa9c22138887752191c9520659",
    "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318",
    "348ce564d427a3311b6536bbcff9390d69395b06ed6c486954e971d960fe8709",
];

#[test]
fn prx_v09_keys_that_everybody_has_are_refused_in_production() {
    let mut refused = 0;
    for (phrase, count) in PHRASES {
        for index in 0..count {
            let path = DerivationPath::account(index);
            let said = production().add_mnemonic(&Secret::new(phrase.into()), None, &path, "a test");
            assert_eq!(code(said, &[phrase]), "PRX-KEY-011", "{phrase} {index}");
            refused += 1;
        }
    }
    let guessed = [
        format!("{:0>64}", 1),
        format!("{:0>64}", "deadbeefdeadbeef"),
        "01".repeat(32),
        "deadbeef".repeat(8),
        "0123456789abcdef".repeat(4),
    ];
    for key in KEYS.into_iter().chain(guessed.iter().map(String::as_str)) {
        assert_eq!(code(production().add_private_key(key, "a test"), &[key]), "PRX-KEY-011", "{key}");
        // Elsewhere they are as good as any.
        Keyring::empty().add_private_key(key, "a test").unwrap();
        refused += 1;
    }
    assert_eq!(refused, 74);
}

#[test]
fn prx_v09_they_are_refused_whoever_holds_them() {
    let (phrase, _) = PHRASES[0];
    let signer = MnemonicBuilder::<English>::default().phrase(phrase).index(7).unwrap().build().unwrap();
    let address = signer.address();
    assert_eq!(code(production().add_node_account(address, "the node"), &[]), "PRX-KEY-011");
    assert_eq!(code(production().add_absent(address, "elsewhere"), &[]), "PRX-KEY-011");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    private(&path, &alloy_primitives::hex::encode(signer.to_bytes()).into_bytes());
    assert_eq!(code(production().add_private_key_file(&path, "a file"), &[]), "PRX-KEY-011");
}

#[test]
fn prx_v09_a_key_of_ones_own_is_taken_in_production() {
    let key = "9d3f0c6a1b2e4f58a7c6d5e4f30192837465a1b2c3d4e5f60718293a4b5c6d7e";
    production().add_private_key(key, "a test").unwrap();
}
