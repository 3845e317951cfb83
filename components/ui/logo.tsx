/** The mark: a key that stands upright and reads as an L. The same drawing as app/icon.svg. */
export function Logo({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden="true" className={className}>
      <rect width="32" height="32" rx="7" className="fill-accent" />
      <g className="fill-none stroke-on-accent" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round">
        <circle cx="13" cy="9.5" r="5" />
        <path d="M13 14.5v12h9M13 20.5h5" />
      </g>
    </svg>
  );
}
