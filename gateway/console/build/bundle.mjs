// Bundles explorer.jsx with all it needs into ../assets, and writes down the licences of what is in there.
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const ASSETS = "../assets";
const fontless = {
  name: "fontless", // graphiql's sheet carries fonts inline; the page uses those of the machine
  setup: ({ onLoad }) => onLoad({ filter: /graphiql[\\/].*\.css$/ }, ({ path }) => ({
    contents: readFileSync(path, "utf8").replaceAll(/@font-face\s*\{[^}]*\}/g, ""), loader: "css",
  })),
};
const { metafile } = await build({
  entryPoints: { explorer: "explorer.jsx" }, outdir: ASSETS, bundle: true, minify: true, format: "esm", target: "es2022",
  jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' }, legalComments: "none", metafile: true, plugins: [fontless],
});

// Some packages name their licence and forget its text.
function withoutFile(license, holder) {
  if (license !== "MIT") throw new Error(`a package under ${license} has no licence text`);
  const mit = readFileSync("node_modules/graphiql/LICENSE", "utf8").trim();
  return mit.replace(/Copyright.*/, `Copyright (c) ${holder}`);
}

const inside = new Set();
for (const file of Object.keys(metafile.inputs)) {
  const found = /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file);
  if (found) inside.add(found[1]);
}
const licences = [...inside].sort().map((name) => {
  const folder = join("node_modules", name);
  const { version, license, author, contributors = [] } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.|-|$)/i.test(entry));
  const holder = author?.name ?? author ?? contributors.map(({ name }) => name).join(", ");
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : withoutFile(license, holder || `the authors of ${name}`);
  return `${"=".repeat(80)}\n${name} ${version} (${license})\n${"=".repeat(80)}\n${text.replaceAll("\r\n", "\n")}\n`;
});
writeFileSync(join(ASSETS, "LICENSES.txt"), `What explorer.js and explorer.css are made of, beside zeren's own code.\n\n${licences.join("\n")}`);
console.log(`${inside.size} packages`);
