/** Templates: the keys that spans of one name set, in their order, so that a record need not repeat them. */

import { LongStrings } from './long-strings';

/** How many new strings one attribute of a template may intern: what keeps changing is not worth a number. */
const NOVEL_STRINGS = 32;
/** Sequences of keys remembered for one span name. */
const MAX_VARIANTS = 8;
/** Compares unequal to every attribute value. */
export const NOTHING: unknown = Symbol('no value yet');

/** The fixed part of spans of one name: their sequence of keys and, per key, the last value and its code. */
export class Template {
  readonly number: number;
  readonly family: Family;
  readonly count: number;
  readonly keys: readonly string[];
  /** Last value per key; only values whose code is one word are remembered. */
  readonly last: unknown[];
  readonly codes: number[];
  /** New strings that each key may still intern; far below zero, the key is not even looked up. */
  readonly novel: number[];
  /** What {@link openWith} noted last. */
  openingKeys: readonly string[] | undefined = undefined;
  openingGiven = 0;
  /** The key that {@link placeOf} was asked for last, and the answer. */
  private sought: string | undefined = undefined;
  private place = -1;
  /** Per key, made when there is the first. */
  readonly long: (LongStrings | undefined)[];

  constructor(number: number, family: Family, keys: readonly string[]) {
    this.number = number;
    this.family = family;
    this.count = keys.length;
    this.keys = keys;
    this.last = keys.map(() => NOTHING);
    this.codes = keys.map(() => 0);
    this.novel = keys.map(() => NOVEL_STRINGS);
    this.long = keys.map(() => undefined);
  }

  /** Notes that spans begin with this sequence when they are given those of `keys` whose bits are set in `given`. */
  openWith(keys: readonly string[], given: number): void {
    this.openingKeys = keys;
    this.openingGiven = given;
  }

  /** The long strings of one key. */
  longStrings(i: number): LongStrings {
    this.long[i] ??= new LongStrings();
    return this.long[i];
  }

  /** Room for the values of a span that begins with these keys. Literal lengths: V8 allocates those in line, with no call. */
  room(): unknown[] {
    const { count } = this;
    if (count <= 4) return new Array(4);
    if (count <= 8) return new Array(8);
    return count <= 12 ? new Array(12) : new Array(16);
  }

  /** The place of a key; -1 where there is none. Who asks does so for one key at each span, so that it is looked for once. */
  placeOf(key: string): number {
    if (key !== this.sought) {
      this.sought = key;
      this.place = this.keys.indexOf(key);
    }
    return this.place;
  }

  /** Whether the first `count` keys are those of another. */
  beginsAs(other: Template, count: number): boolean {
    if (this.count < count) return false;
    for (let i = 0; i < count; i++) if (this.keys[i] !== other.keys[i]) return false;
    return true;
  }
}

/** The spans of one name: the sequences of keys that they had so far. */
export class Family {
  /** The sequence of the last span: the next one most likely has it, too. */
  usual: Template | undefined = undefined;
  private readonly variants: Template[] = [];
  /** The last answer of {@link goingOn}, and what was asked: what a span is renamed from hardly varies. */
  private from: Template | undefined = undefined;
  private fromCount = 0;
  private to: Template | undefined = undefined;

  constructor(readonly name: string) {}

  /** Whether another sequence may be remembered. */
  get hasRoom(): boolean {
    return this.variants.length < MAX_VARIANTS;
  }

  add(template: Template): void {
    this.variants.push(template);
  }

  /** The sequence that goes on with `key` after the first `count` keys of `template`. */
  branch(template: Template, count: number, key: string): Template | undefined {
    return this.variants.find((other) => other.count > count && other.keys[count] === key && other.beginsAs(template, count));
  }

  /** A sequence that begins with the first `count` keys of `template`, which may be another family's: that of a span's name until now. */
  goingOn(template: Template, count: number): Template | undefined {
    const { usual } = this;
    if (template === this.from && count === this.fromCount && usual === this.to) return usual;
    if (usual?.beginsAs(template, count)) {
      this.from = template;
      this.fromCount = count;
      this.to = usual;
      return usual;
    }
    return this.variants.find((other) => other.beginsAs(template, count));
  }

  /** The sequence of just the first `count` keys of `template`. */
  prefix(template: Template, count: number): Template | undefined {
    return this.variants.find((other) => other.count === count && other.beginsAs(template, count));
  }

  /** The sequence of the keys of a flat list. */
  of(list: readonly unknown[]): Template | undefined {
    return this.variants.find((other) => other.count << 1 === list.length && other.keys.every((key, i) => key === list[i << 1]));
  }
}
