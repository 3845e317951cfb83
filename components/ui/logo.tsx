/** The mark: a key that stands upright and reads as an L. The same drawing as app/icon.svg. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <g className="fill-none stroke-on-accent" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="13" cy="10.5" r="5" />
        <path d="M13 15.5V26h8.5v-4" />
      </g>
    </svg>
  );
}
