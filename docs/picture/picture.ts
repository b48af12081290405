/**
 * `node docs/picture/picture.ts` makes docs/plan-light.png and docs/plan-dark.png: the summary of a real dry run against the emulator, as
 * GitHub shows it. Needs openssl, and Chromium on the PATH or in CHROME_PATH; on Debian: apt-get install openssl chromium
 * fonts-noto-core fonts-noto-color-emoji
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { DEMO_CREDENTIALS, startEmulator } from "../../test/emulator/emulator.ts";
import { createTimeOf } from "../../test/emulator/tencentcloud/records.ts";
import type { CsrSeed } from "../../test/emulator/types.ts";
import { startProxy } from "../../test/scenarios/proxy.ts";
import { runAction } from "../../test/support/run-action.ts";

const workspace = import.meta.dirname;
const root = resolve(workspace, "../..");
const ENDPOINT = "ssl.intl.tencentcloudapi.com";
const WIDTH = 1030;
const SCALE = 1.4;
const DAY_MS = 86_400_000;

const THEMES = {
  light: { page: "#f6f8fa", box: "#ffffff", border: "#d1d9e0", title: "#59636e" },
  dark: { page: "#010409", box: "#0d1117", border: "#3d444d", title: "#9198a1" },
} as const;
type Theme = keyof typeof THEMES;

function csr(Id: number, Domain: string, ageDays: number, Remarks: string): CsrSeed {
  return { Id, Domain, Remarks, CreateTime: createTimeOf(Date.now() - ageDays * DAY_MS) };
}

/** A key and a certificate for the endpoint's name, which only the run below trusts. */
function certificate(): { readonly key: string; readonly cert: string; readonly certFile: string } {
  const [keyFile, certFile] = [join(temporary, "key.pem"), join(temporary, "cert.pem")];
  const name = ["-subj", `/CN=${ENDPOINT}`, "-addext", `subjectAltName=DNS:${ENDPOINT}`];
  const key = ["-newkey", "rsa:2048", "-noenc", "-keyout", keyFile];
  execFileSync("openssl", ["req", "-x509", "-days", "1", ...key, ...name, "-out", certFile], { stdio: "ignore" });
  return { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8"), certFile };
}

/** The plan of a selection, with a row for each decision that people meet. */
async function summaryMarkdown(): Promise<string> {
  const { certFile, ...tls } = certificate();
  await using emulator = await startEmulator({
    csrs: [
      csr(30_412, "api.example.com", 702, "renewed by CI"),
      csr(30_588, "api.example.com", 377.2, "renewed by CI"),
      csr(30_761, "api.example.com", 12.4, "renewed by CI"),
      csr(30_433, "shop.example.com", 655.1, "renewed by CI"),
      csr(30_602, "shop.example.com", 290.6, ""),
      csr(30_690, "shop.example.com", 142.3, ""),
      csr(30_547, "login.example.com", 455.7, "HSM"),
      csr(30_398, "old.example.net", 731.9, ""),
      csr(30_455, "mail.example.com", 610.5, ""),
      csr(30_733, "mail.example.com", 95.8, "by hand"),
      csr(30_467, "www.test.example", 598.2, ""),
    ],
    latencyMs: 90,
    tls,
  });
  // The run uses the default endpoint, and a proxy leads it to the emulator: the summary needs no retouching.
  await using proxy = await startProxy("open", emulator.port);
  const { secretId, secretKey } = DEMO_CREDENTIALS;
  const { summary } = await runAction({
    inputs: {
      domains: "*.example.*, !*.example.net",
      "older-than": "90d",
      "keep-newest": "1",
      protect: "login.example.com",
      "dry-run": "true",
      "secret-id": secretId,
      "secret-key": secretKey,
    },
    env: { HTTPS_PROXY: `http://127.0.0.1:${proxy.port}`, NODE_EXTRA_CA_CERTS: certFile },
  });
  return summary;
}

interface Marked {
  parse(markdown: string, options: { gfm: true; async: false }): string;
}

async function html(markdown: string, theme: Theme): Promise<string> {
  const { page, box, border, title } = THEMES[theme];
  const { marked } = (await import(pathToFileURL(join(workspace, "node_modules/marked/lib/marked.esm.js")).href)) as {
    marked: Marked;
  };
  const style = readFileSync(join(workspace, `node_modules/github-markdown-css/github-markdown-${theme}.css`), "utf8");
  return `<!doctype html><meta charset="utf-8"><title>Summary</title><style>${style}
body { margin: 0; background: ${page}; }
main { margin: 16px; background: ${box}; border: 1px solid ${border}; border-radius: 6px; }
header { padding: 12px 16px; border-bottom: 1px solid ${border}; font: 600 14px "Noto Sans", Helvetica, Arial, sans-serif; color: ${title}; }
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
  try {
    return execFileSync(program, [...fixed, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch (cause) {
    throw new Error(`${program} does not run: install Chromium, or set CHROME_PATH to its program.`, { cause });
  }
}

async function takePicture(markdown: string, theme: Theme): Promise<void> {
  const page = join(temporary, `${theme}.html`);
  writeFileSync(page, await html(markdown, theme));
  const url = pathToFileURL(page).href;
  // A screenshot is as high as the window: the first pass finds out how high the page is.
  const dom = chromium(temporary, `--window-size=${WIDTH},800`, "--dump-dom", url);
  const height = /<title>height (\d+)<\/title>/.exec(dom)?.[1] ?? "800";
  const name = `docs/plan-${theme}.png`;
  const picture = join(root, name);
  chromium(
    temporary,
    `--window-size=${WIDTH},${height}`,
    `--force-device-scale-factor=${SCALE}`,
    `--screenshot=${picture}`,
    url,
  );
  console.log(`${name}: ${readFileSync(picture).length.toLocaleString("en-US")} bytes`);
}

if (!existsSync(join(workspace, "node_modules"))) {
  execFileSync("npm ci --no-audit --no-fund", { cwd: workspace, stdio: "inherit", shell: true });
}
const temporary = mkdtempSync(join(tmpdir(), "summary-picture-"));
try {
  const markdown = await summaryMarkdown();
  for (const theme of ["light", "dark"] as const) await takePicture(markdown, theme);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
