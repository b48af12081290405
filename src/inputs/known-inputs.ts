/** The inputs of `action.yml` and their defaults; a test keeps the two lists equal. */
export const INPUT_DEFAULTS = {
  "csr-ids": undefined,
  "csr-ids-file": undefined,
  domains: undefined,
  "older-than": "none",
  remarks: "*",
  "keep-newest": "none",
  protect: "none",
  "max-deletions": "auto",
  "role-arn": undefined,
  "oidc-provider": undefined,
  "oidc-audience": "sts.tencentcloudapi.com",
  "secret-id": undefined,
  "secret-key": undefined,
  "session-token": undefined,
  endpoint: "ssl.intl.tencentcloudapi.com",
  "dry-run": "false",
  "requests-per-second": "10",
  "on-absent": "warn",
  "comment-on-pull-request": "false",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub Actions
  "github-token": "${{ github.token }}",
} as const;

export type InputName = keyof typeof INPUT_DEFAULTS;

export const INPUT_NAMES = Object.keys(INPUT_DEFAULTS) as readonly InputName[];

/** The text of an input, trimmed; empty if it is blank or missing. */
export type GetInput = (name: InputName) => string;
