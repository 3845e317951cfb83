import { maskCredentials } from "@latchkey/rule/credentials";
import { isPlainText } from "@latchkey/rule/plain-text";
import { z } from "zod";
import { MAX_SEARCH_LENGTH } from "./lengths";

/** Part of a list's address, as somebody typed it; what is not valid is as if it were not there. It is shown again. */
export const searchText = z.string().trim().max(MAX_SEARCH_LENGTH).refine(isPlainText).transform(maskCredentials).catch("");
