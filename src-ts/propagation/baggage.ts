/** `baggage` (W3C Baggage): the header as it came, taken apart only when somebody asks. */
import type { Baggage, BaggageEntry, BaggageEntryMetadata } from '@opentelemetry/api';
import { loadAddon } from '../native/addon';
import { whole } from '../native/text';
import { BAGGAGE, countPlainPairs, places, STRIDE } from './pairs';
import { countRejected } from './rejected';

/** The most bytes of a header. */
const MAX_BYTES = 8192;
/** The most entries. */
const MAX_ENTRIES = 180;
/** Of a longer header only the beginning is handed over: one character more than counts, so that it is seen to be too long. */
const MAX_READ = MAX_BYTES + 1;
/** What stands in a header as it is. */
const PLAIN_KEY = /^[!#$&'*+.^_`|~0-9A-Za-z-]+$/;
const PLAIN_VALUE = /^[!#$&-+.-:<-[\]-~-]*$/;

/** Baggage, immutable. Where it came in a header and was not changed, that header is passed on. */
class HeaderBaggage implements Baggage {
  constructor(
    private entries: Map<string, BaggageEntry> | undefined,
    private text: string | undefined,
  ) {}

  getEntry(key: string): BaggageEntry | undefined {
    const entry = this.all().get(key);
    return entry === undefined ? undefined : { ...entry };
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this.all()];
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new HeaderBaggage(new Map(this.all()).set(key, entry), undefined);
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    const entries = new Map(this.all());
    for (const key of keys) entries.delete(key);
    return new HeaderBaggage(entries, undefined);
  }

  clear(): Baggage {
    return new HeaderBaggage(new Map(), undefined);
  }

  /** The header; written once. */
  header(): string {
    this.text ??= formatEntries(this.getAllEntries());
    return this.text;
  }

  private all(): Map<string, BaggageEntry> {
    this.entries ??= plainEntries(this.text as string);
    return this.entries;
  }
}

/** The baggage in a header; undefined when it holds no entry. An entry that is none is left out, and the header counted as rejected. */
export function readBaggage(header: string): Baggage | undefined {
  if (header.length <= MAX_BYTES && countPlainPairs(header, BAGGAGE) > 0 && hasRightEscapes(header)) return new HeaderBaggage(undefined, header);
  const json = loadAddon()?.parseBaggage(header.length > MAX_READ ? header.slice(0, MAX_READ) : header);
  if (json === undefined) return undefined;
  const [isWhole, entries] = JSON.parse(json) as [boolean, [string, string, string | null][]];
  if (!isWhole) countRejected();
  if (entries.length === 0) return undefined;
  return new HeaderBaggage(
    new Map(entries.map(([key, value, text]) => [key, text === null ? { value } : { value, metadata: metadata(text) }])),
    undefined,
  );
}

/** The header of baggage; empty where nothing of it can be sent. */
export function writeBaggage(baggage: Baggage): string {
  return baggage instanceof HeaderBaggage ? baggage.header() : formatEntries(baggage.getAllEntries());
}

/** Whether every percent sign begins an escape, and all of them are UTF-8. */
function hasRightEscapes(header: string): boolean {
  if (!header.includes('%')) return true;
  try {
    decodeURIComponent(header);
    return true;
  } catch {
    return false;
  }
}

/** The entries of a header that {@link readBaggage} found to be plain. */
function plainEntries(header: string): Map<string, BaggageEntry> {
  const entries = new Map<string, BaggageEntry>();
  const count = countPlainPairs(header, BAGGAGE);
  for (let place = 0; place < count * STRIDE; place += STRIDE) {
    const [valueEnd, end] = [places[place + 2], places[place + 3]];
    const value = decodeURIComponent(header.slice(places[place + 1] + 1, valueEnd));
    const key = header.slice(places[place], places[place + 1]);
    entries.set(key, end === valueEnd ? { value } : { value, metadata: metadata(header.slice(valueEnd + 1, end)) });
  }
  return entries;
}

/** What is plain, or plain but for the characters of its values, is written here; the rest is Rust's. */
function formatEntries(entries: [string, BaggageEntry][]): string {
  let header = '';
  for (const [key, entry] of entries) {
    const value = entry.metadata === undefined && PLAIN_KEY.test(key) ? escaped(entry.value) : undefined;
    if (value === undefined) return formatInRust(entries);
    header += header === '' ? `${key}=${value}` : `,${key}=${value}`;
  }
  return header.length > MAX_BYTES || entries.length > MAX_ENTRIES ? formatInRust(entries) : header;
}

function escaped(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (PLAIN_VALUE.test(value)) return value;
  try {
    return encodeURIComponent(value);
  } catch {
    // Half a character, which Rust replaces.
    return undefined;
  }
}

function formatInRust(entries: [string, BaggageEntry][]): string {
  const texts = entries
    .filter(([, entry]) => typeof entry?.value === 'string')
    .map(([key, { value, metadata }]) => [whole(key), whole(value), metadata === undefined ? null : whole(metadata.toString())]);
  return loadAddon()?.formatBaggage(JSON.stringify(texts)) ?? '';
}

/** The API's metadata is a text in an object; nobody looks at its mark, which only keeps the types apart. */
function metadata(text: string): BaggageEntryMetadata {
  return { toString: () => text } as BaggageEntryMetadata;
}
