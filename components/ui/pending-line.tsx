/** Along the top of the window, while what was pressed is on its way. A border, which forced colours leave there. */
export function PendingLine() {
  return (
    <span
      data-pending
      aria-hidden="true"
      className="fixed inset-x-0 top-0 z-20 origin-left border-accent border-t-3 motion-safe:animate-advance"
    />
  );
}
