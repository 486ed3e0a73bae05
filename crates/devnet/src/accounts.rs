//! The ten development accounts every Ethereum tool knows. Their keys are public: never send value to them
//! on a real chain.

use alloy_primitives::{Address, B256, Bytes, address, b256, bytes};

/// The mnemonic the development accounts are derived from, at `m/44'/60'/0'/0/<index>`.
pub const DEV_MNEMONIC: &str = "test test test test test test test test test test test junk";

/// An account whose key the chain holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DevAccount {
    /// The address of the key.
    pub address: Address,
    /// The secp256k1 private key; public knowledge.
    pub key: B256,
}

const fn account(address: Address, key: B256) -> DevAccount {
    DevAccount { address, key }
}

/// The development accounts in derivation order. Written out because deriving them costs milliseconds.
pub const DEV_ACCOUNTS: [DevAccount; 10] = [
    account(
        address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
        b256!("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80"),
    ),
    account(
        address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"),
        b256!("59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d"),
    ),
    account(
        address!("3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
        b256!("5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a"),
    ),
    account(
        address!("90F79bf6EB2c4f870365E785982E1f101E93b906"),
        b256!("7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6"),
    ),
    account(
        address!("15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
        b256!("47e179ec197488593b187f80a00eb0da91f1b9d0b13f8733639f19c30a34926a"),
    ),
    account(
        address!("9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
        b256!("8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba"),
    ),
    account(
        address!("976EA74026E726554dB657fA54763abd0C3a0aa9"),
        b256!("92db14e403b83dfe3df233f83dfa3a0d7096f21ca9b0d6d6b8d88b2b4ec1564e"),
    ),
    account(
        address!("14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
        b256!("4bbbf85ce3377467afe5d46f804f221813b2bb87f24d81f60f1fcdbf7cbf4356"),
    ),
    account(
        address!("23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
        b256!("dbda1821b80551c9d65939329250298aa3472ba22feea921c0cf5d620ea67b97"),
    ),
    account(
        address!("a0Ee7A142d267C1f36714E4a8F75612F20a79720"),
        b256!("2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6"),
    ),
];

/// Where the canonical CREATE2 deployer lives on every chain
/// (<https://github.com/Arachnid/deterministic-deployment-proxy>).
pub const CREATE2_DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// The runtime code of the canonical CREATE2 deployer: salt, then init code; returns the address in 20 bytes.
pub const CREATE2_DEPLOYER_CODE: Bytes = bytes!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::{b256, keccak256};
    use alloy_signer_local::{MnemonicBuilder, PrivateKeySigner, coins_bip39::English};

    #[test]
    fn the_written_accounts_are_those_of_the_mnemonic() {
        for (index, account) in (0u32..).zip(DEV_ACCOUNTS) {
            let derived = MnemonicBuilder::<English>::default()
                .phrase(DEV_MNEMONIC)
                .index(index)
                .unwrap()
                .build()
                .unwrap();
            assert_eq!(derived.address(), account.address);
            assert_eq!(PrivateKeySigner::from_bytes(&account.key).unwrap().address(), account.address);
        }
    }

    #[test]
    fn the_create2_deployer_has_the_code_hash_known_from_mainnet() {
        let known = b256!("2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989");
        assert_eq!(keccak256(CREATE2_DEPLOYER_CODE), known);
    }
}
