/** Hands finished spans over: one record each in a ring of shared memory, published with Atomics. */
import type { Addon } from '../native/addon';
import {
  D_DROPPED_RING_FULL,
  D_DROPPED_SHUTDOWN,
  D_DROPPED_UNWRITABLE,
  D_NOT_SAMPLED,
  D_PUBLISHED,
  D_STARTED,
  D_SUBMITTED,
  DICTIONARY_BYTES,
  HEADER_BYTES,
  RECORD_MAX_BYTES,
  RECORD_SPAN,
  RECORD_WRAP,
  RING_BYTES,
  SLOT_BYTES,
  W_DICTIONARY_LENGTH,
  W_HEAD,
  W_TAIL,
  W_WAKE_AT,
  WAKE_BYTES,
} from '../native/layout.gen';
import { Dictionary, familyOf, type Scope } from './dictionary';
import { Encoder, NO_ROOM } from './encoder';
import { type FlatAttributes, keysOf, type SpanRecord } from './span-record';

const RING_WORD = (HEADER_BYTES + DICTIONARY_BYTES) >> 2;
const RING_MASK = RING_BYTES - 1;
const SLOT_WORDS = SLOT_BYTES >> 2;
/** A span that does not fit {@link RECORD_MAX_BYTES} is tried again with its strings cut to these lengths. */
const CUTS = [64 * 1024, 8 * 1024, 1024, 64];

/** Sequences of keys that are remembered for names that spans only start with. */
const MAX_LEARNT = 128;

/**
 * How long, and for how many bytes, a look at the reader's wake-up position holds: a look is a sequentially consistent load, which V8 does not put in line. The
 * reader goes to sleep no sooner than `IDLE_AFTER` (src/pipeline/worker.rs) after the last record that it saw; what was published at the last look is one.
 */
const LOOK_MILLIS = 400;
const LOOK_BYTES = WAKE_BYTES / 4;

/** The writer of one thread's ring. Nothing here blocks: a full ring drops the newest span and counts it. */
export class Recorder {
  private readonly words: Int32Array;
  private readonly doubles: Float64Array;
  private readonly dictionary: Dictionary;
  private readonly encoder: Encoder;
  /** Where the next record goes, in bytes, wrapping at 2^32; the ring has seen it published once {@link W_HEAD} holds it. */
  private head = 0;
  /** The reader's position when it was last looked at: it can only have moved on since. */
  private tail = 0;
  /** When, and at which position, the reader's wake-up position is looked at again. */
  private lookMillis = 0;
  private lookAt = 0;
  private publishedDictionary = 0;
  private published = 0;
  private started = 0;
  private notSampled = 0;
  private learnt = 0;

  constructor(
    private readonly memory: ArrayBuffer,
    private readonly ring: number,
    private readonly addon: Pick<Addon, 'wake' | 'submit'>,
  ) {
    this.words = new Int32Array(memory);
    this.doubles = new Float64Array(memory);
    this.dictionary = new Dictionary(memory);
    this.encoder = new Encoder(memory, this.dictionary);
  }

  /** Counts a span that was started. */
  countStarted(): void {
    this.doubles[D_STARTED] = ++this.started;
  }

  /** Counts a span that was started and is not sampled. */
  countNotSampled(): void {
    this.doubles[D_STARTED] = ++this.started;
    this.doubles[D_NOT_SAMPLED] = ++this.notSampled;
  }

  /** Counts a span that ended after the shutdown, when nothing is written any more. */
  countLate(): void {
    this.doubles[D_DROPPED_SHUTDOWN]++;
  }

  /**
   * Remembers the keys of a span that gets another name, so that the next one that starts with its first name has a template to go by: server spans
   * start as `GET` and end as `GET /users/:id`. Only so many, because a first name may be a new one each time.
   */
  learn(scope: Scope, name: string, list: FlatAttributes): void {
    if (this.learnt >= MAX_LEARNT) return;
    this.dictionary.number(scope);
    let template = familyOf(scope, name)?.of(list);
    if (template === undefined) {
      this.learnt++;
      template = this.dictionary.template(scope, name, keysOf(list));
    }
    if (template !== undefined) template.family.usual = template;
  }

  /** Writes a finished span. */
  write(span: SpanRecord): void {
    const { words } = this;
    if (((this.head - this.tail) | 0) > RING_BYTES - 2 * SLOT_BYTES) {
      this.tail = Atomics.load(words, W_TAIL);
      if (((this.head - this.tail) | 0) > RING_BYTES - 2 * SLOT_BYTES) {
        this.doubles[D_DROPPED_RING_FULL]++;
        return;
      }
    }
    let offset = this.head & RING_MASK;
    if (offset > RING_BYTES - SLOT_BYTES) {
      // A record is never split: the rest of the ring is stepped over.
      const rest = RING_BYTES - offset;
      words[RING_WORD + (offset >> 2)] = RECORD_WRAP | (rest << 8);
      this.head = (this.head + rest) | 0;
      offset = 0;
    }
    const begin = RING_WORD + (offset >> 2);
    const end = this.encoder.encode(span, begin, begin + SLOT_WORDS);
    if (end === NO_ROOM) {
      this.submit(span);
      return;
    }
    const bytes = ((end - begin + 1) & ~1) << 2;
    words[begin] = RECORD_SPAN | (bytes << 8);
    this.doubles[D_PUBLISHED] = ++this.published;
    this.publishDictionary();
    const head = (this.head + bytes) | 0;
    this.head = head;
    Atomics.store(words, W_HEAD, head);
    const endMillis = span.endMillis as number;
    if (((head - this.lookAt) | 0) >= 0 || endMillis >= this.lookMillis) this.look(endMillis);
  }

  /** Whether the reader wants to be woken now. */
  private look(nowMillis: number): void {
    const { head } = this;
    const wakeAt = Atomics.load(this.words, W_WAKE_AT);
    this.lookMillis = nowMillis + LOOK_MILLIS;
    this.lookAt = ((wakeAt - head) | 0) > 0 && ((wakeAt - head) | 0) < LOOK_BYTES ? wakeAt : (head + LOOK_BYTES) | 0;
    if (((head - wakeAt) | 0) >= 0) this.wake(wakeAt);
  }

  /** What the record refers to must be there before the record is. */
  private publishDictionary(): void {
    if (this.dictionary.length !== this.publishedDictionary) {
      this.publishedDictionary = this.dictionary.length;
      Atomics.store(this.words, W_DICTIONARY_LENGTH, this.publishedDictionary);
    }
  }

  /** Wakes the reader once: the position is moved out of reach, and the reader sets it anew before it sleeps again. */
  private wake(wakeAt: number): void {
    if (Atomics.compareExchange(this.words, W_WAKE_AT, wakeAt, (this.head + RING_BYTES) | 0) === wakeAt) this.addon.wake();
  }

  /** The slow way, for a span larger than a slot: one call that copies it. */
  private submit(span: SpanRecord): void {
    const scratch = new ArrayBuffer(RECORD_MAX_BYTES);
    const words = new Int32Array(scratch);
    this.encoder.retarget(scratch);
    let end = this.encoder.encode(span, 0, words.length);
    for (let i = 0; end === NO_ROOM && i < CUTS.length; i++) {
      this.encoder.maxStringLength = CUTS[i];
      end = this.encoder.encode(span, 0, words.length);
    }
    if (end === NO_ROOM) end = this.encoder.encode(withoutLists(span), 0, words.length);
    this.encoder.maxStringLength = Number.POSITIVE_INFINITY;
    this.encoder.retarget(this.memory);
    if (end === NO_ROOM) {
      this.doubles[D_DROPPED_UNWRITABLE]++;
      return;
    }
    const bytes = ((end + 1) & ~1) << 2;
    words[0] = RECORD_SPAN | (bytes << 8);
    this.publishDictionary();
    this.doubles[D_SUBMITTED]++;
    this.addon.submit(this.ring, new Uint8Array(scratch), bytes);
  }
}

/** What of a span remains when it fits nowhere: attributes, events and links are counted as dropped. */
function withoutLists(span: SpanRecord): SpanRecord {
  const { extras } = span;
  const counted = extras && {
    ...extras,
    events: undefined,
    droppedEvents: extras.droppedEvents + (extras.events?.length ?? 0),
    links: undefined,
    droppedLinks: extras.droppedLinks + (extras.links?.length ?? 0),
  };
  return { ...span, template: undefined, count: 0, list: [], dropped: span.dropped + span.count, extras: counted };
}
