import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { EnvHttpProxyAgent } from "undici";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeLeanPackages } from "../../scripts/lean-packages.ts";
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
  const load = () => createRequire(join(folder, "a.js"))("undici") as { EnvHttpProxyAgent: typeof EnvHttpProxyAgent };

  it("has the same class as the package, down to the dispatcher", () => {
    const { EnvHttpProxyAgent: LeanAgent, ...others } = load();
    expect(others).toEqual({});
    expect(sources(LeanAgent)).toEqual(sources(EnvHttpProxyAgent));
    expect(sources(LeanAgent).at(-2)).toMatch(/^class Dispatcher /);
    expect(String(LeanAgent.prototype.connect)).toBe(String(EnvHttpProxyAgent.prototype.connect));
  });

  it.each(["directly", "through a proxy's tunnel"])("posts %s", async (way) => {
    await using server = await startServer("response");
    await using proxy = await startProxy("open", server.port);
    const agent = new (load().EnvHttpProxyAgent)({
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

describe("the lean @actions/core", () => {
  const load = () =>
    import(pathToFileURL(join(lean, "@actions/core/lib/core.js")).href) as Promise<typeof import("@actions/core")>;

  it("fetches an OIDC token with the real HTTP client", async () => {
    await using server = await startServer('{"value":"the token"}');
    vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_URL", `http://127.0.0.1:${server.port}/?a=b`);
    vi.stubEnv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "request-token");
    vi.stubEnv("http_proxy", "");
    vi.stubEnv("HTTP_PROXY", "");
    const stdout = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      const { getIDToken } = await load();
      expect(await getIDToken("audience")).toBe("the token");
    } finally {
      stdout.mockRestore();
      vi.unstubAllEnvs();
    }
    expect(server.requests).toEqual(["GET /?a=b&audience=audience Bearer request-token "]);
  });

  it("describes the platform with the real runner of commands", async () => {
    const { platform } = await load();
    const { platform: real } = await import("@actions/core");
    expect(await outcome(platform.getDetails())).toEqual(await outcome(real.getDetails()));
  });
});

/** A value, or the message of an error: a system may lack the command that describes it. */
function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch(({ message }: Error) => message);
}

describe("a package that an update changed", () => {
  it("is named, with the file that is missing", () => {
    const changed = join(folder, "changed");
    mkdirSync(join(changed, "undici"), { recursive: true });
    writeFileSync(join(changed, "undici/package.json"), '{"name":"undici","version":"9.0.0"}');
    expect(() => writeLeanPackages(changed, join(folder, "unused"))).toThrow(
      "undici 9.0.0 has no lib/api/api-connect.js: adapt scripts/lean-packages.ts to this version.",
    );
  });
});
