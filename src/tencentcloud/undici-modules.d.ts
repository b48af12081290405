// undici's types cover its index only. The index also loads fetch, mocks, caches and web sockets, which cost the start of the
// process more than all else that it does; so the modules that are needed are taken one by one.
declare module "undici/lib/dispatcher/env-http-proxy-agent.js" {
  import { EnvHttpProxyAgent } from "undici";
  export default EnvHttpProxyAgent;
}

declare module "undici/lib/dispatcher/dispatcher.js" {
  import { Dispatcher } from "undici";
  export default Dispatcher;
}

declare module "undici/lib/api/api-connect.js" {
  import { Dispatcher } from "undici";

  const connect: Dispatcher["connect"];
  export default connect;
}

declare module "undici/lib/dispatcher/parser-h1.js" {
  /** Turns undici's experimental parser on or off for the whole process, whatever `UNDICI_USE_MILO` says. */
  export function setMiloEnabled(enabled: boolean): void;
}
