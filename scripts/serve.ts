import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import { pathToFileURL } from "node:url";

type ServeOptions = {
  mode?: "start" | "dev";
  port: number;
  /** The address to listen on. Unset: all of this machine's. */
  host?: string | undefined;
  /** The build of another folder than this one. */
  folder?: string | undefined;
  env: Record<string, string | undefined>;
  output?: "inherit" | "pipe";
};

/** The portal's server, as a process of its own that ends when this one does. */
export function serve({ mode = "start", port, host, folder, env, output = "inherit" }: ServeOptions): ChildProcess {
  const args = [mode, ...(folder ? [folder] : []), "-p", String(port), ...(host ? ["-H", host] : [])];
  return fork("node_modules/next/dist/bin/next", args, {
    execArgv: ["tier-late", "watch-connections", "exit-with-parent"].flatMap((name) => [
      "--import",
      pathToFileURL(path.resolve(`scripts/${name}.mjs`)).href,
    ]),
    env: {
      ...env,
      PORT: String(port),
      NEXT_TELEMETRY_DISABLED: "1",
      NODE_ENV: mode === "dev" ? "development" : "production",
    },
    stdio: ["ignore", output, output, "ipc"],
  });
}
