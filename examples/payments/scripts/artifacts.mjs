// SPDX-License-Identifier: MIT OR Apache-2.0
// Compiles the sources with the profile `release` and keeps in out/ what payrox reads.
//
//   node scripts/artifacts.mjs           rewrite out/; then `payrox build`, which writes out/layouts.json
//   node scripts/artifacts.mjs --check   compile again into a fresh directory and demand the same bytes
//
// Wants `forge` on the path (FORGE names another) and FOUNDRY_SOLC if forge shall not fetch the compiler.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");

function filesBelow(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
}

function compile() {
  mkdirSync(join(root, "build"), { recursive: true });
  const scratch = mkdtempSync(join(root, "build", "release-"));
  const run = spawnSync(process.env.FORGE ?? "forge", ["build", "--force", "--root", root], {
    env: {
      ...process.env,
      FOUNDRY_PROFILE: "release",
      FOUNDRY_OUT: join(scratch, "out"),
      FOUNDRY_CACHE_PATH: join(scratch, "cache"),
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (run.error || run.status !== 0) {
    console.error(`forge build failed: ${run.error?.message ?? `status ${run.status}`}`);
    process.exit(1);
  }
  return scratch;
}

// What is ours and of use: the facets, the ABI of them all, and the token for trying them.
const kept = /^src\/(facets\/|demo\/|interfaces\/IPaymentsSystem\.sol$)/;

function bytecode({ object, linkReferences, immutableReferences }) {
  return { object, linkReferences, ...(immutableReferences && { immutableReferences }) };
}

function artifact(forge) {
  const { abi, bytecode: creation, deployedBytecode: runtime, methodIdentifiers, storageLayout, id } = forge;
  const { rawMetadata, metadata } = forge;
  return {
    abi,
    bytecode: bytecode(creation),
    deployedBytecode: bytecode(runtime),
    methodIdentifiers,
    rawMetadata,
    metadata,
    storageLayout,
    id,
  };
}

// The compiler's input whole; of its output what the artifacts do not hold already would be syntax trees and source
// maps. Forge's base and include paths name the machine that compiled and are no part of the input; its id covers them.
function buildInfo(forge) {
  const { allowPaths, basePath, includePaths, ...input } = forge.input;
  const { source_id_to_path, language, _format, solcVersion, solcLongVersion } = forge;
  const id = createHash("sha256").update(JSON.stringify(input)).digest("hex").slice(0, 16);
  const sources = Object.fromEntries(Object.entries(forge.output.sources).map(([path, { id }]) => [path, { id }]));
  return {
    _format,
    id,
    language,
    solcVersion,
    solcLongVersion,
    source_id_to_path,
    input,
    output: { contracts: {}, sources },
  };
}

function artifacts(out) {
  const files = new Map();
  for (const file of filesBelow(out)) {
    const forge = JSON.parse(readFileSync(join(out, file), "utf8"));
    if (file.startsWith("build-info")) {
      const info = buildInfo(forge);
      files.set(`build-info/${info.id}.json`, info);
    } else if (Object.keys(forge.metadata?.settings?.compilationTarget ?? {}).some((path) => kept.test(path))) {
      files.set(file, artifact(forge));
    }
  }
  return files;
}

// Where the variables are, asked of the compiler by `payrox build`; crates/artifacts/tests/layouts.rs keeps it true.
const layouts = "layouts.json";

function compare(fresh) {
  const committed = join(root, "out");
  const names = new Set([...fresh.keys(), ...filesBelow(committed).filter((name) => name !== layouts)]);
  const differing = [...names].sort().filter((name) => {
    const expected = fresh.has(name) ? `${JSON.stringify(fresh.get(name))}\n` : undefined;
    let actual;
    try {
      actual = readFileSync(join(committed, name), "utf8");
    } catch {
      // Named as differing below.
    }
    return expected !== actual;
  });
  for (const name of differing) console.error(`out/${name} is not what the sources compile to`);
  if (differing.length > 0) {
    console.error("hint: node scripts/artifacts.mjs");
    process.exitCode = 1;
  } else {
    console.log(`${names.size} files of out/ are what the sources compile to`);
  }
}

function write(fresh) {
  const out = join(root, "out");
  for (const name of readdirSync(out).filter((name) => name !== layouts)) {
    rmSync(join(out, name), { recursive: true, force: true });
  }
  for (const [name, content] of fresh) {
    mkdirSync(join(out, dirname(name)), { recursive: true });
    writeFileSync(join(out, name), `${JSON.stringify(content)}\n`);
  }
  console.log(`${fresh.size} files written to ${basename(out)}/`);
}

const scratch = compile();
try {
  const fresh = artifacts(join(scratch, "out"));
  if (check) compare(fresh);
  else write(fresh);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
