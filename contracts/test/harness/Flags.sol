// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

uint8 constant LOCK = 0x01;
uint8 constant VIEW_LOCK = 0x02;
uint8 constant PIN = 0x04;
uint8 constant PAUSE_EXEMPT = 0x08;
uint8 constant COLD = 0x10;
uint8 constant RECEIVE = 0x20;
uint8 constant FAST = 0x40;
uint8 constant BLOCKED = 0x80;

// Where the router keeps what it knows, by ERC-7201. A route's slot is ROUTES plus the selector as a number.
bytes32 constant ROUTES =
    keccak256(abi.encode(uint256(keccak256("payrox.router.routes")) - 1)) & ~bytes32(uint256(0xff));
bytes32 constant STATE =
    keccak256(abi.encode(uint256(keccak256("payrox.router.state")) - 1)) & ~bytes32(uint256(0xff));
bytes32 constant LOCK_SLOT =
    keccak256(abi.encode(uint256(keccak256("payrox.router.lock")) - 1)) & ~bytes32(uint256(0xff));
