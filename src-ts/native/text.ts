/** Text on its way to Rust. */

const SURROGATE = /[\ud800-\udfff]/;

/** A text without half characters, which JSON has no form for that Rust reads. */
export function whole(text: string): string {
  return SURROGATE.test(text) ? Buffer.from(text).toString() : text;
}
