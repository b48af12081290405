import { expect, test } from "vitest";
import { setOwner } from "../../scripts/set-owner.ts";

/** Put together, so that the script leaves this file alone. */
const REPOSITORY = ["OWNER", "delete-tencentcloud-ssl-csrs"].join("/");

test("replaces the owner of this repository", () => {
  expect(setOwner(`uses: ${REPOSITORY}@v1\nhttps://github.com/${REPOSITORY}/issues`, "octo-org")).toBe(
    "uses: octo-org/delete-tencentcloud-ssl-csrs@v1\nhttps://github.com/octo-org/delete-tencentcloud-ssl-csrs/issues",
  );
  expect(setOwner("# Owners\n* @OWNER\n", "octo-org")).toBe("# Owners\n* @octo-org\n");
});

test("leaves the reader's repository alone", () => {
  const text = "repo:OWNER@123/REPO@456:ref:refs/heads/main, repos/OWNER/REPO";
  expect(setOwner(text, "octo-org")).toBe(text);
});
