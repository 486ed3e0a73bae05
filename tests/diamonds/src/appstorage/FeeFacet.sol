// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { AppStorage } from "./AppStorage.sol";

/// Its constructor fills an immutable.
contract FeeFacet {
    AppStorage private s;
    uint256 private immutable most;

    constructor(uint256 most_) {
        most = most_;
    }

    function fee() external view returns (uint256) {
        return s.feeBasisPoints < most ? s.feeBasisPoints : most;
    }
}
