// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

import { SystemConfig } from "payrox/src/interfaces/PayRoxTypes.sol";
import { Route } from "payrox/test/harness/Manifests.sol";
import { System } from "payrox/test/harness/System.sol";

import { DemoToken } from "../../src/demo/DemoToken.sol";
import { IAccessControl } from "../../src/interfaces/IAccessControl.sol";
import { ILedger } from "../../src/interfaces/ILedger.sol";
import { IPaymentsSystem } from "../../src/interfaces/IPaymentsSystem.sol";
import { Project } from "./Project.sol";

/// @notice The system that payrox.toml describes, live behind the released router; people, and a token they hold.
abstract contract PaymentsTest is System {
    address internal constant ETHER = address(0);
    bytes32 internal constant MANAGER = keccak256("payments.manager");
    bytes32 internal constant TREASURER = keccak256("payments.treasurer");
    bytes32 internal constant PUBLISHER = keccak256("payments.publisher");
    bytes32 internal constant MEMO = "invoice 7";

    address internal manager;
    address internal treasurer;
    address internal alice;
    address internal bob;
    address internal carol;

    IPaymentsSystem internal system;
    DemoToken internal token;

    function setUp() public virtual override {
        super.setUp();
        release(routesOf(false));
        system = IPaymentsSystem(address(router));
        token = new DemoToken();

        (manager,) = makeActor("manager");
        (treasurer,) = makeActor("treasurer");
        vm.startPrank(owner);
        system.grantRole(MANAGER, manager);
        system.grantRole(TREASURER, treasurer);
        system.setTokenAllowed(address(token), true);
        vm.stopPrank();

        alice = makeCustomer("alice");
        bob = makeCustomer("bob");
        carol = makeCustomer("carol");
    }

    function releaseFolder() internal pure override returns (string memory) {
        return "../../contracts/release";
    }

    function systemConfig() internal override returns (SystemConfig memory made) {
        made = super.systemConfig();
        made.name = "payments";
    }

    /// @notice Deploys the facets by the factory, as the tool does.
    function routesOf(bool upgraded) internal returns (Route[] memory) {
        Project.Facet[] memory facets = Project.facets(address(factory), upgraded);
        for (uint256 i; i < facets.length; ++i) {
            address facet = factory.deployDeterministic(bytes32(0), facets[i].initCode, "");
            vm.label(facet, facets[i].name);
            for (uint256 j; j < facets[i].routes.length; ++j) {
                Project.Route memory route = facets[i].routes[j];
                add(route.flags == Project.RECEIVE ? address(0) : facet, route.selector, route.flags);
            }
        }
        return take();
    }

    function upgrade() internal {
        release(routesOf(true));
    }

    function pause() internal {
        vm.prank(guardian);
        dispatcher.pause();
    }

    function unpause() internal {
        vm.prank(owner);
        dispatcher.unpause();
    }

    function makeCustomer(string memory name) internal returns (address account) {
        (account,) = makeActor(name);
        token.mint(account, 1_000_000 ether);
        vm.deal(account, 1_000_000 ether);
        vm.prank(account);
        token.approve(address(router), type(uint256).max);
    }

    function setFee(uint16 fee) internal {
        vm.prank(manager);
        system.setFee(fee);
    }

    function setRewardRate(uint16 rate) internal {
        vm.prank(manager);
        system.setRewardRate(rate);
    }

    function deposit(address account, uint256 amount) internal {
        vm.prank(account);
        system.deposit(address(token), amount);
    }

    function depositEther(address account, uint256 amount) internal {
        vm.prank(account);
        system.depositEther{ value: amount }();
    }

    /// @notice The next call must be refused because `account` lacks `role`.
    function expectMissingRole(address account, bytes32 role) internal {
        expectError(IAccessControl.MissingRole.selector, account, role);
    }

    /// @notice The next call must be refused because `account` has only `available` of `held`.
    function expectPoor(address account, address held, uint256 available, uint256 needed) internal {
        vm.expectRevert(
            abi.encodeWithSelector(ILedger.InsufficientBalance.selector, account, held, available, needed)
        );
    }

    function expectError(bytes4 selector, uint256 a, address b) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    function assertBalance(address account, address held, uint256 expected, string memory what)
        internal
        view
    {
        assertEq(system.balanceOf(account, held), expected, what);
    }

    /// @notice What the router holds is what it owes, to the last unit.
    function assertSquare(address held) internal view {
        uint256 holdings =
            held == ETHER ? address(router).balance : DemoToken(held).balanceOf(address(router));
        assertEq(system.liabilities(held), holdings, "liabilities are the holdings");
    }
}
