import type { TestUser } from "../../tests/support/people";

/** Those who go about their work while everything is attacked, and whose accounts the guessing is aimed at. */
export const victims: { owner?: TestUser; admin?: TestUser } = {};
