// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

library Store {
    /// @custom:storage-location erc7201:defect.token
    struct Token {
        mapping(uint256 => address) owner;
        mapping(address => uint256) balance;
        mapping(uint256 => address) approved;
        mapping(address => mapping(address => bool)) operator;
    }

    bytes32 internal constant SLOT =
        keccak256(abi.encode(uint256(keccak256("defect.token")) - 1)) & ~bytes32(uint256(0xff));

    function token() internal pure returns (Token storage $) {
        bytes32 slot = SLOT;
        assembly {
            $.slot := slot
        }
    }
}

contract Facet {
    event Transfer(address indexed from, address indexed to, uint256 indexed id);
    event Approval(address indexed owner, address indexed approved, uint256 indexed id);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    function balanceOf(address owner) external view returns (uint256) {
        return Store.token().balance[owner];
    }

    function ownerOf(uint256 id) external view returns (address) {
        return Store.token().owner[id];
    }

    function getApproved(uint256 id) external view returns (address) {
        return Store.token().approved[id];
    }

    function isApprovedForAll(address owner, address operator) external view returns (bool) {
        return Store.token().operator[owner][operator];
    }

    function approve(address to, uint256 id) external {
        address owner = Store.token().owner[id];
        require(msg.sender == owner, "not the owner");
        Store.token().approved[id] = to;
        emit Approval(owner, to, id);
    }

    function setApprovalForAll(address operator, bool approved) external {
        Store.token().operator[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function transferFrom(address from, address to, uint256 id) external {
        Store.Token storage it = Store.token();
        require(it.owner[id] == from, "not its token");
        require(msg.sender == from || it.approved[id] == msg.sender || it.operator[from][msg.sender], "not approved");
        it.balance[from] -= 1;
        it.balance[to] += 1;
        it.owner[id] = to;
        emit Transfer(from, to, id);
    }
}
