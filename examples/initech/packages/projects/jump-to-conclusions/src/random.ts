import { randomInt } from "node:crypto";

/** A number from 0 up to, and without, `limit`. */
export type Random = (limit: number) => number;

/** Nobody can tell beforehand. */
export const unpredictable: Random = (limit) => randomInt(limit);

/** The same seed gives the same numbers, on every machine. */
export function seeded(seed: string): Random {
  let state = hash(seed);
  return (limit) => {
    // Marsaglia's xorshift with 32 bits; a state of zero would stay zero.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

/** FNV-1a, which is never zero here. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    value = Math.imul(value ^ byte, 0x01000193);
  }
  return value === 0 ? 1 : value;
}
