import type { Env } from "../shared/env.ts";
import type { Warning } from "../shared/warning.ts";
import type { Endpoint } from "./endpoint.ts";

/** Requests per second and account: https://www.tencentcloud.com/document/product/1007/56820 */
const ACCOUNT_LIMIT = 10;

/** Warnings about valid inputs. */
export function findWarnings(facts: {
  readonly endpoint: Endpoint;
  readonly requestsPerSecond: number;
  readonly env: Env;
}): readonly Warning[] {
  const { endpoint, requestsPerSecond, env } = facts;
  const warnings: Warning[] = [];
  if (endpoint.loopback)
    warnings.push({
      title: "Loopback endpoint",
      message: `\`endpoint\` is ${endpoint.host}, on this machine: nothing is deleted at Tencent Cloud.`,
    });
  if (requestsPerSecond > ACCOUNT_LIMIT)
    warnings.push({
      title: "More than 10 requests per second",
      message: `\`requests-per-second\` is ${requestsPerSecond}, but an account may make ${ACCOUNT_LIMIT}: expect refused requests, also for other jobs and the console.`,
    });
  if (env.NODE_TLS_REJECT_UNAUTHORIZED === "0")
    warnings.push({
      title: "NODE_TLS_REJECT_UNAUTHORIZED is set",
      message:
        "`NODE_TLS_REJECT_UNAUTHORIZED` is 0 in the environment of this step. The action verifies TLS certificates nevertheless; find out which earlier step sets the variable. For a proxy with a certificate of its own use `NODE_EXTRA_CA_CERTS`.",
    });
  return warnings;
}
