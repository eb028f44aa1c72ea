/** Spans as readers see them: OpenTelemetry's ReadableSpan and SpanProcessor interfaces. */
import type { Attributes, Context, HrTime, Link, Span, SpanContext, SpanKind, SpanStatus } from '@opentelemetry/api';
import { type EventRecord, type LinkRecord, valueUnder } from '../arena/span-record';
import { B_PARENT_REMOTE } from '../native/layout.gen';
import { toObject } from './attributes';
import { hex32 } from './ids';
import type { RecordingSpan } from './span';
import { hrTimeDuration, hrTimeFromMillis, hrTimeFromMonotonic } from './time';

/** An event of a span. */
export interface TimedEvent {
  time: HrTime;
  name: string;
  attributes?: Attributes;
  droppedAttributesCount?: number;
}

/**
 * A span as it can be read (the interface of `@opentelemetry/sdk-trace-base`, both generations). What processors change in `attributes`, in those of `events` and
 * `links`, in these lists and in `name` is seen by the processors after them and by the export.
 */
export interface ReadableSpan {
  readonly name: string;
  readonly kind: SpanKind;
  spanContext(): SpanContext;
  readonly parentSpanContext?: SpanContext | undefined;
  /** The parent's span id, as the SDK's first generation has it. */
  readonly parentSpanId?: string | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly links: Link[];
  readonly events: TimedEvent[];
  readonly duration: HrTime;
  readonly ended: boolean;
  readonly resource: { readonly attributes: Attributes };
  readonly instrumentationScope: { readonly name: string; readonly version?: string | undefined; readonly schemaUrl?: string | undefined };
  readonly droppedAttributesCount: number;
  readonly droppedEventsCount: number;
  readonly droppedLinksCount: number;
}

/**
 * OpenTelemetry's SpanProcessor. Its methods run on the JS thread, for each span: that is their cost. What one throws is one warning.
 */
export interface SpanProcessor {
  onStart(span: Span & ReadableSpan, parentContext: Context): void;
  onEnding?(span: Span & ReadableSpan): void;
  onEnd(span: ReadableSpan): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

export function readableParent(span: RecordingSpan): SpanContext | undefined {
  if ((span.parent0 | span.parent1) === 0) return undefined;
  const context: SpanContext = { traceId: span.traceId, spanId: hex32(span.parent0) + hex32(span.parent1), traceFlags: span.bits & 0xff };
  if ((span.bits & B_PARENT_REMOTE) !== 0) context.isRemote = true;
  // A span's trace state is its parent's.
  if (span.traceState !== undefined) context.traceState = span.traceState;
  return context;
}

export function readableTime(millis: number, epoch: HrTime | undefined): HrTime {
  return epoch ?? hrTimeFromMonotonic(millis);
}

export function readableDuration(span: RecordingSpan): HrTime {
  const { extras } = span;
  if (extras?.epochStart !== undefined && extras.epochEnd !== undefined) return hrTimeDuration(extras.epochStart, extras.epochEnd);
  return hrTimeFromMillis((span.endMillis as number) - span.startMillis);
}

/** One attribute of an open span: to ask its template costs a fraction of what an object of attributes does. */
export function readableAttribute(span: RecordingSpan, key: string): unknown {
  return span.template === undefined ? span.attributes[key] : valueUnder(span, span.template, key);
}

export function readableStatus(code: number, message: string | undefined): SpanStatus {
  return message ? { code, message } : { code };
}

export function readableEvents(events: EventRecord[] | undefined): TimedEvent[] {
  return (events ?? []).map(readableEvent);
}

export function readableEvent({ name, time, attributes, dropped }: EventRecord): TimedEvent {
  return {
    name,
    time: typeof time === 'number' ? hrTimeFromMonotonic(time) : time,
    attributes: toObject(attributes),
    droppedAttributesCount: dropped,
  };
}

export function readableLinks(links: LinkRecord[] | undefined, contexts: SpanContext[] | undefined): Link[] {
  return (links ?? []).map((link, i) => readableLink(link, contexts![i]));
}

export function readableLink({ attributes, dropped }: LinkRecord, context: SpanContext): Link {
  return { context, attributes: toObject(attributes), droppedAttributesCount: dropped };
}
