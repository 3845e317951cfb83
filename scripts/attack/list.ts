import type { Attack } from "./attack";
import { EDGE_CASES } from "./edges";
import { FIELDS } from "./fields";
import { FILES } from "./files";
import { FLOODS } from "./floods";
import { GUESSING } from "./guessing";
import { HOSTS_AND_CACHES } from "./hosts";
import { LEAKS } from "./leaks";
import { NAMES } from "./names";
import { ORIGINS } from "./origins";
import { OWNERS } from "./owners";
import { PASSWORDS } from "./passwords";
import { RACES } from "./races";
import { REDIRECTS } from "./redirects";
import { REPORTS } from "./reports";
import { SECRETS_AND_TRACES } from "./secrets";
import { SESSIONS } from "./sessions";
import { SQUATTING } from "./squatting";
import { STAFF } from "./staff";
import { TEXTS } from "./texts";
import { TOKENS } from "./tokens";
import { WIRE } from "./wire";

export const ATTACKS: readonly Attack[] = [
  ...TEXTS,
  ...EDGE_CASES,
  ...FLOODS,
  ...GUESSING,
  ...SQUATTING,
  ...SESSIONS,
  ...TOKENS,
  ...PASSWORDS,
  ...REPORTS,
  ...SECRETS_AND_TRACES,
  ...NAMES,
  ...FILES,
  ...REDIRECTS,
  ...OWNERS,
  ...STAFF,
  ...FIELDS,
  ...ORIGINS,
  ...RACES,
  ...WIRE,
  ...HOSTS_AND_CACHES,
  ...LEAKS,
];
