// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity 0.8.30;

/// The interface of EIP-2535, as far as it has types.
interface ICut {
    enum Action {
        Add,
        Replace,
        Remove
    }

    struct Cut {
        address facet;
        Action action;
        bytes4[] selectors;
    }

    event DiamondCut(Cut[] _diamondCut, address _init, bytes _calldata);
}

/// Routes with eight selectors in a slot, at the place and in the layout that diamonds of the second reference kind have, so that
/// whoever reads storage finds them.
library Routing {
    error NoSelectors();
    error AlreadyThere(bytes4 selector);
    error NotThere(bytes4 selector);
    error SameFacet(bytes4 selector);
    error FacetOfRemoval(address facet);
    error NoCode(address account);
    error NotOwner(address sender);

    struct Layout {
        /// Facet in the upper 20 bytes, position in the lower 2.
        mapping(bytes4 selector => bytes32 route) routes;
        /// Eight each, the first in the upper bytes.
        mapping(uint256 index => bytes32 eight) slots;
        uint16 count;
        mapping(bytes4 id => bool supported) interfaces;
        address owner;
    }

    function layout() internal pure returns (Layout storage l) {
        bytes32 at = keccak256("diamond.standard.diamond.storage");
        assembly {
            l.slot := at
        }
    }

    function onlyOwner() internal view {
        if (msg.sender != layout().owner) revert NotOwner(msg.sender);
    }

    function facetOf(bytes4 selector) internal view returns (address) {
        return address(bytes20(layout().routes[selector]));
    }

    function selectorAt(uint256 position) internal view returns (bytes4) {
        return bytes4(layout().slots[position / 8] << (32 * (position % 8)));
    }

    function cut(ICut.Cut[] memory cuts, address init, bytes memory data) internal {
        for (uint256 i; i < cuts.length; ++i) {
            bytes4[] memory selectors = cuts[i].selectors;
            if (selectors.length == 0) revert NoSelectors();
            if (cuts[i].action == ICut.Action.Remove) {
                if (cuts[i].facet != address(0)) revert FacetOfRemoval(cuts[i].facet);
            } else {
                requireCode(cuts[i].facet);
            }
            for (uint256 j; j < selectors.length; ++j) {
                if (cuts[i].action == ICut.Action.Add) add(selectors[j], cuts[i].facet);
                else if (cuts[i].action == ICut.Action.Replace) replace(selectors[j], cuts[i].facet);
                else remove(selectors[j]);
            }
        }
        emit ICut.DiamondCut(cuts, init, data);
        if (init == address(0)) return;
        requireCode(init);
        (bool ok, bytes memory reason) = init.delegatecall(data);
        if (!ok) {
            assembly {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    function requireCode(address account) private view {
        if (account.code.length == 0) revert NoCode(account);
    }

    function add(bytes4 selector, address facet) private {
        Layout storage l = layout();
        if (facetOf(selector) != address(0)) revert AlreadyThere(selector);
        uint16 position = l.count++;
        put(position, selector);
        l.routes[selector] = bytes32(bytes20(facet)) | bytes32(uint256(position));
    }

    function replace(bytes4 selector, address facet) private {
        address before = facetOf(selector);
        if (before == address(0)) revert NotThere(selector);
        if (before == facet) revert SameFacet(selector);
        Layout storage l = layout();
        l.routes[selector] = bytes32(bytes20(facet)) | bytes32(uint256(uint16(uint256(l.routes[selector]))));
    }

    /// The last selector takes the place of the one that goes.
    function remove(bytes4 selector) private {
        Layout storage l = layout();
        if (facetOf(selector) == address(0)) revert NotThere(selector);
        uint16 position = uint16(uint256(l.routes[selector]));
        uint16 last = --l.count;
        bytes4 moved = selectorAt(last);
        if (moved != selector) {
            put(position, moved);
            l.routes[moved] = bytes32(bytes20(facetOf(moved))) | bytes32(uint256(position));
        }
        put(last, 0);
        delete l.routes[selector];
    }

    function put(uint256 position, bytes4 selector) private {
        uint256 shift = 32 * (position % 8);
        bytes32 eight = layout().slots[position / 8] & ~(bytes32(bytes4(0xffffffff)) >> shift);
        layout().slots[position / 8] = eight | (bytes32(selector) >> shift);
    }
}
