/** Attribute values that many spans begin with: those of all messages to one queue, of all commands on one collection. */
import type { Template } from './template';

/**
 * The values of the first keys of a list. A span has them without a copy in its own list and, once the encoder knows their codes, a record takes them without a look
 * at each: of the twelve attributes of a message to a queue, ten are the same each time (docs/adr/0001).
 */
export class FixedValues {
  /** Those that are there, in the order of their keys. */
  readonly values: readonly (string | number | boolean)[];
  /** A bit for each key that has one. */
  readonly given: number;
  /** The longest string among them, in UTF-16 units. */
  readonly longest: number;
  /** What {@link codes} are for. */
  template: Template | undefined = undefined;
  /** The first words of a record of {@link template}; fewer than there are values where one of them has no code. */
  codes: number[] = [];

  /** `all`: a value for each of the first keys, undefined for what is not there. */
  constructor(readonly all: readonly (string | number | boolean | undefined)[]) {
    this.values = all.filter((value) => value !== undefined);
    this.given = all.reduce<number>((given, value, i) => (value === undefined ? given : given | (1 << i)), 0);
    this.longest = all.reduce<number>((longest, value) => (typeof value === 'string' ? Math.max(longest, value.length) : longest), 0);
  }
}

/** None: what spans begin with that share nothing. */
export const NO_FIXED_VALUES = new FixedValues([]);
