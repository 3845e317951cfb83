import type { Choose } from "./field-changes";

export type BodyChange = (body: Buffer, choose: Choose) => Buffer;

const edited = (change: (text: string, choose: Choose) => string): BodyChange => {
  return (body, choose) => Buffer.from(change(body.toString(), choose));
};

/** Of the bytes of a body: what no library writes. */
export const BODY_CHANGES: Record<string, BodyChange> = {
  cutShort: (body, { where }) => body.subarray(0, where([0, 1, Math.floor(body.length / 2), body.length - 1])),
  byteOrderMark: (body) => Buffer.concat([Buffer.from("\ufeff"), body]),
  notUtf8: (body, { where }) =>
    Buffer.concat([body.subarray(0, 2), Buffer.from(where([[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80]])), body.subarray(2)]),
  inSixteenBits: (body) => Buffer.from(body.toString(), "utf16le"),
  inArray: edited((text) => `[${text}]`),
  inText: edited((text) => JSON.stringify(text)),
  trailing: edited((text, { what }) => text + what([" ", "\n\n", "// comment", "{}", "\u0000", ","])),
  otherValue: edited((_, { what }) => what(["null", "1", '"a"', "[]", "true", "NaN", "undefined", "-", "{'a':1}", "a=1&b=2"])),
  // The last of two counts, as JSON is read here.
  twice: edited((text) => (text.length > 2 ? `{${text.slice(1, -1)},${text.slice(1)}` : text)),
  escaped: edited((text) => text.replace(/[a-z]/gi, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`)),
  deepArrays: edited(
    (text, { what }) => `{"deep":${"[".repeat(what([50, 500, 15_000]))}${"]".repeat(what([50, 500, 15_000]))}${rest(text)}`,
  ),
  deepObjects: edited(
    (text, { what }) => `{"deep":${'{"a":'.repeat(what([50, 500, 9_000]))}1${"}".repeat(what([50, 500, 9_000]))}${rest(text)}`,
  ),
  bigNumber: edited((text, { what }) => `{"n":${what(["1e999", "-1e999", "9".repeat(5_000), "0.1e-400"])}${rest(text)}`),
};

/** The fields of an object behind another one. */
function rest(text: string): string {
  return text.startsWith("{") && text.length > 2 ? `,${text.slice(1)}` : "}";
}
