// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface Token {
    function transfer(address to, uint256 amount) external returns (bool);
    function balanceOf(address account) external view returns (uint256);
    function note(bytes calldata data, uint256[] calldata list) external;
}

contract Facet {
    event Made(uint256 chain);

    constructor() {
        emit Made(block.chainid);
    }

    function pay(Token token, address to, uint256 amount) external {
        require(token.transfer(to, amount));
    }

    function note(Token token, bytes calldata data, uint256[] memory list) external {
        for (uint256 i = 0; i < list.length; i++) {
            list[i] += 1;
        }
        token.note(data, list);
    }

    function held(Token[] memory tokens) external view returns (uint256 sum) {
        for (uint256 i = 0; i < tokens.length; i++) {
            sum += tokens[i].balanceOf(address(this));
        }
    }

    function refund(address payable to) external {
        (bool done,) = to.call{ value: 1 }("");
        require(done);
    }
}
