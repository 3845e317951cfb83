import type { TestProject } from "vitest/node";
import type { Portal } from "./portal";
import { openDatabase, startPortal, type Way } from "./ways";

declare module "vitest" {
  interface ProvidedContext {
    portal: Portal;
  }
}

/** The way by which each project's tests reach a portal. The others need no more than its database. */
const WAY_OF: Record<string, Way> = { http: "embedded", url: "url", neon: "neon" };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const way = WAY_OF[project.name];
  const driver = project.name === "neon-database" ? "neon" : "url";
  const { stop, ...portal } = way ? await startPortal(way) : { url: "", ...(await openDatabase(driver)) };
  const { url, settings, operatorUrl } = portal;
  project.provide("portal", { url, settings, operatorUrl });
  return stop;
}
