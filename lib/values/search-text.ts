import { maskCredentials } from "@latchkey/rule/credentials";
import { isPlainText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { readDay } from "./instant";
import { MAX_SEARCH_LENGTH, MAX_TYPED_LENGTH } from "./lengths";

/** Part of a list's address, as somebody typed it; what is not valid is as if it were not there. It is shown again. */
export const searchText = z
  .string()
  .max(MAX_TYPED_LENGTH, { abort: true })
  .trim()
  .max(MAX_SEARCH_LENGTH, { abort: true })
  .refine(isPlainText)
  .transform(maskCredentials)
  .catch("");

/** A day, written as 2026-11-22. */
export const searchDay = z
  .string()
  .refine((text) => readDay(text) !== null)
  .nullable()
  .catch(null);

/** Whether it is the last page, which is read from its end. */
export const lastPage = z
  .literal("1")
  .transform(() => true)
  .nullable()
  .catch(null);

/** Lists show a masked credential with dots at its end, and people paste it as they see it. */
export function withoutEllipsis(text: string): string {
  if (text.endsWith("…")) return text.slice(0, -1);
  let end = text.length;
  while (text[end - 1] === ".") end -= 1;
  return text.length - end > 1 ? text.slice(0, end) : text;
}
