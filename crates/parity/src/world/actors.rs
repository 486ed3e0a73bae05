//! Who calls, and whom the calls meet: people of the system, strangers, and contracts with a character.

use alloy_primitives::{Address, Bytes, address, hex};
use revm::bytecode::Bytecode;

/// Takes everything, and answers every call with one word: 1.
pub(crate) const SILENT: Address = address!("00000000000000000000000000000000face0001");
/// Refuses every call, with four bytes of data.
pub(crate) const REFUSER: Address = address!("00000000000000000000000000000000face0002");
/// Calls the router with what the note says, writes down what it heard, and answers 1.
pub(crate) const REENTERER: Address = address!("00000000000000000000000000000000face0003");
/// An ERC-20 token that everybody has enough of.
pub(crate) const TOKEN: Address = address!("00000000000000000000000000000000face0004");
/// What the contract that comes back says: the calldata, behind one byte, as code.
pub(crate) const NOTE: Address = address!("00000000000000000000000000000000face0005");
/// People without a role.
pub(crate) const STRANGERS: [Address; 2] = [
    address!("00000000000000000000000000000000face0006"),
    address!("00000000000000000000000000000000face0007"),
];

/// Runtime code of `fixtures/Actors.sol`, as the compiler made it.
const TOKEN_CODE: &str = include_str!("../../fixtures/EverybodysToken.hex");
const REENTERER_CODE: &str = include_str!("../../fixtures/Reenterer.hex");

/// Everybody who may call.
#[derive(Clone, Debug)]
pub(crate) struct Actors {
    named: Vec<(String, Address)>,
}

impl Actors {
    /// Those of a system, by what they are there.
    pub(crate) fn of(people: &[(String, Address)]) -> Self {
        let own = [
            ("stranger", STRANGERS[0]),
            ("another stranger", STRANGERS[1]),
            ("a contract that takes everything", SILENT),
            ("a contract that refuses", REFUSER),
            ("a contract that comes back", REENTERER),
            ("a token", TOKEN),
        ];
        let mut named = people.to_vec();
        named.extend(own.map(|(name, address)| (name.to_owned(), address)));
        Self { named }
    }

    /// Their names and addresses; those with a role first.
    pub(crate) fn named(&self) -> &[(String, Address)] {
        &self.named
    }

    pub(crate) fn callers(&self) -> impl Iterator<Item = Address> {
        self.named.iter().map(|(_, address)| *address)
    }

    pub(crate) fn contracts(&self) -> [(Address, Bytecode); 4] {
        let committed = |text: &str| hex::decode(text.trim()).unwrap_or_default();
        let code = |code: Vec<u8>| Bytecode::new_legacy(Bytes::from(code));
        [
            (SILENT, code(hex!("60015f5260205ff3").to_vec())),
            (REFUSER, code(hex!("63dec11ed160e01b5f5260045ffd").to_vec())),
            (REENTERER, code(committed(REENTERER_CODE))),
            (TOKEN, code(committed(TOKEN_CODE))),
        ]
    }
}

/// What stands at [`NOTE`] so that the contract that comes back calls this with that.
pub(crate) fn note(router: Address, data: &[u8]) -> Bytecode {
    Bytecode::new_legacy([&[0], router.as_slice(), data].concat().into())
}

/// Whether an account has code of ours, and no key.
pub(crate) fn is_contract(address: Address) -> bool {
    [SILENT, REFUSER, REENTERER, TOKEN].contains(&address)
}
