import { randomBytes } from "node:crypto";

/** How one who has a network writes their addresses, so that they seem to be many. */
export const SPELLINGS = [
  "plain",
  "one /64",
  "one /64, upper case",
  "one /64, written out",
  "one /64, with a port",
  "one /64, with a zone",
  "IPv4 within IPv6",
  "forged before",
] as const;
export type Spelling = (typeof SPELLINGS)[number];

export type Network = { address(spelling: Spelling, turn: number): string };

const group = () => randomBytes(2).readUInt16BE().toString(16);

// Each is new: the minute of one that was used before would end too soon.
let made = 0;

/** A network of somebody's own: one IPv4 address, and one IPv6 network of 64 bits. */
export function networkOf(seed: number): Network {
  made += 1;
  const [high, low] = [(made % 65_536).toString(16), seed.toString(16)];
  const four = `198.18.${(made >> 8) % 256}.${made % 256}`;
  const six = `2001:db8:${high}:${low}`;
  return {
    address: (spelling, turn) => {
      const host = `${group()}:${group()}:${group()}:${(turn + 1).toString(16)}`;
      if (spelling === "one /64") return `${six}:${host}`;
      if (spelling === "one /64, upper case") return `${six}:${host}`.toUpperCase();
      if (spelling === "one /64, written out")
        return `${six}:${host}`
          .split(":")
          .map((part) => part.padStart(4, "0"))
          .join(":");
      if (spelling === "one /64, with a port") return `[${six}:${host}]:${1024 + turn}`;
      if (spelling === "one /64, with a zone") return `${six}:${host}%eth${turn}`;
      if (spelling === "IPv4 within IPv6") return turn % 2 ? `::ffff:${four}` : four;
      if (spelling === "forged before") return `10.${turn}.${turn % 9}.1, ${group()}, ${four}`;
      return four;
    },
  };
}
