import { below, type Random, seededRandom } from "../http/random.ts";
import type { CsrRecord } from "../types.ts";

/** The account that owns everything. */
export const OWNER_UIN = "100000000001";

const NAMES = ["shop", "api", "mail", "static", "login", "billing", "docs", "status"] as const;
const ORGANIZATIONS = ["Example Trading Ltd.", "Example Labs Inc.", "Example GmbH", "示例科技有限公司"] as const;
const DEPARTMENTS = ["IT", "Platform", "Operations", "Web"] as const;
const REMARKS = ["", "", "renewal", "rotated yearly", "do not share"] as const;
const PLACES = [
  { Country: "CN", Province: "Guangdong", City: "Shenzhen" },
  { Country: "SG", Province: "Singapore", City: "Singapore" },
  { Country: "DE", Province: "Hessen", City: "Frankfurt am Main" },
  { Country: "US", Province: "Virginia", City: "Ashburn" },
] as const;
const KEYS = [
  { EncryptAlgo: "RSA", KeyParameter: "2048" },
  { EncryptAlgo: "RSA", KeyParameter: "4096" },
  { EncryptAlgo: "ECC", KeyParameter: "prime256v1" },
] as const;

const FIRST_CREATION = Date.UTC(2022, 11, 31, 16);
const UTC_OFFSET_MS = 8 * 3_600_000;
const THREE_YEARS_IN_SECONDS = 3 * 365 * 86_400;

function pick<const T extends readonly [unknown, ...unknown[]]>(items: T, random: Random): T[number] {
  return items[below(items.length, random)] ?? items[0];
}

/** A time in the form of `CreateTime`. The zone is UTC+8, which the API does not say, but its records suggest. */
export function createTimeOf(milliseconds: number): string {
  return new Date(milliseconds + UTC_OFFSET_MS).toISOString().slice(0, 19).replace("T", " ");
}

/** A realistic record that depends on the ID alone. */
export function recordOf(id: number): CsrRecord {
  const random = seededRandom((id % 2 ** 32) ^ Math.floor(id / 2 ** 32));
  const domain = `${pick(NAMES, random)}-${id}.example.com`;
  return {
    Id: id,
    OwnerUin: OWNER_UIN,
    Domain: domain,
    Organization: pick(ORGANIZATIONS, random),
    Department: pick(DEPARTMENTS, random),
    Email: `webmaster@${domain}`,
    ...pick(PLACES, random),
    Remarks: pick(REMARKS, random),
    Status: below(10, random) === 0 ? 0 : 1,
    CreateTime: createTimeOf(FIRST_CREATION + below(THREE_YEARS_IN_SECONDS, random) * 1000),
    ...pick(KEYS, random),
  };
}
