/** What `--help` prints. */
export const HELP = `Emulates the APIs that the action uses on this machine: the CSR calls of Tencent Cloud SSL (BatchDeleteCSR,
DescribeCSRSet), and optionally STS, GitHub's OIDC endpoint and GitHub's API for comments.

Usage: npm run emulator -- [options]

  --port <number>                 where to listen; 0 takes any free port (default 8970)
  --host <address>                default 127.0.0.1
  --log                           print a line for each request
  --quiet                         print the URL and nothing else
  --help                          print this

CSRs:
  --csrs <ids>                    CSRs that exist at the start (default 1001-1250, or none with --records)
  --records <file>                more CSRs, a JSON array of records: [{"Id": 11, "Domain": "example.com"}]
  --kept <ids>                    CSRs that are never deleted, and left out of Success
  --denied <ids>                  CSRs that the caller may not delete
  --deny-action <action>          BatchDeleteCSR or DescribeCSRSet; can be repeated
  --unknown-ids <how>             IDs that do not exist: leave-out (default) or refuse
  --requests-per-second <number>  limit for each action (default 10)
  --latency <ms>                  time to a response, such as 50 or 50-200 (default 0)
  --clock-skew <ms>               how far the server's clock is ahead
  --session-token <token>         require this X-TC-Token
  --faults <file>                 a JSON array of fault rules

Keyless login:
  --oidc                          start GitHub's OIDC endpoint as well, and STS at the URL of the CSR calls
  --oidc-port <number>            default 8971, or any free port with --port 0
  --repository <owner/name>       of the job (default octo-org/octo-repo)
  --environment <name>            of the job
  --immutable-subject             repo:OWNER@ID/REPO@ID:… instead of repo:OWNER/REPO:…
  --sts-provider <name>           the identity provider (default github)
  --sts-role <arn>                the role (default qcs::cam::uin/100000000001:roleName/csr-cleanup)
  --sts-subject <subject>         subject that the role trusts (default: the job); can be repeated
  --sts-audience <audience>       default sts.tencentcloudapi.com
  --sts-lifetime <seconds>        lifetime of the credentials (default: as requested)
  --sts-jwks <file>               keys of another issuer instead of --oidc, such as the JWKS of GitHub; needs --sts-subject
  --sts-issuer <url>              that issuer (default https://token.actions.githubusercontent.com)

Comments on pull requests:
  --github                        start GitHub's API as well
  --github-port <number>          default 8972, or any free port with --port 0
  --pull-request <number>         one that exists (default 1); can be repeated
  --github-permission <how>       write (default), read or none

<ids> is a list of IDs and ranges, such as 11-310,999. The variables to set for a client are printed as export lines.

Examples:
  npm run emulator -- --csrs 11-310,999 --kept 42 --log
  npm run emulator -- --requests-per-second 2 --latency 50-200
  npm run emulator -- --oidc --environment production --github --pull-request 7
  npm run emulator -- --faults faults.json
    where faults.json holds, for example,
    [{"action": "BatchDeleteCSR", "requests": [2], "fault": {"kind": "reset", "effect": true}},
     {"times": 3, "fault": {"kind": "api-error", "code": "InternalError"}}]
`;
