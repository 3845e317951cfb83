const POLYNOMIAL = 0xedb88320;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit += 1) rest = rest & 1 ? (rest >>> 1) ^ POLYNOMIAL : rest >>> 1;
  return rest;
});

/** CRC-32 (ISO 3309, as zlib has it) of ASCII text: not every runtime has Node's. */
export function crc32(text: string): number {
  let rest = 0xffffffff;
  for (let place = 0; place < text.length; place += 1) {
    rest = (rest >>> 8) ^ (TABLE[(rest ^ text.charCodeAt(place)) & 0xff] ?? 0);
  }
  return (rest ^ 0xffffffff) >>> 0;
}
