"use client";

import { useFormState } from "@/components/ui/form";

/** Before what nobody can undo. */
export function UnderstoodTick() {
  const errors = useFormState().fields.understood;
  return (
    <div>
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          name="understood"
          aria-invalid={errors ? true : undefined}
          aria-describedby={errors ? "understood-errors" : undefined}
          className="mt-0.5 size-4"
        />
        I understand that this cannot be undone.
      </label>
      {errors && (
        <p id="understood-errors" className="mt-1.5 text-danger text-sm">
          {errors.join(" ")}
        </p>
      )}
    </div>
  );
}
