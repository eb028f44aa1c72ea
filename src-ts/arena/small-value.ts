/** Values that one word of a record stands for, without a string in the dictionary. */
import { TAG_BITS, TAG_BOOL, TAG_INT } from '../native/layout.gen';

/** No word alone stands for the value. Its low bits are no value's tag. */
export const NO_CODE = -1;
const MAX_SMALL_INT = 2 ** 27;

/** The one word of a small integer or a boolean; {@link NO_CODE} for anything else. */
export function wordOf(value: unknown): number {
  if (typeof value === 'number' && (value | 0) === value && value < MAX_SMALL_INT && value >= -MAX_SMALL_INT) return (value << TAG_BITS) | TAG_INT;
  if (typeof value === 'boolean') return value ? (1 << TAG_BITS) | TAG_BOOL : TAG_BOOL;
  return NO_CODE;
}
