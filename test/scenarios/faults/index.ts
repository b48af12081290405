/** The fault table: every row is a run of the built action, with what must come out of it. */
import { cancels } from "./cancels.ts";
import { environment } from "./environment.ts";
import { lasting } from "./lasting.ts";
import { lookUps } from "./look-up.ts";
import { passing } from "./passing.ts";
import type { Row } from "./row.ts";
import { unexpected } from "./unexpected.ts";

export const rows: readonly Row[] = [...passing, ...lasting, ...unexpected, ...environment, ...cancels, ...lookUps];
