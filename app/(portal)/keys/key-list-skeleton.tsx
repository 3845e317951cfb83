const ROWS = ["a", "b", "c", "d", "e", "f"];

/** Rows to come, at the place and of the height that they will have. */
export function KeyListSkeleton() {
  return (
    <div role="status" className="mt-6">
      <span className="sr-only">Your keys are loading.</span>
      <div aria-hidden="true" className="motion-safe:animate-pulse">
        <div className="flex gap-3">
          <div className="h-9 grow rounded-md bg-sunken" />
          <div className="h-9 w-28 rounded-md bg-sunken" />
        </div>
        <div className="mt-12 border-line border-t">
          {ROWS.map((row) => (
            <div key={row} className="flex h-16 items-center gap-6 border-line border-b">
              <div className="h-4 w-48 rounded-sm bg-sunken" />
              <div className="h-4 w-16 rounded-sm bg-sunken" />
              <div className="h-4 grow rounded-sm bg-sunken" />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
