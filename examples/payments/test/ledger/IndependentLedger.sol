// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// @notice What the payments system should do to everybody's money, written down from the specification with plain
/// arithmetic and sharing no line with the facets.
contract IndependentLedger {
    uint256 public fee;
    uint256 public rewardRate;

    mapping(address account => mapping(address token => uint256)) public balance;
    mapping(address account => mapping(address token => uint256)) public reward;
    /// @notice What the router should hold.
    mapping(address token => uint256) public held;
    mapping(address token => uint256) public fees;
    mapping(address token => uint256) public paid;
    uint256 public payments;

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    function setRewardRate(uint256 rate) external {
        rewardRate = rate;
    }

    function deposit(address account, address token, uint256 amount) external {
        held[token] += amount;
        balance[account][token] += amount;
    }

    function withdraw(address account, address token, uint256 amount) external {
        held[token] -= amount;
        balance[account][token] -= amount;
    }

    function move(address from, address to, address token, uint256 amount) public {
        balance[from][token] -= amount;
        balance[to][token] += amount;
    }

    function payFromOutside(address payer, address payee, address token, uint256 amount) external {
        held[token] += amount;
        _pay(payer, payee, token, amount);
    }

    function payFromBalance(address payer, address payee, address token, uint256 amount) public {
        balance[payer][token] -= amount;
        _pay(payer, payee, token, amount);
    }

    function lock(address, address token, uint256 amount) external {
        held[token] += amount;
    }

    function release(address payer, address payee, address token, uint256 amount) external {
        _pay(payer, payee, token, amount);
    }

    function giveBack(address payer, address token, uint256 amount) external {
        balance[payer][token] += amount;
    }

    function claim(address account, address token) external {
        balance[account][token] += reward[account][token];
        reward[account][token] = 0;
    }

    function takeFees(address token, uint256 amount) external {
        held[token] -= amount;
        fees[token] -= amount;
    }

    function feeOf(uint256 amount) public view returns (uint256) {
        return amount * fee / 10_000;
    }

    function _pay(address payer, address payee, address token, uint256 amount) private {
        uint256 due = feeOf(amount);
        uint256 back = due * rewardRate / 10_000;
        balance[payee][token] += amount - due;
        reward[payer][token] += back;
        fees[token] += due - back;
        paid[token] += amount;
        payments++;
    }
}
