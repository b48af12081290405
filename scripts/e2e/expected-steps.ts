/** What each step of the job `e2e` of ci.yml should do. */
export interface ExpectedStep {
  readonly outcome: "success" | "failure";
  readonly outputs: Readonly<Record<string, string | RegExp>>;
  readonly summary?: readonly RegExp[];
}

const SOME_REQUEST_IDS = /^\["[0-9a-f-]{36}"(,"[0-9a-f-]{36}")*\]$/;
const JSON_FILE = /\.json$/;

export const EXPECTED: Readonly<Record<string, ExpectedStep>> = {
  "dry-run": {
    outcome: "success",
    outputs: {
      "planned-csr-ids": "[22,33,44]",
      "deleted-csr-ids": "[]",
      "request-ids": SOME_REQUEST_IDS,
      "report-path": JSON_FILE,
    },
    summary: [/dry run/i],
  },
  deletion: {
    outcome: "success",
    outputs: {
      "planned-csr-ids": "[22,33,44]",
      "deleted-csr-ids": "[22,33,44]",
      "absent-csr-ids": "[]",
      "not-deleted-csr-ids": "[]",
      "deleted-count": "3",
      "not-deleted-count": "0",
      "request-ids": SOME_REQUEST_IDS,
      "report-path": JSON_FILE,
    },
    summary: [/deleted/i],
  },
  again: {
    outcome: "success",
    outputs: { "deleted-csr-ids": "[]", "absent-csr-ids": "[22,33,44]", "absent-count": "3" },
  },
  "from-output": {
    outcome: "success",
    outputs: { "deleted-csr-ids": "[101,102,103]" },
  },
  "from-file": {
    outcome: "success",
    outputs: { "deleted-csr-ids": "[201,202,203]" },
  },
  keyless: {
    outcome: "success",
    outputs: { "deleted-csr-ids": "[301,302]", "request-ids": SOME_REQUEST_IDS },
    summary: [/2 deleted/],
  },
  selection: {
    outcome: "success",
    // 501 is protected, 503 and 505 are the newest of their domains, 506 is of another domain.
    outputs: { "planned-csr-ids": /^\[(502,504|504,502)\]$/, "deleted-csr-ids": "[]" },
    summary: [/shop\.example\.com/, /www\.example\.com/, /2024-06-10/],
  },
  selected: {
    outcome: "success",
    outputs: { "deleted-count": "2", "not-deleted-csr-ids": "[]" },
  },
  "too-many": {
    outcome: "failure",
    outputs: { "planned-csr-ids": "", "deleted-csr-ids": "", "report-path": JSON_FILE },
    summary: [/max-deletions/],
  },
  kept: {
    outcome: "failure",
    outputs: { "deleted-csr-ids": "[55]", "not-deleted-csr-ids": "[11]", "not-deleted-count": "1" },
    summary: [/\b11\b/],
  },
  "wrong-key": {
    outcome: "failure",
    outputs: { "deleted-count": "0", "not-deleted-csr-ids": "[66]" },
    summary: [/AuthFailure\.SignatureFailure/],
  },
  blank: {
    outcome: "failure",
    outputs: { "planned-csr-ids": "", "request-ids": "[]" },
    summary: [/csr-ids/],
  },
};
