import { afterAll } from "vitest";
import { endLaunched } from "../support/launch";

// Whatever a failed test left behind.
afterAll(endLaunched);
