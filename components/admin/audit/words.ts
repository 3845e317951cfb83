import { DOOR_NAMES, EXPORTS, NAMELESS_ACTORS } from "@/lib/audit/actions";

export function actorName({ kind, id, name }: { kind: string; id: string | null; name: string | null }): string {
  return name ?? id ?? NAMELESS_ACTORS[kind] ?? kind;
}

export function targetName({ kind, id, name }: { kind: string; id: string; name: string | null }): string {
  if (kind === "export") return EXPORTS[id] ?? id;
  if (kind === "door") return Object.entries(DOOR_NAMES).find(([door]) => door === id)?.[1] ?? id;
  return name ?? (kind === "api_key" ? `Key ${id}` : id);
}

/** `revoked_at` as people read it: "Revoked at". */
export function fieldName(field: string): string {
  const words = field.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
