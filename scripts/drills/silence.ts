import { setTimeout as pause } from "node:timers/promises";
import type { Finding, Weather } from "./drill";
import type { OwnGround } from "./ground";

/** Whoever is connected hears nothing more, as when a host went without a word; new connections reach the database. */
export async function silenceOpenOnes({ relay }: OwnGround, _: Weather, milliseconds: number): Promise<Finding[]> {
  relay.silence("open");
  await pause(milliseconds);
  return [];
}

/** New connections are accepted and never answered: first those that are open live on, then they are cut as well. */
export async function silenceNewOnes({ relay }: OwnGround, { away }: Weather, milliseconds: number): Promise<Finding[]> {
  relay.silence("new");
  try {
    await pause(milliseconds);
    await away(async () => {
      relay.cut("now");
      await pause(milliseconds);
      relay.silence("none");
    });
  } finally {
    relay.silence("none");
  }
  return [];
}

/** What lies idle is forgotten on the way, and nobody is told. */
export async function forgetIdleOnes({ relay }: OwnGround, { callers }: Weather, milliseconds: number): Promise<Finding[]> {
  relay.forget(1_000);
  for (let time = 0; time < 3; time += 1) {
    await callers.rest(3_000);
    await pause(milliseconds);
  }
  relay.forget(Number.POSITIVE_INFINITY);
  return [];
}

/** Whatever the database says arrives as something else. */
export async function garble({ relay }: OwnGround, { away }: Weather, milliseconds: number): Promise<Finding[]> {
  await away(async () => {
    relay.garble(true);
    await pause(milliseconds);
    relay.garble(false);
    // What has misunderstood one answer is of no more use.
    relay.cut("now");
  });
  return [];
}
