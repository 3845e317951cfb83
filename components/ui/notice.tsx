import type { ReactNode } from "react";

const TONES = {
  danger: "border-danger bg-danger-soft text-danger",
  positive: "border-positive bg-positive-soft text-positive",
  neutral: "border-line bg-surface text-ink-muted",
};

/** A sentence about what was just done, read out at once. */
export function Notice({ tone, children }: { tone: keyof typeof TONES; children: ReactNode }) {
  return (
    <div
      role={tone === "danger" ? "alert" : "status"}
      tabIndex={-1}
      data-notice
      className={`rounded-md border px-3 py-2 outline-none ${TONES[tone]}`}
    >
      {children}
    </div>
  );
}
