// Writes static/BUILD.json: a digest of what the dashboard is built from and of what was built.
// The Python suite computes both digests again: sources and built files cannot drift apart unseen.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("..", import.meta.url));
const built = fileURLToPath(new URL("../../airflow_provider_dqheal/service/static", import.meta.url));
const SKIPPED = new Set(["node_modules", ".pnpm-store", "dist"]);

function files(root, folder = root) {
  return readdirSync(folder)
    .filter((name) => !SKIPPED.has(name))
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? files(root, path) : [relative(root, path).split(sep).join("/")];
    });
}

function digest(root, names) {
  const whole = createHash("sha256");
  for (const name of [...names].sort()) {
    const content = createHash("sha256").update(readFileSync(join(root, name))).digest("hex");
    whole.update(`${name}\0${content}\n`);
  }
  return whole.digest("hex");
}

const assets = files(built).filter((name) => name !== "BUILD.json");
const info = {
  sources_sha256: digest(source, files(source)),
  assets_sha256: digest(built, assets),
  node: process.versions.node.split(".")[0],
  files: assets.sort(),
};
writeFileSync(join(built, "BUILD.json"), `${JSON.stringify(info, null, 1)}\n`);
console.log(`${assets.length} files, sources ${info.sources_sha256.slice(0, 12)}, assets ${info.assets_sha256.slice(0, 12)}`);
