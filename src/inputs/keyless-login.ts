/** The inputs of the keyless login. Sources: https://www.tencentcloud.com/document/api/1150/49454 and the CAM documents it links to. */
import type { Env } from "../shared/env.ts";
import { failed, success } from "../shared/result.ts";
import type { Parse } from "./scalars.ts";
import { invisibleCharacter } from "./show.ts";

const ROLE_ARN_FORM = "`qcs::cam::uin/<account ID>:roleName/<role name>`";

function roleArnHint(text: string): string {
  if (/\s/.test(text) || invisibleCharacter(text) !== undefined)
    return ": it contains a blank or an invisible character";
  if (/^(arn|acs):/.test(text)) return ": this ARN is of another cloud";
  if (/:oidc-provider\//.test(text)) return ": this is the identity provider, not the role";
  if (/:role\//.test(text)) return ": use the role's name (`roleName/…`), not its ID (`role/…`)";
  if (/^qcs::cam::uin\/(?![0-9]+:)/.test(text)) return ": the account ID after `uin/` is a number";
  return "";
}

export const parseRoleArn: Parse<string> = (text) =>
  /^qcs::cam::uin\/[0-9]+:roleName\/[\w+=,.@-]{1,128}$/.test(text)
    ? success(text)
    : failed(`must be a role of the form ${ROLE_ARN_FORM}${roleArnHint(text)}`);

export const parseProvider: Parse<string> = (text, show) => {
  if (/^[\w.-]{1,128}$/.test(text)) return success(text);
  const hint = /[:/]/.test(text) ? ", not its URL or its `qcs::cam::` form" : "";
  return failed(`must be the name of the identity provider in CAM${hint}: ${show(text)} is none`);
};

export const parseAudience: Parse<string> = (text, show) =>
  /^[\x21-\x7e]{1,255}$/.test(text)
    ? success(text)
    : failed(`must be a client ID of the identity provider in CAM, without blanks, not ${show(text)}`);

/** Why GitHub would issue no OIDC token to this job. */
export function problemOfRunner(env: Env): string | undefined {
  if (env.ACTIONS_ID_TOKEN_REQUEST_URL && env.ACTIONS_ID_TOKEN_REQUEST_TOKEN) return undefined;
  return "`role-arn` needs a GitHub OIDC token, which this job may not request (ACTIONS_ID_TOKEN_REQUEST_URL is not set). Add `permissions: id-token: write`; a `permissions` block of the job replaces the one of the workflow. Runs for pull requests from forks get no OIDC token.";
}
