// Rebuilds static/vendor/ from the packages pinned in package-lock.json. Same input, same bytes: the diff must be empty.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, "node_modules");
const vendor = join(here, "..", "..", "static", "vendor");

function library(name, files, ...licences) {
  const folder = join(vendor, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [target, content] of Object.entries(files)) writeFileSync(join(folder, target), content);
  writeFileSync(join(folder, "LICENSE"), licences.map(text).join("\n"));
  for (const file of readdirSync(folder).filter((file) => file.endsWith(".css"))) refuseStrays(folder, file);
  const sums = readdirSync(folder)
    .sort()
    .map((file) => `${createHash("sha256").update(readFileSync(join(folder, file))).digest("hex")}  ${file}`);
  writeFileSync(join(folder, "SHA256SUMS"), sums.join("\n") + "\n");
}

// A stylesheet that points to a file we do not ship would fail in collectstatic, or in a reader's browser.
function refuseStrays(folder, file) {
  for (const [, , address] of readFileSync(join(folder, file), "utf8").matchAll(/url\((["']?)(.*?)\1\)/g)) {
    if (!address.startsWith("data:") && !existsSync(join(folder, address))) throw new Error(`${file} points to ${address}, which is not shipped`);
  }
}

const text = (path) => readFileSync(join(packages, path), "utf8");
const withoutMap = (script) => script.replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
const minifyCss = (css) => transformSync(css, { loader: "css", minify: true, target: ["safari15", "chrome100", "firefox100"] }).code;

// The fonts come first: the stylesheet of every page names them.
const ranges = JSON.parse(text("@fontsource/titillium-web/unicode.json"));
const fonts = {};
let faces = "";
for (const weight of [400, 600, 700]) {
  for (const subsetName of ["latin-ext", "latin"]) {
    const file = `titillium-web-${subsetName}-${weight}-normal.woff2`;
    fonts[file] = readFileSync(join(packages, "@fontsource/titillium-web/files", file));
    faces += `@font-face{font-family:"Titillium Web";font-style:normal;font-weight:${weight};font-display:optional;src:url("../titillium-web/${file}") format("woff2");unicode-range:${ranges[subsetName]}}\n`;
  }
}
library("titillium-web", fonts, "@fontsource/titillium-web/LICENSE");

// Bootstrap Italia's own fonts are not shipped, and the few images it points to are pictures we do not use. Its focus rings
// go too: marked !important in the lower layer they would beat ours, which every page has (portal.css), and they wait for
// the attribute data-focus-mouse, which only its script would set.
const subset = compile(join(here, "subset.scss"), {
  loadPaths: [join(packages, "bootstrap-italia", "src", "scss")],
  quietDeps: true,
  silenceDeprecations: ["import", "global-builtin", "color-functions", "mixed-decls", "slash-div", "legacy-js-api"],
}).css
  .replace(/@charset[^;]*;/g, "")
  .replace(/@font-face\s*{[^}]*}/g, "")
  .replace(/[^{}]*data-focus-mouse[^{}]*{[^{}]*}/g, "");
library(
  "bootstrap-italia",
  { "bootstrap-italia-subset.min.css": minifyCss(`@layer bi,portal;${faces}@layer bi{${subset}}`) },
  "bootstrap-italia/LICENSE",
);

// Leaflet and its clusters are one file each of script and style: a page with a map asks for two files less.
// Our pins are elements, not pictures: the rules that point to Leaflet's images go with the images, as does Internet Explorer's.
const leafletCss = text("leaflet/dist/leaflet.css").replace(/[^{}]+{[^{}]*url\((images\/|#)[^{}]*}/g, "");
const clusterCss = text("leaflet.markercluster/dist/MarkerCluster.css");
library(
  "leaflet",
  {
    "leaflet-with-clusters.js": ["leaflet/dist/leaflet.js", "leaflet.markercluster/dist/leaflet.markercluster.js"].map((path) => withoutMap(text(path))).join("\n"),
    "leaflet-with-clusters.css": minifyCss(`@layer bi,portal;@layer bi{${leafletCss}${clusterCss}}`),
  },
  "leaflet/LICENSE",
  "leaflet.markercluster/MIT-LICENCE.txt",
);
