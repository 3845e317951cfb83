import type { ReactNode } from "react";

export type Tone = "neutral" | "positive" | "warning" | "danger" | "accent";

const TONES: Record<Tone, string> = {
  neutral: "bg-sunken text-ink-muted",
  positive: "bg-positive-soft text-positive",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
  accent: "bg-accent-soft text-accent",
};

/** A word of state. The word says all; colour repeats it. */
export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return (
    <span className={`inline-block whitespace-nowrap rounded-sm px-1.5 py-0.5 font-medium text-xs ${TONES[tone]}`}>
      {children}
    </span>
  );
}
