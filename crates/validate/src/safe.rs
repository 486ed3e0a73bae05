//! The contracts of Safe: a proxy that runs a singleton's code.

use alloy_primitives::{B256, b256, keccak256};

/// Proxies of versions 1.3.0 and 1.4.1, by their code.
const PROXIES: [B256; 2] = [
    b256!("0xb89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000"),
    b256!("0xd7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c"),
];

/// What they run, with and without logs for chains of layer 2, of versions 1.3.0, 1.4.1 and 1.5.0, as `safe-deployments` lists it.
const SINGLETONS: [B256; 6] = [
    b256!("0xbba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e"),
    b256!("0x21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f"),
    b256!("0x1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4"),
    b256!("0xb1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff"),
    b256!("0xdda019cbd7c867a533a2a86e5c53434fdc50b13122b5a5ddb4a8df61b31c20f2"),
    b256!("0x180193227186ccb85316c94db1f0d156ed932b14712cfaac78901899178572dc"),
];

/// Whether this is the code of a Safe: the proxy's, and that of the account which its slot 0 names.
pub fn is_safe(proxy: &[u8], singleton: &[u8]) -> bool {
    PROXIES.contains(&keccak256(proxy)) && SINGLETONS.contains(&keccak256(singleton))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy_primitives::hex;

    #[test]
    fn prx_v09_a_safe_is_known_by_both_its_codes() {
        // SafeProxy of 1.4.1, as its package has it.
        let proxy = hex!(
            "608060405273ffffffffffffffffffffffffffffffffffffffff600054167fa619486e0000000000000000000000000000000000000000000000000000000060003514156050578060005260206000f35b3660008037600080366000845af43d6000803e60008114156070573d6000fd5b3d6000f3fea264697066735822122003d1488ee65e08fa41e58e888a9865554c535f2c77126a82cb4c0f917f31441364736f6c63430007060033"
        );
        assert!(PROXIES.contains(&keccak256(proxy)));
        // What it runs counts as much: another implementation answers what it likes.
        assert!(!is_safe(&proxy, &hex!("600260005260206000f3")));
    }
}
