// SPDX-License-Identifier: MIT OR Apache-2.0
// A client's view of the live example: deploys a token, pays through the router in ten ways, keeps a ledger of its own
// and demands that the system agrees with it to the last unit; reads logs, decodes a custom error, estimates.
//
//   node tests/interop/payments.mjs RPC_URL ROUTER
//
// The chain must serve the accounts of the well-known development mnemonic; account 1 owns the system.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  BaseError,
  ContractFunctionRevertedError,
  createPublicClient,
  createWalletClient,
  defineChain,
  getAddress,
  http,
  pad,
  parseEther,
  parseEventLogs,
  toHex,
  zeroAddress,
} from "viem";
import { mnemonicToAccount } from "viem/accounts";

const [url, routerArgument] = process.argv.slice(2);
if (!url || !routerArgument) {
  console.error("usage: node tests/interop/payments.mjs RPC_URL ROUTER");
  process.exit(2);
}
const router = getAddress(routerArgument);
const artifact = (file, name) =>
  JSON.parse(readFileSync(new URL(`../../examples/payments/out/${file}/${name}.json`, import.meta.url), "utf8"));
const system = artifact("IPaymentsSystem.sol", "IPaymentsSystem").abi;
const token = artifact("DemoToken.sol", "DemoToken");

const probe = createPublicClient({ transport: http(url) });
const id = await probe.getChainId();
const chain = defineChain({
  id,
  name: "local",
  nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
  rpcUrls: { default: { http: [url] } },
});
const reader = createPublicClient({ chain, transport: http(url), pollingInterval: 20 });
const phrase = "test test test test test test test test test test test junk";
const wallet = (addressIndex) =>
  createWalletClient({ chain, account: mnemonicToAccount(phrase, { addressIndex }), transport: http(url) });
const [owner, alice, bob, carol] = [1, 6, 7, 8].map(wallet);

let checks = 0;
const check = (name, actual, expected) => {
  assert.deepEqual(actual, expected, name);
  checks += 1;
};
const mined = async (hash) => {
  const receipt = await reader.waitForTransactionReceipt({ hash });
  assert.equal(receipt.status, "success", hash);
  return receipt;
};
// Simulated first: what would revert is never sent, and its error is decoded.
const send = async (who, functionName, args, value = 0n) => {
  const { request } = await reader.simulateContract({
    address: router, abi: system, functionName, args, value, account: who.account,
  });
  return mined(await who.writeContract(request));
};
const view = (functionName, args = []) => reader.readContract({ address: router, abi: system, functionName, args });

// --- the token, deployed by this client
const deployment = await mined(await owner.deployContract({ abi: token.abi, bytecode: token.bytecode.object }));
const demo = getAddress(deployment.contractAddress);
const erc20 = (who, functionName, args) =>
  who.writeContract({ address: demo, abi: token.abi, functionName, args }).then(mined);
const tokensOf = (address) =>
  reader.readContract({ address: demo, abi: token.abi, functionName: "balanceOf", args: [address] });
for (const who of [alice, bob]) {
  await erc20(owner, "mint", [who.account.address, 10_000n]);
  await erc20(who, "approve", [router, 10_000n]);
}
const FEE = 137n; // hundredths of a per cent: not a divisor of anything below
await send(owner, "setTokenAllowed", [demo, true]);
await send(owner, "setFee", [Number(FEE)]);

// --- a ledger of our own: what the system owes to whom, in units of token or wei
const owed = new Map();
const key = (account, asset) => `${account}/${asset}`;
const add = (account, asset, amount) => owed.set(key(account, asset), (owed.get(key(account, asset)) ?? 0n) + amount);
const feeOf = (amount) => (amount * FEE) / 10_000n;
const paid = (payee, asset, amount) => {
  add(payee, asset, amount - feeOf(amount));
  add(router, asset, feeOf(amount));
};
const before = new Map();
const [A, B, C] = [alice, bob, carol].map((w) => w.account.address);
for (const account of [A, B, C, router])
  for (const asset of [demo, zeroAddress]) before.set(key(account, asset), await view("balanceOf", [account, asset]));
const memo = (text) => pad(toHex(text), { size: 32, dir: "right" });
const soon = (await reader.getBlock()).timestamp + 3_600n;

// --- ten ways to move money
const receipt = await send(alice, "pay", [demo, B, 1_001n, memo("invoice 1")]); // 1
paid(B, demo, 1_001n);
await send(alice, "pay", [{ // 2
  token: zeroAddress, payee: C, amount: 777n, maxFee: 100n, expiry: soon, memo: memo("order"),
}], 777n);
paid(C, zeroAddress, 777n);
await send(bob, "payEther", [A, memo("ether")], 123_457n); // 3
paid(A, zeroAddress, 123_457n);
await send(bob, "deposit", [demo, 500n]); // 4
add(B, demo, 500n);
await send(carol, "depositEther", [], 9_999n); // 5
add(C, zeroAddress, 9_999n);
await send(bob, "payFromBalance", [demo, C, 333n, memo("from balance")]); // 6
add(B, demo, -333n);
paid(C, demo, 333n);
await send(bob, "transferBalance", [demo, A, 111n]); // 7
add(B, demo, -111n);
add(A, demo, 111n);
const bobHad = await tokensOf(B);
await send(bob, "withdraw", [demo, 50n]); // 8
add(B, demo, -50n);
check("withdrawn tokens arrive", await tokensOf(B), bobHad + 50n);
const fresh = getAddress("0x00000000000000000000000000000000000F4E5E");
const freshHad = await reader.getBalance({ address: fresh });
await send(carol, "withdraw", [zeroAddress, 1_000n, fresh]); // 9
add(C, zeroAddress, -1_000n);
check("withdrawn ether arrives", await reader.getBalance({ address: fresh }), freshHad + 1_000n);
await send(carol, "payout", [zeroAddress, [{ to: A, amount: 7n }, { to: B, amount: 11n }]]); // 10
add(C, zeroAddress, -18n);
add(A, zeroAddress, 7n);
add(B, zeroAddress, 11n);

for (const [where, had] of before) {
  const [account, asset] = where.split("/");
  check(`balance ${where}`, await view("balanceOf", [account, asset]), had + (owed.get(where) ?? 0n));
}
check("solvent in tokens", await view("isSolvent", [demo]), true);
check("solvent in ether", await view("isSolvent", [zeroAddress]), true);

// --- logs
const [event] = parseEventLogs({ abi: system, logs: receipt.logs, eventName: "PaymentMade" });
check("the event says who", [event.args.payer, event.args.payee], [A, B]);
check("the event says what", [event.args.token, event.args.amount, event.args.fee], [demo, 1_001n, feeOf(1_001n)]);
const found = await reader.getContractEvents({
  address: router, abi: system, eventName: "PaymentMade", args: { payer: A }, fromBlock: receipt.blockNumber,
});
check("the same event is found by its topic", found.length, 2);
check("payment on record", (await view("paymentOf", [event.args.id])).amount, 1_001n);

// --- a custom error, decoded
const failure = await send(alice, "withdraw", [demo, parseEther("1")]).then(() => null, (error) => error);
assert(failure instanceof BaseError, "an overdraft must revert");
const revert = failure.walk((e) => e instanceof ContractFunctionRevertedError);
check("the error has its name", revert.data.errorName, "InsufficientBalance");
check("the error has its arguments", revert.data.args, [A, demo, 111n, parseEther("1")]);

// --- an estimate
const estimate = await reader.estimateContractGas({
  address: router, abi: system, functionName: "payEther", args: [B, memo("x")], value: 1_000n, account: alice.account,
});
assert(estimate > 21_000n && estimate < 500_000n, `an estimate of ${estimate} gas`);
const exact = await mined(await alice.writeContract({
  address: router, abi: system, functionName: "payEther", args: [B, memo("x")], value: 1_000n, gas: estimate,
}));
check("the estimate suffices", exact.gasUsed <= estimate, true);

// --- plain ether, by the RECEIVE route
await mined(await carol.sendTransaction({ to: router, value: 5n }));
checks += 1;

console.log(`${checks} checks against chain ${id}, router ${router}: all hold`);
