/**
 * Random ids as 32-bit words, and their hexadecimal form when someone asks.
 *
 * xoshiro128** (Blackman and Vigna), seeded per thread from the system's random source: all bits of an id are uniformly random, which is what
 * the W3C random flag promises (Trace Context level 2, section 3.2.2.5.2), at a few nanoseconds a word.
 */
import { randomFill } from '../native/random';

let s0 = 0;
let s1 = 0;
let s2 = 0;
let s3 = 0;

function seed(): void {
  const words = new Int32Array(4);
  do randomFill(new Uint8Array(words.buffer));
  while ((words[0] | words[1] | words[2] | words[3]) === 0);
  s0 = words[0];
  s1 = words[1];
  s2 = words[2];
  s3 = words[3];
}

const POOL_WORDS = 256;
/** Words made ahead: random at the places that {@link takeRandom} gives, until it is called again. */
export const randomWords = new Int32Array(POOL_WORDS);
let left = 0;

function refill(): number {
  // All zero is what the generator never comes to by itself.
  if ((s0 | s1 | s2 | s3) === 0) seed();
  // In locals, which V8 keeps in registers: variables of the module are read from and written to memory at each use.
  let a = s0;
  let b = s1;
  let c = s2;
  let d = s3;
  for (let i = 0; i < POOL_WORDS; i++) {
    const scrambled = Math.imul(b, 5);
    randomWords[i] = Math.imul((scrambled << 7) | (scrambled >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
  }
  s0 = a;
  s1 = b;
  s2 = c;
  s3 = d;
  return POOL_WORDS;
}

/** Takes this many words off {@link randomWords}, a few at most; the place of the first. All that an id needs at once: so little code that V8 puts it in line. */
export function takeRandom(count: number): number {
  if (left < count) left = refill();
  left -= count;
  return left;
}

/** A random signed 32-bit word. */
export function randomWord(): number {
  return randomWords[takeRandom(1)];
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

/** The value of a hex digit, or -1. Upper case counts as none: ids are lower case (W3C Trace Context, section 3.2). */
const DIGIT = new Int8Array(128).fill(-1);
for (let value = 0; value < 16; value++) DIGIT[value.toString(16).charCodeAt(0)] = value;

/** Set by {@link parseHex32} when a character was no lower-case hex digit; whoever parses clears it first. */
export const hexState = { failed: false };

/** The word in eight hex digits from `start`; see {@link hexState}. A loop: written out it is quicker alone, and slower where its code has to be fetched first (docs/adr/0002). */
export function parseHex32(text: string, start: number): number {
  let word = 0;
  let bad = 0;
  for (let i = start; i < start + 8; i++) {
    const code = text.charCodeAt(i);
    const digit = DIGIT[code & 127];
    // Negative where the digit is, or the code is above 127.
    bad |= digit | (127 - code);
    word = (word << 4) | digit;
  }
  if (bad < 0) hexState.failed = true;
  return word;
}
