//! Accounts whose keys everybody has: of the tools' default phrases, and of documentation.

use alloy_primitives::{Address, address};

/// Where money that arrives is gone within the same block.
const PUBLISHED: [Address; 69] = [
    // Foundry and Hardhat: test test test test test test test test test test test junk
    address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"),
    address!("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    address!("0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC"),
    address!("0x90F79bf6EB2c4f870365E785982E1f101E93b906"),
    address!("0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65"),
    address!("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc"),
    address!("0x976EA74026E726554dB657fA54763abd0C3a0aa9"),
    address!("0x14dC79964da2C08b23698B3D3cc7Ca32193d9955"),
    address!("0x23618e81E3f5cdF7f54C3d65f7FBc0aBf5B21E8f"),
    address!("0xa0Ee7A142d267C1f36714E4a8F75612F20a79720"),
    address!("0xBcd4042DE499D14e55001CcbB24a551F3b954096"),
    address!("0x71bE63f3384f5fb98995898A86B02Fb2426c5788"),
    address!("0xFABB0ac9d68B0B445fB7357272Ff202C5651694a"),
    address!("0x1CBd3b2770909D4e10f157cABC84C7264073C9Ec"),
    address!("0xdF3e18d64BC6A983f673Ab319CCaE4f1a57C7097"),
    address!("0xcd3B766CCDd6AE721141F452C550Ca635964ce71"),
    address!("0x2546BcD3c84621e976D8185a91A922aE77ECEc30"),
    address!("0xbDA5747bFD65F08deb54cb465eB87D40e51B197E"),
    address!("0xdD2FD4581271e230360230F9337D5c0430Bf44C0"),
    address!("0x8626f6940E2eb28930eFb4CeF49B2d1F2C9C1199"),
    // Ganache: myth like bonus scare over problem client lizard pioneer submit female collect
    address!("0x90F8bf6A479f320ead074411a4B0e7944Ea8c9C1"),
    address!("0xFFcf8FDEE72ac11b5c542428B35EEF5769C409f0"),
    address!("0x22d491Bde2303f2f43325b2108D26f1eAbA1e32b"),
    address!("0xE11BA2b4D45Eaed5996Cd0823791E0C93114882d"),
    address!("0xd03ea8624C8C5987235048901fB614fDcA89b117"),
    address!("0x95cED938F7991cd0dFcb48F0a06a40FA1aF46EBC"),
    address!("0x3E5e9111Ae8eB78Fe1CC3bb8915d5D461F3Ef9A9"),
    address!("0x28a8746e75304c0780E011BEd21C72cD78cd535E"),
    address!("0xACa94ef8bD5ffEE41947b4585a84BdA5a3d3DA6E"),
    address!("0x1dF62f291b2E969fB0849d99D9Ce41e2F137006e"),
    // Truffle: candy maple cake sugar pudding cream honey rich smooth crumble sweet treat
    address!("0x627306090abaB3A6e1400e9345bC60c78a8BEf57"),
    address!("0xf17f52151EbEF6C7334FAD080c5704D77216b732"),
    address!("0xC5fdf4076b8F3A5357c5E395ab970B5B54098Fef"),
    address!("0x821aEa9a577a9b44299B9c15c88cf3087F3b5544"),
    address!("0x0d1d4e623D10F9FBA5Db95830F7d3839406C6AF2"),
    address!("0x2932b7A2355D6fecc4b5c0B6BD44cC31df247a2e"),
    address!("0x2191eF87E392377ec08E7c08Eb105Ef5448eCED5"),
    address!("0x0F4F2Ac550A1b4e2280d04c21cEa7EBD822934b5"),
    address!("0x6330A553Fc93768F612722BB8c2eC78aC90B3bbc"),
    address!("0x5AEDA56215b167893e80B4fE645BA6d5Bab767DE"),
    // BIP-39: abandon eleven times, about
    address!("0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
    address!("0x6Fac4D18c912343BF86fa7049364Dd4E424Ab9C0"),
    address!("0xb6716976A3ebe8D39aCEB04372f22Ff8e6802D7A"),
    address!("0xF3f50213C1d2e255e4B2bAD430F8A38EEF8D718E"),
    address!("0x51cA8ff9f1C0a99f88E86B8112eA3237F55374cA"),
    address!("0xA40cFBFc8534FFC84E20a7d8bBC3729B26a35F6f"),
    address!("0xB191a13bfE648B61002F2e2135867015B71816a6"),
    address!("0x593814d3309e2dF31D112824F0bb5aa7Cb0D7d47"),
    address!("0xB14c391e2bf19E5a26941617ab546FA620A4f163"),
    address!("0x4C1C56443AbFe6dD33de31dAaF0a6E929DBc4971"),
    // Kurtosis: giant issue aisle success illegal bike spike question tent bar rely arctic volcano long crawl hungry vocal artwork sniff fantasy very lucky have athlete
    address!("0x8943545177806ED17B9F23F0a21ee5948eCaa776"),
    address!("0xE25583099BA105D9ec0A67f5Ae86D90e50036425"),
    address!("0x614561D2d143621E126e87831AEF287678B442b8"),
    address!("0xf93Ee4Cf8c6c40b329b0c0626F28333c132CF241"),
    address!("0x802dCbE1B1A97554B4F50DB5119E37E8e7336417"),
    address!("0xAe95d8DA9244C37CaC0a3e16BA966a8e852Bb6D6"),
    address!("0x2c57d1CFC6d5f8E4182a56b4cf75421472eBAEa4"),
    address!("0x741bFE4802cE1C4b5b00F9Df2F5f179A1C89171A"),
    address!("0xc3913d4D8bAb4914328651C2EAE817C8b78E1f4c"),
    address!("0x65D08a056c17Ae13370565B04cF77D2AfA1cB9FA"),
    // geth's tests, Parity's and Besu's development chains, the key that is keccak-256 of "cow"
    address!("0x71562b71999873DB5b286dF957af199Ec94617F7"),
    address!("0x00a329c0648769A73afAc7F9381E08FB43dBEA72"),
    address!("0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73"),
    address!("0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"),
    // Development chains of Moonbeam, zkSync and Arbitrum
    address!("0xf24FF3a9CF04c71Dbc94D0b566f7A27B94566cac"),
    address!("0x36615Cf349d7F6344891B1e7CA7C72883F5dc049"),
    address!("0x3f1Eae7D46d88F08fc2F8ed27FCb2AB183EB2d0E"),
    // Examples of web3.js's documentation
    address!("0x2c7536E3605D9C16a7a3D7b1898e529396a65c23"),
    address!("0xb8CE9ab6943e0eCED004cDe8e3bBed6568B2Fa01"),
];

/// Whether the key of this address is in everybody's hands.
pub fn is_published(address: Address) -> bool {
    PUBLISHED.contains(&address)
}
