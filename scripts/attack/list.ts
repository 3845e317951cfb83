import type { Attack } from "./attack";
import { FIELDS } from "./fields";
import { FLOODS } from "./floods";
import { GUESSING } from "./guessing";
import { LEAKS } from "./leaks";
import { NAMES } from "./names";
import { ORIGINS } from "./origins";
import { OWNERS } from "./owners";
import { PASSWORDS } from "./passwords";
import { RACES } from "./races";
import { REPORTS } from "./reports";
import { SECRETS_AND_TRACES } from "./secrets";
import { SESSIONS } from "./sessions";
import { SQUATTING } from "./squatting";
import { STAFF } from "./staff";
import { TEXTS } from "./texts";
import { WIRE } from "./wire";

export const ATTACKS: readonly Attack[] = [
  ...TEXTS,
  ...FLOODS,
  ...GUESSING,
  ...SQUATTING,
  ...SESSIONS,
  ...PASSWORDS,
  ...REPORTS,
  ...SECRETS_AND_TRACES,
  ...NAMES,
  ...OWNERS,
  ...STAFF,
  ...FIELDS,
  ...ORIGINS,
  ...RACES,
  ...WIRE,
  ...LEAKS,
];
