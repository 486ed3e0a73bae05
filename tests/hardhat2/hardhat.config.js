// SPDX-License-Identifier: MIT OR Apache-2.0
// The compiler is npm's soljson, which PAYROX_SOLJSON names: nothing is fetched.
const { subtask } = require("hardhat/config");
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require("hardhat/builtin-tasks/task-names");

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async ({ solcVersion }) => ({
  compilerPath: process.env.PAYROX_SOLJSON,
  isSolcJs: true,
  version: solcVersion,
  longVersion: `${solcVersion}+commit.73712a01`,
}));

module.exports = {
  paths: { sources: "./src" },
  solidity: {
    version: "0.8.30",
    settings: {
      viaIR: true,
      evmVersion: "cancun",
      optimizer: { enabled: true, runs: 200 },
      metadata: { bytecodeHash: "none" },
    },
  },
};
