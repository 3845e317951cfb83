import { run } from "./start";

/** `dev`: the same as `start`, with hot reload instead of a build. */
export async function main(): Promise<void> {
  await run("dev");
}
