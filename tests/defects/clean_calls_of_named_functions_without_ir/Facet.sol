// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

interface IToken {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
    function batch(address[] calldata to, uint256[] calldata amounts) external;
    function note(bytes calldata what, bytes calldata why) external;
}

contract Facet {
    mapping(address => bool) private allowed;

    function pull(IToken token, uint256 amount) external {
        require(token.transferFrom(msg.sender, address(this), amount));
    }

    function safely(address token, uint256 amount) external {
        bytes memory data = abi.encodeCall(IToken.transferFrom, (msg.sender, address(this), amount));
        require(allowed[token]);
        (bool done, bytes memory answer) = token.call(data);
        require(done && (answer.length == 0 || abi.decode(answer, (bool))));
    }

    function batch(IToken token, address[] calldata to, uint256[] calldata amounts) external {
        token.batch(to, amounts);
    }

    function note(IToken token, bytes calldata what, bytes calldata why) external {
        token.note(what, why);
    }
}
