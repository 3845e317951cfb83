/** `npm run test:whole` asks for it: what takes long at its full length. `npm test` runs a quick form of that. */
const IS_WHOLE = process.env.TEST_WHOLE === "1";

/** How much of something a test does. */
export function sized(quick: number, whole: number): number {
  return IS_WHOLE ? whole : quick;
}
