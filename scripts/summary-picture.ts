/**
 * Makes docs/summary.png: the summary of a real run against the emulator, as GitHub shows it. Needs Chromium on the PATH (or in
 * CHROME_PATH); on Debian: apt-get install chromium fonts-liberation fonts-noto-color-emoji
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DEMO_CREDENTIALS, startEmulator } from "../test/emulator/emulator.ts";
import { runAction } from "../test/support/run-action.ts";

const root = resolve(import.meta.dirname, "..");
const workspace = join(root, "docs", "picture");
const WIDTH = 1000;
const SCALE = 1.5;

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** A run with an outcome of each kind that people meet: deleted, absent, refused, and left out by the API without a word. */
async function summaryMarkdown(): Promise<string> {
  const refused = {
    kind: "api-error",
    code: "ResourceInUse",
    message: "The CSR is in use.",
  } as const;
  await using emulator = await startEmulator({
    csrs: range(30_001, 30_246),
    keptIds: [30_117],
    latencyMs: 90,
    faults: [{ action: "BatchDeleteCSR", csrIds: [30_042], fault: refused }],
  });
  const { secretId, secretKey } = DEMO_CREDENTIALS;
  const ids = [...range(30_001, 30_246), 29_998, 29_999];
  const { summary } = await runAction({
    inputs: { "csr-ids": ids.join(" "), "secret-id": secretId, "secret-key": secretKey, endpoint: emulator.url },
  });
  // The reader's endpoint is not the emulator's.
  return summary
    .replace(/^- \*\*Loopback endpoint\*\*.*\n/m, "")
    .replace(/127\.0\.0\.1(&#58;|:)\d+/g, "ssl.intl.tencentcloudapi.com");
}

interface Marked {
  parse(markdown: string, options: { gfm: true; async: false }): string;
}

async function html(markdown: string): Promise<string> {
  const { marked } = (await import(pathToFileURL(join(workspace, "node_modules/marked/lib/marked.esm.js")).href)) as {
    marked: Marked;
  };
  const style = readFileSync(join(workspace, "node_modules/github-markdown-css/github-markdown-light.css"), "utf8");
  return `<!doctype html><meta charset="utf-8"><title>Summary</title><style>${style}
body { margin: 0; background: #f6f8fa; }
main { margin: 16px; background: #fff; border: 1px solid #d1d9e0; border-radius: 6px; }
header { padding: 12px 16px; border-bottom: 1px solid #d1d9e0; font: 600 14px "Noto Sans", Helvetica, Arial, sans-serif; color: #59636e; }
.markdown-body { padding: 16px; font-family: "Noto Sans", Helvetica, Arial, sans-serif, "Noto Color Emoji"; }
</style><main><header>clean-up summary</header><article class="markdown-body">${marked.parse(markdown, { gfm: true, async: false })}</article></main>
<script>document.title = "height " + Math.ceil(document.querySelector("main").getBoundingClientRect().height + 32);</script>`;
}

function chromium(profile: string, ...args: readonly string[]): string {
  const program = process.env.CHROME_PATH ?? "chromium";
  // Without a sandbox, since Chromium refuses to start one as root in a container; the page is our own.
  const fixed = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--disable-lcd-text",
    `--user-data-dir=${profile}`,
  ];
  return execFileSync(program, [...fixed, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

if (!existsSync(join(workspace, "node_modules"))) {
  execFileSync("npm ci --no-audit --no-fund", { cwd: workspace, stdio: "inherit", shell: true });
}
const temporary = mkdtempSync(join(tmpdir(), "summary-picture-"));
try {
  const page = join(temporary, "summary.html");
  writeFileSync(page, await html(await summaryMarkdown()));
  const url = pathToFileURL(page).href;
  // A screenshot is as high as the window: the first pass finds out how high the page is.
  const dom = chromium(temporary, `--window-size=${WIDTH},800`, "--dump-dom", url);
  const height = /<title>height (\d+)<\/title>/.exec(dom)?.[1] ?? "800";
  const picture = join(root, "docs", "summary.png");
  chromium(
    temporary,
    `--window-size=${WIDTH},${height}`,
    `--force-device-scale-factor=${SCALE}`,
    `--screenshot=${picture}`,
    url,
  );
  console.log(`docs/summary.png: ${readFileSync(picture).length.toLocaleString("en-US")} bytes`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
