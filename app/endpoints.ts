import type { Method } from "@/lib/http/endpoint";
import { GROUPS } from "./reference/document";

export type { Method };

export type Api = { name: string; caller: string; routes: { methods: Method[]; path: string; does: string }[] };

/** Every HTTP route there is, as the front page lists them and the deployment check calls them. */
export const APIS: Api[] = GROUPS.map(({ name, caller, operations }) => ({
  name,
  caller,
  routes: operations.map(({ method, path, summary }) => ({
    methods: [method],
    path: path.replace("{id}", ":id"),
    does: summary,
  })),
}));
