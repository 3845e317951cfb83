const TONES: Record<string, string> = {
  GET: "bg-sunken text-ink-muted",
  POST: "bg-accent-soft text-accent",
  DELETE: "bg-danger-soft text-danger",
};

/** An HTTP method. Colour tells reading from making and removing; the word says the same. */
export function MethodBadge({ method }: { method: string }) {
  return (
    <span
      className={`inline-block rounded-sm px-1.5 font-semibold text-xs leading-5 tracking-wide ${TONES[method] ?? "bg-warning-soft text-warning"}`}
    >
      {method}
    </span>
  );
}
