// SPDX-License-Identifier: MIT OR Apache-2.0
// No compiler: what is sent was compiled and planned beforehand. PAYROX_RPC_URL names the node.
import { defineConfig } from "hardhat/config";
import ignition from "@nomicfoundation/hardhat-ignition";

export default defineConfig({
  plugins: [ignition],
  networks: {
    anvil: { type: "http", chainType: "l1", url: process.env.PAYROX_RPC_URL ?? "http://127.0.0.1:8545" },
  },
  ignition: { requiredConfirmations: 1 },
});
