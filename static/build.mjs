/**
 * Builds the front end into static/build/ (ignored by git):
 *   app.css  Tabler + Tom Select + our styles     admin.css  colours of the Django admin
 *   theme.js blocking, a few bytes                app.js     htmx, Bootstrap pieces, our modules
 *   select.js, board.js, charts.js                loaded by app.js when a page needs them
 *   icons.svg                                     one sprite: static/icons.json + every icon named in templates
 * Use: npm run build [-- --watch]
 */
import * as esbuild from "esbuild";
import { readFileSync, readdirSync, mkdirSync, writeFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { PurgeCSS } from "purgecss";

const STATIC = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(STATIC);
const BUILD = join(STATIC, "build");
const WATCHING = process.argv.includes("--watch");
// Pages are served while this runs: a draft takes the place of the build file by file, once all is there.
const OUT = WATCHING ? BUILD : join(BUILD, `.draft-${process.pid}`);
const ICONS = join(ROOT, "node_modules/@tabler/icons/icons/outline");
const SKIP = new Set(["node_modules", ".venv", ".git", "var", "static", "tests", "docs", "locale"]);

function* sources(folder, kinds = /\.(html|py)$/) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || SKIP.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sources(path, kinds);
    else if (kinds.test(entry.name)) yield path;
  }
}

/** Icons that templates and Python name: `{% icon "phone" %}`, `icon="phone"`. */
function namedIcons() {
  const names = new Set();
  const patterns = [/\{%\s*icon\s+["']([a-z0-9-]+)["']/g, /\bicon["']?\s*[=:]\s*["']([a-z0-9-]+)["']/g];
  for (const path of sources(ROOT)) {
    const text = readFileSync(path, "utf8");
    for (const pattern of patterns) for (const match of text.matchAll(pattern)) names.add(match[1]);
  }
  return names;
}

function sprite() {
  const names = new Set([...JSON.parse(readFileSync(join(STATIC, "icons.json"), "utf8")), ...namedIcons()]);
  const symbols = [];
  for (const name of [...names].sort()) {
    const path = join(ICONS, `${name}.svg`);
    if (!existsSync(path)) {
      console.warn(`icons: no icon is called "${name}"`);
      continue;
    }
    const inner = readFileSync(path, "utf8")
      .replace(/<!--[\s\S]*?-->/g, "")
      .replace(/^[\s\S]*?<svg[^>]*>|<\/svg>\s*$/g, "")
      .replace(/\s*\n\s*/g, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner}</symbol>`);
  }
  writeFileSync(join(OUT, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

/** Manifest storage would look for the maps; none is shipped. */
function stripMaps() {
  for (const name of readdirSync(OUT)) {
    if (!/\.(js|css)$/.test(name)) continue;
    const path = join(OUT, name);
    const text = readFileSync(path, "utf8");
    const clean = text.replace(/\/\*# sourceMappingURL=.*?\*\/|\/\/# sourceMappingURL=.*$/gm, "");
    if (clean !== text) writeFileSync(path, clean);
  }
}

/** A name put together, as in `bg-{{ tone }}-lt` or f"bg-{tone}-lt", may end in any way. */
const putTogether = (text) => [...text.matchAll(/\b([a-z][\w-]*-)(?:\{[{%]|\$?\{)/g)].map(([, start]) => new RegExp(`^${start}`));

/** app.css: what our pages, scripts and Python name of the libraries, two rules of five; then our own styles, whole. */
async function joinStyles() {
  const read = (path) => readFileSync(path, "utf8");
  const ours = [...sources(ROOT), ...sources(join(STATIC, "js"), /\.js$/)].map(read);
  const bundles = readdirSync(OUT).filter((name) => name.endsWith(".js")).map((name) => read(join(OUT, name)));
  const libraries = join(OUT, "libraries.css");
  const [{ css }] = WATCHING ? [{ css: read(libraries) }] : await new PurgeCSS().purge({ // templates are not watched
    content: [...ours, ...bundles].map((raw) => ({ raw, extension: "html" })),
    css: [{ raw: read(libraries) }],
    safelist: ["plugin-remove_button", ...new Set(ours.flatMap(putTogether))], // Tom Select puts the first together
    dynamicAttributes: ["type", "aria-expanded", "aria-current", "aria-selected", "data-bs-theme"],
    keyframes: true,
  });
  writeFileSync(join(OUT, "app.css"), css + read(join(OUT, "app.css")));
  rmSync(libraries);
}

function report() {
  for (const name of readdirSync(OUT).sort()) {
    const path = join(OUT, name);
    const kib = (bytes) => (bytes / 1024).toFixed(1).padStart(7);
    console.log(`${name.padEnd(12)} ${kib(statSync(path).size)} KiB ${kib(brotliCompressSync(readFileSync(path)).length)} KiB brotli`);
  }
}

const after = {
  name: "after",
  setup(build) {
    build.onEnd(async (result) => {
      if (result.errors.length) return;
      sprite();
      stripMaps();
      await joinStyles();
      report();
    });
  },
};

const options = {
  entryPoints: {
    app: join(STATIC, "js/app.js"),
    theme: join(STATIC, "js/theme.js"),
    select: join(STATIC, "js/select.js"),
    board: join(STATIC, "js/board.js"),
    charts: join(STATIC, "js/charts/charts.js"),
    "libraries-css": join(STATIC, "css/libraries.css"),
    "app-css": join(STATIC, "css/app.css"),
    "admin-css": join(STATIC, "css/admin.css"),
  },
  absWorkingDir: ROOT,
  outdir: OUT,
  entryNames: "[name]",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2022", "chrome111", "firefox113", "safari16.4"],
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [after],
};
// CSS entries get names of their own: app.js and app.css would otherwise share one.
options.entryPoints = Object.entries(options.entryPoints).map(([name, path]) => ({
  in: path,
  out: name.replace(/-css$/, ""),
}));

function publish() {
  const made = new Set(readdirSync(OUT));
  for (const name of made) renameSync(join(OUT, name), join(BUILD, name));
  for (const name of readdirSync(BUILD)) {
    if (!made.has(name) && (OUT === join(BUILD, name) || !name.startsWith(".draft-"))) rmSync(join(BUILD, name), { recursive: true });
  }
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
if (WATCHING) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  try {
    await esbuild.build(options);
    publish();
  } finally {
    rmSync(OUT, { recursive: true, force: true });
  }
}
