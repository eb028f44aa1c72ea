/**
 * Random ids as 32-bit words, and their hexadecimal form when someone asks.
 *
 * xoshiro128** (Blackman and Vigna), seeded per thread from the system's random source: all bits of an id are uniformly random, which is what
 * the W3C random flag promises (Trace Context level 2, section 3.2.2.5.2), at a few nanoseconds a word.
 */
import { randomFillSync } from 'node:crypto';

let s0 = 0;
let s1 = 0;
let s2 = 0;
let s3 = 0;

/** Seeds the generator anew. */
export function seedIds(): void {
  const seed = new Int32Array(4);
  do randomFillSync(seed);
  while ((seed[0] | seed[1] | seed[2] | seed[3]) === 0);
  s0 = seed[0];
  s1 = seed[1];
  s2 = seed[2];
  s3 = seed[3];
}
seedIds();

/** A random signed 32-bit word. */
export function randomWord(): number {
  const a = Math.imul(s1, 5);
  const result = Math.imul((a << 7) | (a >>> 25), 9);
  const t = s1 << 9;
  s2 ^= s0;
  s3 ^= s1;
  s1 ^= s2;
  s0 ^= s3;
  s2 ^= t;
  s3 = (s3 << 11) | (s3 >>> 21);
  return result;
}

/** A random word that is not zero: an id with one of these is never all zero. */
export function randomNonZeroWord(): number {
  let word = randomWord();
  while (word === 0) word = randomWord();
  return word;
}

const BYTE_HEX: string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Eight lower-case hex digits of a word. */
export function hex32(word: number): string {
  return BYTE_HEX[word >>> 24] + BYTE_HEX[(word >>> 16) & 255] + BYTE_HEX[(word >>> 8) & 255] + BYTE_HEX[word & 255];
}

/** The value of a hex digit, or 255. Upper case counts as none: ids are lower case (W3C Trace Context, section 3.2). */
const DIGIT = new Uint8Array(128).fill(255);
for (let value = 0; value < 16; value++) DIGIT[value.toString(16).charCodeAt(0)] = value;

/** Set by {@link parseHex32} when a character was no lower-case hex digit; whoever parses clears it first. */
export const hexState = { failed: false };

/** The word in eight hex digits from `start`; see {@link hexState}. */
export function parseHex32(text: string, start: number): number {
  let word = 0;
  let bad = 0;
  for (let i = start; i < start + 8; i++) {
    const code = text.charCodeAt(i);
    const digit = code < 128 ? DIGIT[code] : 255;
    bad |= digit;
    word = (word << 4) | (digit & 15);
  }
  if (bad > 15) hexState.failed = true;
  return word;
}
