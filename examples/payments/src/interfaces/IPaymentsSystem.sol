// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { IAccessControl } from "./IAccessControl.sol";
import { IAccounts } from "./IAccounts.sol";
import { IBatchPayouts } from "./IBatchPayouts.sol";
import { IChunkFactory } from "./IChunkFactory.sol";
import { IERC165 } from "./IERC165.sol";
import { IEscrow } from "./IEscrow.sol";
import { ILedger } from "./ILedger.sol";
import { IPayments } from "./IPayments.sol";
import { IRefunds } from "./IRefunds.sol";
import { IReporting } from "./IReporting.sol";
import { IRewards } from "./IRewards.sol";
import { IRouterOwner } from "./IRouterOwner.sol";
import { ISubscriptions } from "./ISubscriptions.sol";
import { ITreasury } from "./ITreasury.sol";
import { IVersion } from "./IVersion.sol";

/// @title IPaymentsSystem
/// @notice Everything that can be called at the router's address, in one ABI.
interface IPaymentsSystem is
    IAccessControl,
    IAccounts,
    IBatchPayouts,
    IChunkFactory,
    IERC165,
    IEscrow,
    ILedger,
    IPayments,
    IRefunds,
    IReporting,
    IRewards,
    IRouterOwner,
    ISubscriptions,
    ITreasury,
    IVersion
{ }
