import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, relative, resolve, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { buildConnector, EnvHttpProxyAgent } from "undici";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LEAN_PACKAGES, writeLeanPackages } from "../../scripts/lean-packages.ts";
import { startProxy } from "../scenarios/proxy.ts";

const packages = resolve(import.meta.dirname, "../../node_modules");
// Inside of it, since the lean packages import the real ones by relative paths.
const folder = mkdtempSync(join(packages, ".lean-"));
const lean = join(folder, "node_modules");
beforeAll(() => writeLeanPackages(packages, lean));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function startServer(answer: string) {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    requests.push([request.method, request.url, request.headers.authorization, body].join(" "));
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    requests,
    port: typeof address === "object" && address ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Source texts of a class and of those that it extends. */
function sources(type: unknown): readonly string[] {
  if (typeof type !== "function" || type === Function.prototype) return [];
  return [String(type), ...sources(Object.getPrototypeOf(type))];
}

describe("the lean undici", () => {
  const loadUndici = () =>
    createRequire(join(folder, "a.js"))("undici") as { EnvHttpProxyAgent: typeof EnvHttpProxyAgent };

  it("has the same class as the package, down to the dispatcher", () => {
    const { EnvHttpProxyAgent: LeanAgent, ...others } = loadUndici();
    expect(Object.keys(others)).toEqual(["buildConnector", "fetch"]);
    expect(String((others as typeof import("undici")).buildConnector)).toBe(String(buildConnector));
    expect(sources(LeanAgent)).toEqual(sources(EnvHttpProxyAgent));
    expect(sources(LeanAgent).at(-2)).toMatch(/^class Dispatcher /);
    expect(String(LeanAgent.prototype.connect)).toBe(String(EnvHttpProxyAgent.prototype.connect));
  });

  it.each(["directly", "through a proxy's tunnel"])("posts %s", async (way) => {
    await using server = await startServer("response");
    await using proxy = await startProxy("open", server.port);
    const agent = new (loadUndici().EnvHttpProxyAgent)({
      allowH2: false,
      proxyTunnel: true,
      httpProxy: way === "directly" ? "" : `http://127.0.0.1:${proxy.port}`,
      noProxy: "",
    });
    const origin = `http://127.0.0.1:${server.port}`;
    const response = await new Promise<string>((resolve, reject) => {
      let text = "";
      agent.dispatch(
        { origin, path: "/", method: "POST", body: "request" },
        {
          onRequestStart: () => undefined,
          onResponseStart: () => undefined,
          onResponseData: (_controller, chunk) => {
            text += chunk.toString();
          },
          onResponseEnd: () => resolve(text),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
    await agent.destroy();
    expect(response).toBe("response");
    expect(server.requests).toEqual(["POST /  request"]);
    expect(proxy.heads).toHaveLength(way === "directly" ? 0 : 1);
  });
});

const load = <T>(path: string): Promise<T> => import(pathToFileURL(join(lean, path)).href);

describe("the lean @actions/http-client", () => {
  it("lets @actions/core load, and refuses an OIDC token", async () => {
    const core = await load<typeof import("@actions/core")>("@actions/core/lib/core.js");
    vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_URL", "http://127.0.0.1:1/?a=b");
    vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token");
    const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      await expect(core.getIDToken("audience")).rejects.toThrow("no HTTP client of the toolkit");
    } finally {
      stdout.mockRestore();
      vi.unstubAllEnvs();
    }
  });

  it("lets @actions/github make requests with the fetch that it is given, and with no other", async () => {
    const { getOctokit } = await load<typeof import("@actions/github")>("@actions/github/lib/github.js");
    const urls: unknown[] = [];
    const fetch = async (url: unknown) => {
      urls.push(url);
      return new Response("{}", { headers: { "content-type": "application/json" } });
    };
    const baseUrl = "http://api.example";
    await getOctokit("token", { baseUrl, request: { fetch } }).rest.issues.getComment({
      owner: "a",
      repo: "b",
      comment_id: 1,
    });
    expect(urls).toEqual(["http://api.example/repos/a/b/issues/comments/1"]);
    await expect(getOctokit("token", { baseUrl }).request("GET /")).rejects.toThrow("no fetch of undici");
    expect(urls).toHaveLength(1);
  });
});

describe("the replaced files", () => {
  it("are these, and no others: SECURITY.md names them", () => {
    const files = LEAN_PACKAGES.flatMap(({ name, replaced }) => Object.keys(replaced).map((file) => `${name}/${file}`));
    expect(files).toEqual([
      "undici/index.js",
      "undici/lib/dispatcher/client-h2.js",
      "undici/lib/dispatcher/parser-h1.js",
      "undici/lib/web/fetch/body.js",
      "undici/lib/web/fetch/formdata.js",
      "@actions/http-client/lib/index.js",
      "@actions/exec/lib/exec.js",
    ]);
  });

  it("are all that differs from the packages", () => {
    for (const { name, replaced } of LEAN_PACKAGES) {
      const files = readdirSync(join(lean, name), { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      );
      const paths = files.map(({ parentPath, name: file }) => relative(join(lean, name), join(parentPath, file)));
      expect(paths.length).toBeGreaterThan(5);
      const changed = paths.filter(
        (path) => !readFileSync(join(lean, name, path)).equals(readFileSync(join(packages, name, path))),
      );
      expect(changed.map((path) => path.replaceAll(sep, "/")).sort()).toEqual(Object.keys(replaced).sort());
    }
  });
});

describe("a package that an update changed", () => {
  it("is named, with the file that is missing", () => {
    const changed = join(folder, "changed");
    mkdirSync(join(changed, "undici"), { recursive: true });
    writeFileSync(join(changed, "undici/package.json"), '{"name":"undici","version":"9.0.0"}');
    expect(() => writeLeanPackages(changed, join(folder, "unused"))).toThrow(
      "undici 9.0.0 has no index.js: adapt scripts/lean-packages.ts to this version.",
    );
  });
});
