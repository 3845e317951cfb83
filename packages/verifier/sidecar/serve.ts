import type { Server } from "node:http";
import type { CreateVerifier, Verifier } from "../types";
import { isLoopback, listen, stopListening } from "./listen";
import { readOptions } from "./options";
import { createSidecar } from "./server";

export { createSidecar };

/** The command. Resolves with its exit code once it was told to stop. */
export async function serve(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  createVerifier: CreateVerifier,
): Promise<number> {
  const read = readOptions(args, env);
  if ("problem" in read) return fail(read.problem);
  let verifier: Verifier | undefined;
  let server: Server;
  const told = toldToStop();
  try {
    verifier = createVerifier(read.options);
    tellOf(verifier);
    server = createSidecar(verifier);
    say(`Listening on ${await listen(server, read.place)}.`);
    // Such as too many open files, which passes.
    server.on("error", ({ message }) => say(message));
  } catch (error) {
    await verifier?.close();
    return fail(`It cannot begin: ${error instanceof Error ? error.message : error}\n`);
  }
  if (!isLoopback(read.place)) say("Whoever reaches this address can check keys and report calls: keep it to machines that may.");
  await told;
  await stopListening(server);
  await verifier.close();
  return 0;
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve());
  });
}

/** What changes, and each trouble once until another one takes its place. */
function tellOf(verifier: Verifier): void {
  let last = "";
  const tell = (line: string) => {
    if (line !== last) say(line);
    last = line;
  };
  verifier.on("ready", () => tell("Ready: it answers by itself."));
  verifier.on("stale", () => tell("Stale: what it knows is too old to answer by."));
  verifier.on("fatal", (reason) => tell(`The credential has ended: ${reason}`));
  verifier.on("trouble", tell);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function fail(problem: string): number {
  process.stderr.write(problem);
  return 1;
}
