import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { Failure } from "./failure";

/** `bench [moving-in | feed | verifier] [--quick]`: the portal and its peers side by side, an import, the feed, or checks in one's own process; see bench/README.md. */
export async function main(args: string[]): Promise<void> {
  const isQuick = args.includes("--quick");
  if (args[0] === "verifier") return (await import("../bench/verifier")).measureVerifier({ isQuick });
  if (args[0] === "moving-in") return (await import("../bench/moving-in")).measureMovingIn({ isQuick });
  if (args[0] === "feed") return (await import("../bench/feed")).measureFeed({ isQuick });
  if (!fs.existsSync("bench/node_modules/.package-lock.json")) {
    console.log("Installing the peers…");
    const install = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    if (spawnSync("npm", install, { cwd: "bench", stdio: "inherit" }).status !== 0)
      throw new Failure("Installing the peers failed.");
  }
  const { run } = await import("../bench/run");
  await run({ isQuick });
  process.exit(0);
}
