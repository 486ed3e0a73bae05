// SPDX-License-Identifier: MIT OR Apache-2.0
// Sourcify's own verification library behind the routes of its API v2 that payrox uses, with the pinned compiler:
//
//   node tests/interop/sourcify.mjs RPC_URL CHAIN_ID [CACHE]      prints `Listening on ADDRESS`
//
// What the routes take and answer is what https://docs.sourcify.dev/docs/api/ says; what they do not know is refused, so that a
// request that the real server would not take is not taken here. Verdicts are the library's. Nothing is kept but, in the folder CACHE, what the
// compiler answered to exactly the same input.
import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import lib from "@ethereum-sourcify/lib-sourcify";

const { SolidityCompilation, SourcifyChain, Verification, splitFullyQualifiedName, setLibSourcifyLoggerLevel } = lib;
setLibSourcifyLoggerLevel(-1);

const [rpc, chainId, cache] = process.argv.slice(2);
const solc = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "tools", "solc");
const VERSION = "0.8.30+commit.73712a01";

const chain = new SourcifyChain({
  name: "anvil",
  chainId: Number(chainId),
  rpcs: [{ rpc, traceSupport: "debug_traceTransaction" }],
  supported: true,
});

/** Compilations by what was asked: the library asks again for every contract of one input. */
const compiled = new Map();

const compiler = {
  compile(version, input) {
    if (version !== VERSION) return Promise.reject(new Error(`there is no compiler ${version} here`));
    const text = JSON.stringify(input);
    // The wrapper names the one compiler that it runs, by digest.
    const key = createHash("sha256").update(readFileSync(solc)).update(text).digest("hex");
    if (!compiled.has(key)) compiled.set(key, kept(key) ?? run(text).then((output) => keep(key, output)));
    // The library edits what it is given.
    return compiled.get(key).then((output) => JSON.parse(output));
  },
};

function kept(key) {
  try {
    return cache && Promise.resolve(readFileSync(join(cache, `${key}.json`), "utf8"));
  } catch {
    return undefined;
  }
}

function keep(key, output) {
  if (cache) {
    const file = join(cache, `${key}.json`);
    mkdirSync(cache, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, output);
    renameSync(`${file}.${process.pid}`, file);
  }
  return output;
}

function run(input) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [solc, "--standard-json"], { stdio: ["pipe", "pipe", "inherit"] });
    const parts = [];
    child.stdout.on("data", (part) => parts.push(part));
    child.on("error", reject);
    child.on("close", (status) => {
      const output = Buffer.concat(parts).toString();
      if (status !== 0) return reject(new Error(`solc ended with ${status}`));
      const errors = (JSON.parse(output).errors ?? []).filter((e) => e.severity === "error");
      if (errors.length > 0) return reject(Object.assign(new Error("Compiler error"), { errors }));
      resolve(output);
    });
    child.stdin.end(input);
  });
}

const jobs = new Map();
const verified = new Map();
const running = new Set();
let submissions = 0;

class Refused extends Error {
  constructor(status, customCode, message) {
    super(message);
    Object.assign(this, { status, body: { customCode, message, errorId: randomUUID() } });
  }
}

function demand(holds, what) {
  if (!holds) throw new Refused(400, "invalid_parameter", what);
}

function only(object, known, where) {
  for (const key of Object.keys(object)) demand(known.includes(key), `${where} must not have ${key}`);
}

/** What the library calls perfect is `exact_match` in the API, what it calls partial is `match`. */
const word = (status) => ({ perfect: "exact_match", partial: "match" })[status] ?? null;
const best = (a, b) => [a, b].find((w) => w === "exact_match") ?? a ?? b ?? null;

function minimal(address) {
  return { match: null, creationMatch: null, runtimeMatch: null, chainId, address };
}

async function verify(id, address, body) {
  const job = jobs.get(id);
  const finish = (rest) => {
    running.delete(address);
    Object.assign(job, { isJobCompleted: true, jobFinishTime: new Date().toISOString() }, rest);
  };
  try {
    const { contractName: name, contractPath: path } = splitFullyQualifiedName(body.contractIdentifier);
    const compilation = new SolidityCompilation(
      compiler, body.compilerVersion.replace(/^v/, ""), structuredClone(body.stdJsonInput), { name, path });
    const verification = new Verification(compilation, chain, address, body.creationTransactionHash);
    await verification.verify();
    const { runtimeMatch, creationMatch } = verification.status;
    const contract = {
      ...minimal(address),
      match: best(word(runtimeMatch), word(creationMatch)),
      creationMatch: word(creationMatch),
      runtimeMatch: word(runtimeMatch),
      verifiedAt: new Date().toISOString(),
      matchId: String(verified.size + 1),
    };
    if (verified.has(address)) {
      const message = "The contract is already verified and the job didn't yield a better match.";
      return finish({ error: { customCode: "already_verified", message, errorId: randomUUID() } });
    }
    const { transactionHash = null } = { transactionHash: verification.deploymentInfo.txHash };
    verified.set(address, {
      ...contract,
      sources: Object.fromEntries(
        Object.entries(body.stdJsonInput.sources).map(([file, { content }]) => [file, { content }])),
      runtimeBytecode: { onchainBytecode: verification.onchainRuntimeBytecode },
      compilation: {
        language: "Solidity",
        compiler: "solc",
        compilerVersion: compilation.compilerVersion,
        name,
        fullyQualifiedName: `${path}:${name}`,
      },
      deployment: { transactionHash },
      creationBytecode: {
        transformationValues: verification.transformations.creation.values,
      },
    });
    finish({ contract });
  } catch (error) {
    const customCode = error.code ?? "internal_error";
    finish({ error: { customCode, message: error.message, errorId: randomUUID() } });
  }
}

function submit(chain, address, body) {
  if (chain !== chainId) throw new Refused(404, "unsupported_chain", `The chain with chainId ${chain} is not supported`);
  demand(body !== null && typeof body === "object", "the body is no object");
  only(body, ["stdJsonInput", "compilerVersion", "contractIdentifier", "creationTransactionHash"], "the body");
  demand(typeof body.stdJsonInput === "object" && body.stdJsonInput !== null, "stdJsonInput is missing");
  only(body.stdJsonInput, ["language", "sources", "settings", "storage_layout_overrides"], "stdJsonInput");
  demand(body.stdJsonInput.language === "Solidity", "stdJsonInput.language");
  demand(/^v?\d+\.\d+\.\d+.*$/.test(body.compilerVersion ?? ""), "compilerVersion");
  demand(typeof body.contractIdentifier === "string" && body.contractIdentifier.includes(":"), "contractIdentifier");
  const hash = body.creationTransactionHash;
  demand(hash === undefined || /^0x[a-f0-9]{64}$/.test(hash), "creationTransactionHash");
  const there = verified.get(address);
  if (there?.runtimeMatch === "exact_match" && there.creationMatch === "exact_match") {
    throw new Refused(409, "already_verified", `Contract ${address} on chain ${chain} is already verified`);
  }
  if (running.has(address)) {
    throw new Refused(429, "duplicate_verification_request", `Contract ${address} is already being verified`);
  }
  const id = randomUUID();
  submissions += 1;
  running.add(address);
  jobs.set(id, {
    isJobCompleted: false,
    verificationId: id,
    jobStartTime: new Date().toISOString(),
    contract: minimal(address),
  });
  void verify(id, address, body);
  return [202, { verificationId: id }];
}

function pick(contract, fields) {
  const known = ["match", "creationMatch", "runtimeMatch", "chainId", "address", "verifiedAt", "matchId"];
  const out = Object.fromEntries(known.map((key) => [key, contract[key]]));
  for (const field of fields) {
    const [head, tail] = field.split(".");
    demand(head in contract, `there is no field ${field}`);
    if (tail === undefined) out[head] = contract[head];
    else (out[head] ??= {})[tail] = contract[head][tail];
  }
  return out;
}

function route(method, url, body) {
  const { pathname, searchParams } = new URL(url, "http://localhost");
  // Not a route of Sourcify: how often a compilation was asked for, for the test.
  if (method === "GET" && pathname === "/submissions") return [200, { submissions }];
  const [, chain, address] = /^\/v2\/(?:verify|contract)\/(\d{1,20})\/(0x[a-fA-F0-9]{40})$/.exec(pathname) ?? [];
  const id = /^\/v2\/verify\/([0-9a-f-]{36})$/.exec(pathname)?.[1];
  if (method === "POST" && address && pathname.startsWith("/v2/verify/")) {
    return submit(chain, address.toLowerCase(), body);
  }
  if (method === "GET" && id) {
    if (!jobs.has(id)) throw new Refused(404, "job_not_found", `The verification job with id ${id} was not found`);
    return [200, jobs.get(id)];
  }
  if (method === "GET" && address && pathname.startsWith("/v2/contract/")) {
    only(Object.fromEntries(searchParams), ["fields", "omit"], "the query");
    const contract = verified.get(address.toLowerCase());
    if (chain !== chainId || !contract) return [404, { ...minimal(address), chainId: chain }];
    return [200, pick(contract, (searchParams.get("fields") ?? "").split(",").filter(Boolean))];
  }
  throw new Refused(404, "route_not_found", `${method} ${pathname} is no route`);
}

const server = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    let answer;
    try {
      const text = Buffer.concat(parts).toString();
      if (request.method === "POST") demand(request.headers["content-type"] === "application/json", "content-type");
      answer = route(request.method, request.url, text === "" ? null : JSON.parse(text));
    } catch (error) {
      const body = { customCode: "internal_error", message: error.message, errorId: randomUUID() };
      answer = error instanceof Refused ? [error.status, error.body] : [500, body];
    }
    response.writeHead(answer[0], { "content-type": "application/json" }).end(JSON.stringify(answer[1]));
  });
});
server.listen(0, "127.0.0.1", () => console.log(`Listening on 127.0.0.1:${server.address().port}`));
