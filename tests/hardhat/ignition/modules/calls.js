// SPDX-License-Identifier: MIT OR Apache-2.0
// The calls of a plan, each after those that it needs, as Ignition would be told them. PAYROX_CALLS names the file.
import { readFileSync } from "node:fs";
import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";

const { names, after, to, data } = JSON.parse(readFileSync(process.env.PAYROX_CALLS, "utf8"));

export default buildModule("Calls", (m) => {
  const sent = new Map();
  names.forEach((name, i) => {
    const needed = after[i].map((before) => sent.get(before)).filter((future) => future !== undefined);
    sent.set(name, m.send(name.replace(/\W/g, "_"), to[i], 0n, data[i], { after: needed }));
  });
  return {};
});
