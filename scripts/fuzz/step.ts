import fc from "fast-check";
import type { OpenApi } from "../../tests/support/conformance";
import type { Operation, Schema } from "./document";
import type { Recipe } from "./fills";
import { type Mutation, mutations } from "./mutation";
import { valuesOf } from "./values";

/** One request, or two, as it is generated: who and what it is about is filled in when it is sent. */
export type Step = {
  operation: Operation;
  /** The documented status that it is meant to bring about. */
  aim: number;
  body: Recipe;
  /** For what needs a body unlike the first. */
  otherBody: Recipe;
  query: Record<string, Recipe>;
  speaker: "A" | "B";
  /** Whose key it is about. */
  about: "own" | "other" | "nobody";
  /** Whatever else has to be chosen from what is there. */
  pick: number;
  repeat: "no" | "again" | "together";
  mutations: Mutation[];
};

export type Aim = { operation: Operation; status: number };

const repeats: fc.Arbitrary<Step["repeat"]> = fc.oneof(
  { arbitrary: fc.constant("no" as const), weight: 12 },
  { arbitrary: fc.constantFrom("again" as const, "together" as const), weight: 1 },
);
const whose: fc.Arbitrary<Step["about"]> = fc.oneof(
  { arbitrary: fc.constant("own" as const), weight: 8 },
  { arbitrary: fc.constantFrom("other" as const, "nobody" as const), weight: 1 },
);

/** Makes arbitraries of steps; each operation's parts are made once. */
export function stepsOf(document: OpenApi, operations: readonly Operation[]) {
  const parts = new Map(operations.map((operation) => [operation.id, partsOf(document, operation)]));
  const step = (operation: Operation, aims: fc.Arbitrary<number>, changes: fc.Arbitrary<Mutation[]>): fc.Arbitrary<Step> =>
    fc.record({
      operation: fc.constant(operation),
      aim: aims,
      ...(parts.get(operation.id) as ReturnType<typeof partsOf>),
      speaker: fc.oneof({ arbitrary: fc.constant("A" as const), weight: 3 }, fc.constant("B" as const)),
      about: whose,
      pick: fc.nat({ max: 999 }),
      repeat: repeats,
      mutations: changes,
    });
  return {
    /** Without a mutation: what the document says brings this status about. */
    aimed: ({ operation, status }: Aim) => step(operation, fc.constant(status), fc.constant([])),
    /** Any operation; those that hash passwords seldom. */
    any: () =>
      fc.oneof(
        ...operations.map((operation) => ({
          arbitrary: step(operation, aimsOf(operation), mutations),
          weight: weightOf(operation),
        })),
      ),
  };
}

/** Half of all requests are meant to go well. */
function aimsOf({ statuses }: Operation): fc.Arbitrary<number> {
  const [good, bad] = [statuses.filter((status) => status < 300), statuses.filter((status) => status >= 400)];
  return fc.oneof({ arbitrary: fc.constantFrom(...good), weight: 3 }, { arbitrary: fc.constantFrom(...bad), weight: 2 });
}

function weightOf({ hasPassword, id }: Operation): number {
  // The document is long.
  return hasPassword || id === "getReference" ? 1 : 10;
}

function partsOf(document: OpenApi, { body, parameters, method }: Operation) {
  const bodies = body === null ? fc.constant<Recipe>(method === "POST" ? {} : null) : valuesOf(document, body);
  const queries = parameters.filter((parameter) => parameter.in === "query");
  const fields = Object.fromEntries(queries.map(({ name, schema }) => [name, valuesOf(document, schema as Schema, name)]));
  return {
    body: bodies,
    otherBody: bodies,
    query: fc.record(fields, {
      requiredKeys: queries.filter(({ required }) => required).map(({ name }) => name),
      noNullPrototype: true,
    }),
  };
}
