// SPDX-License-Identifier: MIT OR Apache-2.0
// Compiles the example. The compiler is npm's soljson, which PAYROX_SOLJSON names: nothing is fetched.
import { defineConfig } from "hardhat/config";

export default defineConfig({
  paths: { sources: "./src" },
  solidity: {
    version: "0.8.30",
    path: process.env.PAYROX_SOLJSON,
    settings: {
      viaIR: true,
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: "none" },
    },
  },
});
