/** Commands as text, with their values left out. */
import type { Fields } from '../messaging/fields';
import { isPlain, listOf } from './operations';

/** The longest text, in characters; what is longer is cut. */
const MAX_LENGTH = 4096;

/** What is nested deeper is a value. */
const MAX_DEPTH = 12;

/** Values that are looked at: equal ones are written once, so that the length alone bounds nothing. */
const MAX_VALUES = 1024;

/** Elements of a list that are looked at: equal neighbours are written once, so that a list of a thousand ids is `["?"]`. */
const MAX_ELEMENTS = 64;

/** What the driver adds to commands. */
const ADDED: ReadonlySet<string> = new Set([
  ...['$db', 'lsid', '$clusterTime', '$readPreference', 'txnNumber', 'startTransaction', 'autocommit'],
  ...['apiVersion', 'apiStrict', 'apiDeprecationErrors'],
]);

const VALUE = '"?"';
const MORE = '"…"';

/** A command as JSON with `?` for each value; undefined where nothing is to be told: the driver empties commands that hold secrets. */
export function queryTextOf(command: Fields): string | undefined {
  const writer = new Writer();
  try {
    writer.fields(command, 0, ADDED);
  } catch {
    // A proxy of the user's. The driver will read it, too, and say what it thinks of it.
    return undefined;
  }
  const { text } = writer;
  if (text === '{}') return undefined;
  return writer.isFull ? `${text.slice(0, MAX_LENGTH)}…` : text;
}

/** Writes until the bounds are reached. */
class Writer {
  text = '';
  private left = MAX_VALUES;

  get isFull(): boolean {
    return this.left <= 0 || this.text.length > MAX_LENGTH;
  }

  /** The fields of a document, without those named. No getter is called: what it might do is the driver's to see. */
  fields(document: object, depth: number, without?: ReadonlySet<string>): void {
    this.text += '{';
    let first = true;
    for (const key of Object.keys(document)) {
      if (this.isFull) break;
      if (without?.has(key)) continue;
      this.key(key, first);
      first = false;
      this.value(Object.getOwnPropertyDescriptor(document, key)?.value, depth + 1);
    }
    this.text += '}';
  }

  private key(key: string, first: boolean): void {
    this.text += `${first ? '' : ','}${JSON.stringify(key.length > MAX_LENGTH ? key.slice(0, MAX_LENGTH) : key)}:`;
  }

  private value(value: unknown, depth: number): void {
    this.left--;
    if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) {
      this.text += VALUE;
      return;
    }
    const list = listOf(value);
    if (list !== undefined) this.list(list, depth);
    else if (value instanceof Map) this.map(value, depth);
    else if (isPlain(value)) this.fields(value, depth);
    // An id, a date, bytes, a pattern, or what else the driver has a type for.
    else this.text += VALUE;
  }

  private map(map: ReadonlyMap<unknown, unknown>, depth: number): void {
    this.text += '{';
    let first = true;
    for (const [key, value] of map) {
      if (this.isFull) break;
      this.key(typeof key === 'string' ? key : '?', first);
      first = false;
      this.value(value, depth + 1);
    }
    this.text += '}';
  }

  private list(list: readonly unknown[], depth: number): void {
    this.text += '[';
    let former = '';
    const count = Math.min(list.length, MAX_ELEMENTS);
    for (let i = 0; i < count && !this.isFull; i++) {
      const start = this.text.length;
      this.value(Object.getOwnPropertyDescriptor(list, i)?.value, depth + 1);
      const element = this.text.slice(start);
      if (element === former) this.text = this.text.slice(0, start);
      else if (former !== '') this.text = `${this.text.slice(0, start)},${element}`;
      former = element;
    }
    this.text += list.length > MAX_ELEMENTS ? `,${MORE}]` : ']';
  }
}
