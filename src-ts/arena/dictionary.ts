/** The writer's side of the dictionary: strings, scopes and templates, each numbered once, all bounded. */
import {
  DICTIONARY_BYTES,
  ENTRY_SCOPE,
  ENTRY_STRING,
  ENTRY_TEMPLATE,
  HEADER_BYTES,
  MAX_SCOPES,
  MAX_STRING_LENGTH,
  MAX_STRINGS,
  MAX_TEMPLATE_KEYS,
  MAX_TEMPLATES,
  TAG_BITS,
  TAG_STRING,
  TAG_STRING_REF,
} from '../native/layout.gen';
import { warnOnce } from '../native/warn';
import { Family, Template } from './template';

/** The scope of spans whose own has no room: the first entry. */
const NAMELESS_SCOPE = 0;
/** UTF-16 units of a scope's name, version or schema URL; longer ones are cut. */
const MAX_SCOPE_TEXT = 1024;
/** An instrumentation scope and the templates of its spans, by their names. */
export interface Scope {
  readonly name: string;
  readonly version: string | undefined;
  readonly schemaUrl: string | undefined;
  /** Its number in the dictionary; -1 while it has none. */
  number: number;
  readonly families: Map<string, Family>;
  /** Those that were asked for last, by the length of their name: a service makes spans of a few names again and again. */
  readonly recent: (Family | undefined)[];
  /** Those that were in their places before: a queue's `publish` and `consume` are of one length. */
  readonly earlier: (Family | undefined)[];
}

/** Places in {@link Scope.recent}. */
const RECENT = 16;

/** A scope without a number yet. */
export function newScope(name: string, version?: string, schemaUrl?: string): Scope {
  return { name, version, schemaUrl, number: -1, families: new Map(), recent: noFamilies(), earlier: noFamilies() };
}

function noFamilies(): (Family | undefined)[] {
  return new Array(RECENT).fill(undefined);
}

/** The family of a span name, where there is one. */
export function familyOf(scope: Scope, name: string): Family | undefined {
  const place = name.length & (RECENT - 1);
  const recent = scope.recent[place];
  if (recent !== undefined && recent.name === name) return recent;
  const earlier = scope.earlier[place];
  if (earlier !== undefined && earlier.name === name) return earlier;
  const family = scope.families.get(name);
  if (family === undefined) return undefined;
  scope.earlier[place] = recent;
  scope.recent[place] = family;
  return family;
}

/** Appends entries to the dictionary of an arena. What no longer fits gets no number and is written in line. */
export class Dictionary {
  private readonly words: Int32Array;
  private readonly bytes: Buffer;
  private readonly numbers = new Map<string, number>();
  /** The interned strings by number, as V8 internalised them: holding one holds no larger string that it was cut from. */
  readonly strings: string[] = [];
  private scopes = 0;
  private templates = 0;
  /** Bytes appended so far; the recorder publishes them before the record that needs them. */
  length = 0;

  constructor(memory: ArrayBuffer) {
    this.words = new Int32Array(memory, HEADER_BYTES, DICTIONARY_BYTES / 4);
    this.bytes = Buffer.from(memory, HEADER_BYTES, DICTIONARY_BYTES);
    this.append(newScope(''));
  }

  /** The number of an interned string, or undefined. */
  find(text: string): number | undefined {
    return this.numbers.get(text);
  }

  /** The number of a string, interned now if it was not and may be; -1 when it can have none. */
  intern(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    if (text.length > MAX_STRING_LENGTH || this.strings.length >= MAX_STRINGS) return -1;
    const at = this.length;
    // Three bytes for each UTF-16 unit is the most that UTF-8 needs.
    if (at + 12 + text.length * 3 > DICTIONARY_BYTES) return -1;
    const written = this.bytes.write(text, at + 8);
    const size = 8 + ((written + 3) & ~3);
    this.words[at >> 2] = ENTRY_STRING | (size << 8);
    this.words[(at >> 2) + 1] = written;
    this.length = at + size;
    const number = this.strings.length;
    const internalised = internalise(text);
    this.strings.push(internalised);
    this.numbers.set(internalised, number);
    return number;
  }

  /** Gives a scope its number: one of its own, or where there is no room for another that of the nameless one. */
  number(scope: Scope): void {
    if (scope.number >= 0 || this.append(scope)) return;
    scope.number = NAMELESS_SCOPE;
    warnOnce(
      'OBS_SCOPES_FULL',
      `more than ${MAX_SCOPES} tracers of different names or versions were made; spans of further ones carry no scope. Give tracers the name of a library or module.`,
    );
  }

  private append(scope: Scope): boolean {
    if (this.scopes >= MAX_SCOPES) return false;
    const parts = [scope.name, scope.version ?? '', scope.schemaUrl ?? ''].map((text) => text.slice(0, MAX_SCOPE_TEXT));
    const numbers = parts.map((text) => (text === '' ? -1 : this.intern(text)));
    const sizes = parts.map((text, i) => (numbers[i] < 0 ? (Buffer.byteLength(text) + 3) & ~3 : 0));
    const size = sizes.reduce((sum, bytes) => sum + bytes, 16);
    if (this.length + size > DICTIONARY_BYTES) return false;
    let at = this.length >> 2;
    this.words[at++] = ENTRY_SCOPE | (size << 8);
    for (let i = 0; i < parts.length; i++) {
      if (numbers[i] >= 0) {
        this.words[at++] = (numbers[i] << TAG_BITS) | TAG_STRING_REF;
      } else {
        this.words[at] = (this.bytes.write(parts[i], (at + 1) << 2) << TAG_BITS) | TAG_STRING;
        at += 1 + (sizes[i] >> 2);
      }
    }
    this.length += size;
    scope.number = this.scopes++;
    return true;
  }

  /** A new template for a name and keys; undefined when there can be none. */
  template(scope: Scope, name: string, keys: readonly string[]): Template | undefined {
    const count = keys.length;
    if (count > MAX_TEMPLATE_KEYS || this.templates >= MAX_TEMPLATES) return undefined;
    const known = familyOf(scope, name);
    if (known?.hasRoom === false) return undefined;
    const nameNumber = this.intern(name);
    if (nameNumber < 0) return undefined;
    const numbers = keys.map((key) => this.intern(key));
    const size = (4 + count) * 4;
    if (numbers.includes(-1) || this.length + size > DICTIONARY_BYTES) return undefined;
    let at = this.length >> 2;
    this.words[at++] = ENTRY_TEMPLATE | (size << 8);
    this.words[at++] = scope.number;
    this.words[at++] = nameNumber;
    this.words[at++] = count;
    for (const number of numbers) this.words[at++] = number;
    this.length += size;
    const family = known ?? new Family(this.strings[nameNumber]);
    if (known === undefined) scope.families.set(family.name, family);
    const template = new Template(
      this.templates++,
      family,
      numbers.map((number) => this.strings[number]),
    );
    family.add(template);
    return template;
  }
}

/** The internalised twin of a string: property names are always internalised, and those never share memory with a larger string. */
function internalise(text: string): string {
  return Object.keys({ [text]: 0 })[0];
}
