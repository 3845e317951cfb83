import fc from "fast-check";
import { BODY_CHANGES } from "./body-changes";
import { FIELD_CHANGES } from "./field-changes";
import { WIRE_CHANGES } from "./wire-changes";

/** One way in which a request differs from a valid one; `where` and `what` choose within it. */
export type Mutation = { kind: string; where: number; what: number };

const KINDS = [...Object.keys(FIELD_CHANGES), ...Object.keys(BODY_CHANGES), ...Object.keys(WIRE_CHANGES)];

const mutation: fc.Arbitrary<Mutation> = fc.record({
  kind: fc.constantFrom(...KINDS),
  where: fc.nat({ max: 999 }),
  what: fc.nat({ max: 999 }),
});

/** None in three of five requests, and up to three. */
export const mutations: fc.Arbitrary<Mutation[]> = fc.oneof(
  { arbitrary: fc.constant<Mutation[]>([]), weight: 3 },
  { arbitrary: fc.array(mutation, { minLength: 1, maxLength: 3 }), weight: 2 },
);
