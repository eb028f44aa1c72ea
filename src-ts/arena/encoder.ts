/** Encodes a finished span into the words of a record. */
import {
  B_EPOCH_TIMES,
  B_EVENTS,
  B_LINKS,
  B_STATUS_MESSAGE,
  B_TRACE_STATE,
  EVENT_EPOCH_TIME,
  MAX_DEPTH,
  MAX_STRING_LENGTH,
  MAX_TEMPLATE_KEYS,
  NO_TEMPLATE,
  R_BITS,
  R_COUNTS,
  R_END,
  R_PARENT_ID,
  R_SPAN_ID,
  R_START,
  R_TEMPLATE,
  R_TRACE_ID,
  R_VALUES,
  TAG_ARRAY,
  TAG_BITS,
  TAG_BYTES,
  TAG_DOUBLE,
  TAG_INT_WIDE,
  TAG_MAP,
  TAG_NULL,
  TAG_STRING,
  TAG_STRING_REF,
} from '../native/layout.gen';
import { type Dictionary, familyOf } from './dictionary';
import type { FixedValues } from './fixed-values';
import { NO_CODE, wordOf } from './small-value';
import {
  type EventRecord,
  type FlatAttributes,
  flatList,
  keysOf,
  type LinkRecord,
  listOf,
  type SpanExtras,
  type SpanRecord,
  valuesOf,
} from './span-record';
import { NOTHING, type Template } from './template';

/** No room in the target. */
export const NO_ROOM = -1;
/** A key that interned its share of new strings is looked up this many more times in vain before it is given up. */
const GIVE_UP = -64;
/** Strings up to this length are written by a loop, longer ones by one call. */
const LOOP_LENGTH = 48;
/** All bits that the number of a word can have: masked by it, V8 knows that sums with it do not overflow, and checks none. */
const ANY_WORD = 2 ** 24 - 1;
/** Doubles at and beyond this are no 64-bit integers. */
const INT64_RANGE = 2 ** 63;

const scratchDouble = new Float64Array(1);
const scratchWords = new Int32Array(scratchDouble.buffer);

/** Writes records into the words it is pointed at. */
export class Encoder {
  private words: Int32Array;
  private bytes: Buffer;
  private doubles: Float64Array;
  /** Word behind the last that may be written. */
  private limit = 0;
  /** Strings longer than this many UTF-16 units are cut; lowered only for a span that fits nowhere. */
  maxStringLength = Number.POSITIVE_INFINITY;

  constructor(
    memory: ArrayBuffer,
    private readonly dictionary: Dictionary,
  ) {
    this.words = new Int32Array(memory);
    this.bytes = Buffer.from(memory);
    this.doubles = new Float64Array(memory);
  }

  /** Points the encoder at other memory. */
  retarget(memory: ArrayBuffer): void {
    this.words = new Int32Array(memory);
    this.bytes = Buffer.from(memory);
    this.doubles = new Float64Array(memory);
  }

  /** Writes `span` from the even word `begin` on; returns the word behind it, or {@link NO_ROOM}. The record's size word is the caller's. */
  encode(span: SpanRecord, begin: number, limit: number): number {
    // A templated record adds one word a key without looking: keep that much in reserve.
    this.limit = limit - MAX_TEMPLATE_KEYS;
    begin &= ANY_WORD;
    const { words, doubles } = this;
    const extras = span.extras;
    let bits = span.bits;
    words[begin + R_COUNTS] = span.count | (Math.min(span.dropped, 0xffff) << 16);
    words[begin + R_TRACE_ID] = span.trace0;
    words[begin + R_TRACE_ID + 1] = span.trace1;
    words[begin + R_TRACE_ID + 2] = span.trace2;
    words[begin + R_TRACE_ID + 3] = span.trace3;
    words[begin + R_SPAN_ID] = span.span0;
    words[begin + R_SPAN_ID + 1] = span.span1;
    words[begin + R_PARENT_ID] = span.parent0;
    words[begin + R_PARENT_ID + 1] = span.parent1;
    doubles[(begin + R_START) >> 1] = span.startMillis;
    doubles[(begin + R_END) >> 1] = span.endMillis as number;

    let at = this.templated(span, begin);
    if (at === NO_ROOM) at = this.untemplated(span, begin);
    if (at === NO_ROOM) return NO_ROOM;
    if (extras !== undefined) {
      bits |= this.times(extras, begin);
      if (extras.traceState !== '') {
        bits |= B_TRACE_STATE;
        at = this.string(extras.traceState, at);
      }
      if (extras.statusMessage !== '') {
        bits |= B_STATUS_MESSAGE;
        at = this.string(extras.statusMessage, at);
      }
      if (extras.events !== undefined || extras.droppedEvents > 0) {
        bits |= B_EVENTS;
        at = this.events(extras.events ?? [], extras.droppedEvents, at);
      }
      if (extras.links !== undefined || extras.droppedLinks > 0) {
        bits |= B_LINKS;
        at = this.links(extras.links ?? [], extras.droppedLinks, at);
      }
      if (at === NO_ROOM) return NO_ROOM;
    }
    words[begin + R_BITS] = bits;
    return at;
  }

  /** The usual way: a template knows the keys, and most values are the last ones. */
  private templated(span: SpanRecord, begin: number): number {
    const { template } = span;
    if (template !== undefined && template.count === span.count) return this.values(template, span.list, begin, span.fixed);
    return this.otherwise(span, begin);
  }

  /** A span that ended before its template did, or went its own way. */
  private otherwise(span: SpanRecord, begin: number): number {
    const { scope, name, template, count, list } = span;
    this.dictionary.number(scope);
    if (template !== undefined) {
      const shorter = template.family.prefix(template, count) ?? this.dictionary.template(scope, name, template.keys.slice(0, count));
      return shorter === undefined ? NO_ROOM : this.values(shorter, listOf(span), begin, undefined);
    }
    const own = familyOf(scope, name)?.of(list) ?? this.dictionary.template(scope, name, keysOf(list));
    return own === undefined ? NO_ROOM : this.values(own, valuesOf(list), begin, undefined);
  }

  private values(template: Template, values: readonly unknown[], begin: number, fixed: FixedValues | undefined): number {
    const { words } = this;
    const { count, last, codes } = template;
    let at = begin + R_VALUES;
    let i = 0;
    if (fixed !== undefined) {
      if (fixed.template !== template) this.learn(fixed, template);
      const known = fixed.codes;
      for (; i < known.length; i++) words[at++] = known[i];
      for (; i < fixed.values.length; i++) {
        at = this.changed(fixed.values[i], at, template, i);
        if (at === NO_ROOM) return NO_ROOM;
      }
    }
    for (; i < count; i++) {
      const value = values[i];
      if (value === last[i]) {
        words[at++] = codes[i];
      } else {
        at = this.changed(value, at, template, i);
        if (at === NO_ROOM) return NO_ROOM;
      }
    }
    words[begin + R_TEMPLATE] = template.number;
    template.family.usual = template;
    return at;
  }

  /** Finds the codes of values that come again: as many of the first as have one. */
  private learn(fixed: FixedValues, template: Template): void {
    const codes: number[] = [];
    for (const [i, value] of fixed.values.entries()) {
      const code = this.codeOf(value, template, i);
      if (code === NO_CODE) break;
      codes.push(code);
    }
    fixed.codes = codes;
    fixed.template = template;
  }

  /** Scope, name and keys in line: for what the bounded dictionary does not hold. */
  private untemplated(span: SpanRecord, begin: number): number {
    this.dictionary.number(span.scope);
    this.words[begin + R_TEMPLATE] = NO_TEMPLATE;
    this.words[begin + R_VALUES] = span.scope.number;
    const at = this.string(span.name, begin + R_VALUES + 1);
    return at === NO_ROOM ? NO_ROOM : this.pairs(flatList(span), at);
  }

  /** A templated value that is not the last one of its key. */
  private changed(value: unknown, at: number, template: Template, i: number): number {
    const code = this.codeOf(value, template, i);
    if (code === NO_CODE) return typeof value === 'string' ? this.string(value, at) : this.value(value, at, 0);
    // Long strings that are new each time would be compared twice: here, and where they are looked up.
    if (typeof value !== 'string') template.last[i] = value;
    else template.last[i] = value.length > LOOP_LENGTH ? NOTHING : this.dictionary.strings[code >>> TAG_BITS];
    template.codes[i] = code;
    if (at >= this.limit) return NO_ROOM;
    this.words[at] = code;
    return at + 1;
  }

  /** The one word that stands for a templated value; {@link NO_CODE} where none does. */
  private codeOf(value: unknown, template: Template, i: number): number {
    if (typeof value === 'string') {
      const number = this.internable(value, template, i);
      return number < 0 ? NO_CODE : (number << TAG_BITS) | TAG_STRING_REF;
    }
    return wordOf(value);
  }

  /** The number of a string, where the key still is worth interning for; -1 where not. */
  private internable(text: string, template: Template, i: number): number {
    const novel = template.novel[i];
    if (novel <= GIVE_UP || text.length > MAX_STRING_LENGTH) return -1;
    if (text.length > LOOP_LENGTH) return this.internableLong(text, template, i);
    const known = this.dictionary.find(text);
    if (known !== undefined) return known;
    template.novel[i] = novel - 1;
    // Given up: a text is not even compared with the last one any more, for which V8 might have to flatten it.
    if (novel - 1 <= GIVE_UP) template.last[i] = NOTHING;
    return novel > 0 ? this.dictionary.intern(text) : -1;
  }

  /** The same for a long string. */
  private internableLong(text: string, template: Template, i: number): number {
    const long = template.longStrings(i);
    const kept = long.find(text);
    if (kept >= 0) return kept;
    const known = this.dictionary.find(text);
    if (known === undefined) template.novel[i]--;
    const number = known ?? (template.novel[i] >= 0 ? this.dictionary.intern(text) : -1);
    if (number >= 0) long.keep(this.dictionary.strings[number], number);
    return number;
  }

  /** Any value, in line. */
  private value(value: unknown, at: number, depth: number): number {
    // The largest fixed form is three words.
    if (at < 0 || at + 3 > this.limit) return NO_ROOM;
    if (typeof value === 'string') return this.string(value, at);
    const word = wordOf(value);
    if (word === NO_CODE) {
      if (typeof value === 'number') return this.wideNumber(value, at);
      if (typeof value === 'object' && value !== null && depth < MAX_DEPTH) return this.composite(value, at, depth);
    }
    this.words[at] = word === NO_CODE ? TAG_NULL : word;
    return at + 1;
  }

  private wideNumber(value: number, at: number): number {
    const { words } = this;
    words[at] = Number.isInteger(value) && value < INT64_RANGE && value >= -INT64_RANGE ? TAG_INT_WIDE : TAG_DOUBLE;
    scratchDouble[0] = value;
    words[at + 1] = scratchWords[0];
    words[at + 2] = scratchWords[1];
    return at + 3;
  }

  private composite(value: object, at: number, depth: number): number {
    const { words } = this;
    if (Array.isArray(value)) {
      words[at++] = (value.length << TAG_BITS) | TAG_ARRAY;
      for (let i = 0; i < value.length && at !== NO_ROOM; i++) at = this.value(value[i], at, depth + 1);
      return at;
    }
    if (value instanceof Uint8Array) {
      const size = (value.length + 3) >> 2;
      if (at + 1 + size > this.limit) return NO_ROOM;
      words[at] = (value.length << TAG_BITS) | TAG_BYTES;
      this.bytes.set(value, (at + 1) << 2);
      return at + 1 + size;
    }
    const entries = Object.entries(value);
    words[at++] = (entries.length << TAG_BITS) | TAG_MAP;
    for (const [key, inner] of entries) {
      at = this.string(key, at);
      if (at !== NO_ROOM) at = this.value(inner, at, depth + 1);
      if (at === NO_ROOM) return NO_ROOM;
    }
    return at;
  }

  private pairs(list: FlatAttributes, at: number): number {
    for (let i = 0; i < list.length && at !== NO_ROOM; i += 2) {
      at = this.string(list[i] as string, at);
      if (at !== NO_ROOM) at = this.value(list[i + 1], at, 0);
    }
    return at;
  }

  /** A string in line, as UTF-8; lone surrogates become U+FFFD. */
  private string(text: string, at: number): number {
    if (at < 0) return NO_ROOM;
    if (text.length > this.maxStringLength) text = text.slice(0, this.maxStringLength);
    const { bytes, words } = this;
    const length = text.length;
    const room = (this.limit - at - 1) << 2;
    if (length > room) return NO_ROOM;
    const start = (at + 1) << 2;
    let written = 0;
    if (length <= LOOP_LENGTH) {
      // Little-endian, as every platform is that there is an addon for.
      for (let word = at + 1; written + 4 <= length; written += 4) {
        const first = text.charCodeAt(written);
        const second = text.charCodeAt(written + 1);
        const third = text.charCodeAt(written + 2);
        const fourth = text.charCodeAt(written + 3);
        if ((first | second | third | fourth) > 127) break;
        words[word++] = first | (second << 8) | (third << 16) | (fourth << 24);
      }
      for (; written < length; written++) {
        const code = text.charCodeAt(written);
        if (code > 127) break;
        bytes[start + written] = code;
      }
    }
    if (written < length) {
      // Three bytes a unit is the most that UTF-8 needs; only a text that might not fit is measured.
      if (length * 3 > room && Buffer.byteLength(text) > room) return NO_ROOM;
      written = bytes.write(text, start);
    }
    words[at] = (written << TAG_BITS) | TAG_STRING;
    return at + 1 + ((written + 3) >> 2);
  }

  /** Times that the user gave replace the monotonic ones. */
  private times(extras: SpanExtras, begin: number): number {
    const { epochStart, epochEnd } = extras;
    if (epochStart === undefined || epochEnd === undefined) return 0;
    this.words[begin + R_START] = epochStart[0];
    this.words[begin + R_START + 1] = epochStart[1];
    this.words[begin + R_END] = epochEnd[0];
    this.words[begin + R_END + 1] = epochEnd[1];
    return B_EPOCH_TIMES;
  }

  private events(events: EventRecord[], dropped: number, at: number): number {
    at = this.counts(events.length, dropped, at);
    for (const event of events) {
      at = this.string(event.name, at);
      if (at === NO_ROOM || at + 3 > this.limit) return NO_ROOM;
      let counts = (event.attributes.length >> 1) | (Math.min(event.dropped, 0xffff) << 16);
      if (typeof event.time === 'number') {
        scratchDouble[0] = event.time;
        this.words[at] = scratchWords[0];
        this.words[at + 1] = scratchWords[1];
      } else {
        counts |= EVENT_EPOCH_TIME;
        this.words[at] = event.time[0];
        this.words[at + 1] = event.time[1];
      }
      this.words[at + 2] = counts;
      at = this.pairs(event.attributes, at + 3);
    }
    return at;
  }

  private links(links: LinkRecord[], dropped: number, at: number): number {
    at = this.counts(links.length, dropped, at);
    for (const link of links) {
      if (at === NO_ROOM || at + 8 > this.limit) return NO_ROOM;
      for (let i = 0; i < 6; i++) this.words[at + i] = link.ids[i];
      this.words[at + 6] = link.flags | (link.remote ? 0x100 : 0);
      at = this.string(link.traceState, at + 7);
      if (at === NO_ROOM || at + 1 > this.limit) return NO_ROOM;
      this.words[at] = (link.attributes.length >> 1) | (Math.min(link.dropped, 0xffff) << 16);
      at = this.pairs(link.attributes, at + 1);
    }
    return at;
  }

  private counts(count: number, dropped: number, at: number): number {
    if (at === NO_ROOM || at + 2 > this.limit) return NO_ROOM;
    this.words[at] = count;
    this.words[at + 1] = dropped;
    return at + 2;
  }
}
