/** A recording span: plain fields while it is open, one record when it ends. */
import { performance } from 'node:perf_hooks';
import type { Attributes, Exception, HrTime, Link, Span, SpanContext, SpanStatus, TimeInput, TraceState } from '@opentelemetry/api';
import { familyOf, type Scope } from '../arena/dictionary';
import { type FixedValues, NO_FIXED_VALUES } from '../arena/fixed-values';
import { type FlatAttributes, flatList, type SpanRecord } from '../arena/span-record';
import type { Template } from '../arena/template';
import { B_KIND_SHIFT, B_PARENT_REMOTE, B_STATUS_SHIFT } from '../native/layout.gen';
import { warnOnce } from '../native/warn';
import { cleanValue, compact, INVALID, isOwn, replaceIn, toObject, warnInvalid, warnThrew } from './attributes';
import type { TraceCore } from './core';
import { exceptionAttributes } from './exception';
import { Extras } from './extras';
import { timeFrom } from './given-time';
import { IdentifiedSpan } from './identity';
import { readLink, serialize } from './link';
import { Live } from './live';
import {
  type ReadableSpan,
  readableDuration,
  readableEvents,
  readableLinks,
  readableParent,
  readableStatus,
  readableTime,
  type TimedEvent,
} from './readable';
import type { AttributeValues } from './shape';
import { textOf } from './text';

const STATUS_MASK = 3 << B_STATUS_SHIFT;
/** OpenTelemetry's `SpanStatusCode`s. */
const STATUS_OK = 1;
export const STATUS_ERROR = 2;
/** Bits above those of a record; its reader ignores them. */
const ENDED = 1 << 30;
const DISTINCT_KEYS = 1 << 29;
const ENDING = 1 << 28;

/** OpenTelemetry's Span, complete; also its ReadableSpan, for processors. Nothing here throws, whatever it is given. */
export class RecordingSpan extends IdentifiedSpan implements Span, SpanRecord, ReadableSpan {
  name: string;
  readonly scope: Scope;
  readonly parent0: number;
  readonly parent1: number;
  readonly startMillis: number;
  endMillis: number | undefined;
  template: Template | undefined;
  count: number;
  list: FlatAttributes;
  fixed: FixedValues | undefined;
  dropped: number;
  extras: Extras | undefined;
  private readonly core: TraceCore;

  /** Takes everything as it is to be: calls made in here would count against the size up to which V8 puts a constructor in line (docs/adr/0001). */
  constructor(
    core: TraceCore,
    scope: Scope,
    name: string,
    kind: number,
    flags: number,
    trace0: number,
    trace1: number,
    trace2: number,
    trace3: number,
    span0: number,
    span1: number,
    parent0: number,
    parent1: number,
    parentRemote: boolean,
    fixed: FixedValues | undefined,
    template: Template | undefined,
    list: FlatAttributes,
    startMillis: number,
  ) {
    super();
    this.trace0 = trace0;
    this.trace1 = trace1;
    this.trace2 = trace2;
    this.trace3 = trace3;
    this.span0 = span0;
    this.span1 = span1;
    this.bits = flags | (kind << B_KIND_SHIFT) | (parentRemote ? B_PARENT_REMOTE : 0);
    this.asContext = undefined;
    this.name = name;
    this.scope = scope;
    this.parent0 = parent0;
    this.parent1 = parent1;
    this.template = template;
    this.count = 0;
    this.fixed = fixed;
    this.list = list;
    this.dropped = 0;
    this.extras = undefined;
    this.core = core;
    // Not a number that there is none yet: V8 would make a place of 16 bytes for one.
    this.endMillis = undefined;
    this.startMillis = startMillis;
  }

  get isRemote(): boolean {
    return false;
  }
  get traceState(): TraceState | undefined {
    return this.extras?.state;
  }

  /** Inherits a trace state; only where the span is made. */
  inheritTraceState(state: TraceState): void {
    this.more().state = state;
  }

  /** Takes the start that the user gave; only where the span is made. */
  startAt(time: TimeInput): void {
    this.more().epochStart = timeFrom(time);
  }

  setAttribute(key: string, value: unknown): this {
    if ((this.bits & ENDED) !== 0) return this.refuse();
    if (typeof value === 'string' ? value.length <= this.core.maxStringLength : typeof value === 'number' || typeof value === 'boolean') {
      const { template, count } = this;
      if (template !== undefined && count < template.count && template.keys[count] === key) {
        this.list[count] = value;
        this.count = count + 1;
        return this;
      }
      if (typeof key === 'string' && key !== '') return this.push(key, value);
    } else if (typeof key === 'string' && key !== '') {
      if (value === undefined || value === null) return this;
      let clean: unknown = INVALID;
      try {
        clean = cleanValue(value, this.core.limits.attributeValueLength);
      } catch {
        warnThrew();
        return this;
      }
      if (clean !== INVALID) return this.push(key, clean);
    }
    warnInvalid(key, value);
    return this;
  }

  /** Takes the first attributes, which begin with the fixed values; only where the span is made. See `SpanShape`. */
  begin(keys: readonly string[], values: AttributeValues): void {
    const { template, list, core, fixed = NO_FIXED_VALUES } = this;
    if (template !== undefined && template.openingKeys === keys && fixed.longest <= core.maxStringLength) {
      let { given } = fixed;
      // The places of the fixed ones stay empty.
      let taken = fixed.values.length;
      let key = fixed.all.length;
      for (let i = 0; i < values.length; i++, key++) {
        const value = values[i];
        if (value === undefined) continue;
        // One that has to be cut: the way below does that, because no span is given all 32 bits.
        if (typeof value === 'string' && value.length > core.maxStringLength) given = -1;
        given |= 1 << key;
        list[taken++] = value;
      }
      if (given === template.openingGiven) {
        this.count = taken;
        return;
      }
    }
    this.fixed = undefined;
    this.beginOtherwise(keys, [...fixed.all, ...values]);
  }

  /** One by one; where that ends in a template, it is known by these keys from then on. */
  private beginOtherwise(keys: readonly string[], values: AttributeValues): void {
    let given = 0;
    for (let i = 0; i < values.length; i++) {
      if (values[i] === undefined) continue;
      given |= 1 << i;
      this.setAttribute(keys[i], values[i]);
    }
    this.template?.openWith(keys, given);
  }

  setAttributes(attributes: Attributes): this {
    if ((this.bits & ENDED) !== 0) return this.refuse();
    // Bytes are no attributes: each of millions would be one.
    if (typeof attributes !== 'object' || attributes === null || ArrayBuffer.isView(attributes)) return this;
    try {
      for (const key in attributes) {
        if (isOwn.call(attributes, key)) this.setAttribute(key, attributes[key]);
      }
    } catch {
      warnThrew();
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if ((this.bits & ENDED) !== 0) return this.refuse();
    this.more().addEvent(this.core.limits, name, attributesOrTime, time);
    return this;
  }

  addLink(link: Link): this {
    if ((this.bits & ENDED) !== 0) return this.refuse();
    const read = readLink(link, this.core.limits);
    if (read !== undefined) this.more().addLink(this.core.limits, read);
    return this;
  }

  addLinks(links: Link[]): this {
    try {
      if (Array.isArray(links)) for (const link of links) this.addLink(link);
    } catch {
      warnThrew();
    }
    return this;
  }

  /** Ok is final, and Unset changes nothing (OpenTelemetry specification, "Set Status"). */
  setStatus(status: SpanStatus): this {
    if ((this.bits & ENDED) !== 0) return this.refuse();
    let code: unknown;
    let message: unknown;
    try {
      code = status?.code;
      if (code === STATUS_ERROR) message = status.message;
    } catch {
      warnThrew();
    }
    if ((code !== STATUS_OK && code !== STATUS_ERROR) || (this.bits & STATUS_MASK) === STATUS_OK << B_STATUS_SHIFT) return this;
    this.bits = (this.bits & ~STATUS_MASK) | (code << B_STATUS_SHIFT);
    if (typeof message === 'string' && message !== '')
      this.more().statusMessage = cleanValue(message, this.core.limits.attributeValueLength) as string;
    else if (this.extras !== undefined) this.extras.statusMessage = '';
    return this;
  }

  updateName(name: string): this {
    if ((this.bits & ENDED) !== 0) return this.refuse();
    const first = this.name;
    this.name = textOf(name);
    const moved = this.template && familyOf(this.scope, this.name)?.goingOn(this.template, this.count);
    if (moved !== undefined) this.template = moved;
    // Of a live span the list holds only what is new.
    else if (this.extras?.live === undefined) this.core.recorder?.learn(this.scope, first, this.spread());
    return this;
  }

  isRecording(): boolean {
    return (this.bits & ENDED) === 0;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = exceptionAttributes(exception);
    if (attributes !== undefined) this.addEvent('exception', attributes, time);
    else warnOnce('OBS_EXCEPTION_EMPTY', 'recordException was given a value with neither message nor name or code; it is left out.');
  }

  end(endTime?: TimeInput): void {
    if ((this.bits & ENDED) !== 0) {
      this.refuse();
      return;
    }
    if (endTime === undefined && this.extras?.epochStart === undefined) this.endMillis = performance.now();
    else this.endMillis = this.more().endAt(endTime, this.startMillis);
    if (this.extras?.state !== undefined) this.extras.traceState = serialize(this.extras.state);
    this.core.finish(this);
  }

  /** Whether the end is announced to processors now; false when it was already, since one of them may end the span again. */
  beginEnding(): boolean {
    if ((this.bits & ENDING) !== 0) return false;
    this.bits |= ENDING;
    return true;
  }

  /** Closes the span. */
  seal(): void {
    this.bits |= ENDED;
  }

  /** Takes over what processors changed, for the record that is written next. */
  takeEdits(): void {
    this.name = textOf(this.name);
    // The name in a record is its template's.
    if (this.template !== undefined && this.template.family.name !== this.name) this.spread();
    this.extras?.live?.record(this, this.extras);
  }

  /** Takes another list of keys and values in turn. */
  replaceList(list: FlatAttributes): void {
    this.template = undefined;
    this.list = list;
    this.count = list.length >> 1;
  }

  get kind(): number {
    return (this.bits >> B_KIND_SHIFT) & 7;
  }
  get parentSpanContext(): SpanContext | undefined {
    return readableParent(this);
  }
  get parentSpanId(): string | undefined {
    return readableParent(this)?.spanId;
  }
  get startTime(): HrTime {
    return readableTime(this.startMillis, this.extras?.epochStart);
  }
  get endTime(): HrTime {
    return this.ended ? readableTime(this.endMillis as number, this.extras?.epochEnd) : [0, 0];
  }
  get duration(): HrTime {
    return this.ended ? readableDuration(this) : [-1, -1];
  }
  get ended(): boolean {
    return (this.bits & ENDED) !== 0;
  }
  get status(): SpanStatus {
    return readableStatus((this.bits & STATUS_MASK) >> B_STATUS_SHIFT, this.extras?.statusMessage);
  }
  get attributes(): Attributes {
    return this.live()?.attributesOf(this) ?? toObject(flatList(this));
  }
  set attributes(attributes: Attributes) {
    this.live()?.replaceAttributes(this, attributes);
  }
  get events(): TimedEvent[] {
    return this.live()?.eventsOf(this.more()) ?? readableEvents(this.extras?.events);
  }
  get links(): Link[] {
    return this.live()?.linksOf(this.more()) ?? readableLinks(this.extras?.links, this.extras?.linkContexts);
  }
  get resource(): ReadableSpan['resource'] {
    return this.core.resource;
  }
  get instrumentationScope(): ReadableSpan['instrumentationScope'] {
    return this.scope;
  }
  get instrumentationLibrary(): ReadableSpan['instrumentationScope'] {
    return this.scope;
  }
  get droppedAttributesCount(): number {
    return this.dropped;
  }
  get droppedEventsCount(): number {
    return this.extras?.droppedEvents ?? 0;
  }
  get droppedLinksCount(): number {
    return this.extras?.droppedLinks ?? 0;
  }

  private push(key: string, value: unknown): this {
    const { template, count } = this;
    if (template !== undefined) {
      const fitting = count < template.count && template.keys[count] === key ? template : template.family.branch(template, count, key);
      if (fitting !== undefined) {
        this.template = fitting;
        this.list[this.count++] = value;
        return this;
      }
      this.spread();
    }
    if (this.list.length < this.core.maxList) this.list.push(key, value);
    else this.pushFull(key, value);
    this.count = this.list.length >> 1;
    return this;
  }

  /** Leaves the template: keys and values in turn from here on. */
  private spread(): FlatAttributes {
    this.list = flatList(this);
    this.template = undefined;
    this.fixed = undefined;
    return this.list;
  }

  /** The list is full: it may hold a key twice, and a key that it holds may still change its value. */
  private pushFull(key: string, value: unknown): void {
    // A live object takes the list's attributes over, and leaves an empty one.
    if (this.extras?.live !== undefined) this.extras.live.attributesOf(this);
    else if ((this.bits & DISTINCT_KEYS) === 0 && compact(this.list) << 1 >= this.core.maxList) this.bits |= DISTINCT_KEYS;
    if (this.list.length < this.core.maxList) this.list.push(key, value);
    else if (!replaceIn(this.list, key, value)) this.dropped++;
  }

  private more(): Extras {
    this.extras ??= new Extras();
    return this.extras;
  }

  /** What processors may edit; without processors there is none. */
  private live(): Live | undefined {
    if (!this.core.hasProcessors) return undefined;
    const more = this.more();
    more.live ??= new Live(this.core.limits);
    return more.live;
  }

  private refuse(): this {
    warnOnce('OBS_SPAN_ENDED', 'a method was called on a span that has ended; the call has no effect.');
    return this;
  }
}
