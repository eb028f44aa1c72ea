/** Spans around the processing of messages, by whatever way they came. */
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import { errorType } from '../http/semantics';
import { describe } from '../http/warnings';
import { warnOnce } from '../native/warn';
import { activeContext, runWith, spanOf } from '../trace/active';
import { EMPTY_CONTEXT, withSpanSet } from '../trace/context';
import { type IdentifiedSpan, PassiveSpan } from '../trace/identity';
import { failSpan, settleWith } from '../trace/run';
import { tracer } from '../trace/starter';
import { identified } from '../trace/tracer';
import { processingContext } from './context';
import { type Delivery, deliveryOf } from './delivery';
import { extractMessage } from './extract';
import {
  BATCH_MESSAGE_COUNT,
  CONVERSATION_ID,
  DELIVERY_ATTEMPT,
  DESTINATION_NAME,
  ERROR_TYPE,
  KIND_CONSUMER,
  MESSAGE_ID,
  OPERATION_NAME,
  OPERATION_TYPE,
  QUEUE_TIME,
  SYSTEM,
  spanName,
} from './semantics';

/** The operation of both name and type. */
const PROCESS = 'process';

/** Options of {@link withBatchSpan}. */
export interface BatchSpanOptions {
  /** The queue's name; default what the messages tell, which SQS's do when their client is instrumented, and Lambda's records always. */
  destination?: string;
  /** `messaging.system`, such as `aws_sqs` or `rabbitmq`; default what the messages tell. */
  system?: string;
  /** The span's name; default `process <destination>`. */
  name?: string;
  /** Further attributes. */
  attributes?: Attributes;
}

/** Options of {@link withMessageSpan}. */
export interface MessageSpanOptions extends BatchSpanOptions {
  /**
   * What the span is a child of: the span that the message brings (`message`), or the active one (`active`). The other one becomes a link. Default
   * `message`, and `active` inside {@link withBatchSpan}.
   */
  parent?: 'message' | 'active';
}

/** Where the options of the batch around a message are kept. */
const BATCH_KEY = Symbol('@manifest-cyber/observability-ts message batch');

/**
 * Runs `fn` inside a span for the processing of one message, which continues the trace that the message brings; without one it starts a new trace, or
 * goes on with the active one. The span ends when `fn` returns or its promise is settled. What `fn` throws is recorded, sets the status to error, and is
 * thrown on. `fn` runs once, with or without tracing.
 *
 * @example
 * for (const message of Messages ?? []) {
 *   await withMessageSpan(message, { destination: 'sbom-process' }, () => handle(JSON.parse(message.Body)));
 * }
 */
export function withMessageSpan<T>(message: unknown, options: MessageSpanOptions, fn: (span: Span) => T): T {
  return inside(() => startMessage(message, options ?? {}), fn);
}

/**
 * Runs `fn` inside one span for the processing of several messages, with a link to each. Inside it, {@link withMessageSpan} makes a child span for a
 * message. Without messages there is no span: `fn` runs with the active one.
 *
 * @example
 * await withBatchSpan(event.Records, { destination: 'sbom-process' }, () =>
 *   Promise.all(event.Records.map((record) => withMessageSpan(record, {}, () => handle(record)))),
 * );
 */
export function withBatchSpan<T>(messages: readonly unknown[], options: BatchSpanOptions, fn: (span: Span) => T): T {
  return inside(() => startBatch(Array.isArray(messages) ? messages : [], options ?? {}), fn);
}

/** A span that was started, and where it is active. */
interface Started {
  readonly span: Span;
  readonly within: Context;
  /** Whether the span is that of this call, which ends it. */
  readonly owned: boolean;
}

function inside<T>(start: () => Started, fn: (span: Span) => T): T {
  const { span, within, owned } = started(start);
  if (!owned) return fn(span);
  return runWith(within, () =>
    settleWith(
      () => fn(span),
      (error) => {
        span.setAttribute(ERROR_TYPE, errorType(error));
        failSpan(span, error);
      },
      () => span.end(),
    ),
  );
}

function started(start: () => Started): Started {
  try {
    return start();
  } catch (error) {
    warnOnce('OBS_MESSAGE_SPAN_FAILED', `a span for a message could not be started (${describe(error)}); the message is processed without one.`);
    return { span: activeOrNone(), within: activeContext(), owned: false };
  }
}

function startMessage(message: unknown, options: MessageSpanOptions): Started {
  const active = activeContext();
  const batch = active.getValue(BATCH_KEY) as BatchSpanOptions | undefined;
  const around = spanOf(active);
  const carried = extractMessage(message, active);
  const brought = identified(spanOf(carried));
  const incoming = spanOf(carried) === around ? undefined : brought;
  const isChildOfActive = around !== undefined && (options.parent ?? (batch === undefined ? 'message' : 'active')) === 'active';
  const parent = isChildOfActive ? withSpanSet(carried, around) : carried;
  const linked = incoming === undefined ? undefined : isChildOfActive ? incoming : identified(around);
  const delivery = readDelivery(message, brought);
  const destination = options.destination ?? batch?.destination ?? delivery.queue;
  const attributes = processAttributes(options.system ?? batch?.system ?? delivery.system, destination);
  if (delivery.id !== undefined) attributes[MESSAGE_ID] = delivery.id;
  if (delivery.conversationId !== undefined) attributes[CONVERSATION_ID] = delivery.conversationId;
  if (delivery.attempt !== undefined) attributes[DELIVERY_ATTEMPT] = delivery.attempt;
  const waited = queueTime(delivery.sentUnixMillis);
  if (waited !== undefined) attributes[QUEUE_TIME] = waited;
  const links = linked === undefined ? [] : [linkTo(linked, undefined)];
  const span = startSpan(options, destination, attributes, links, parent);
  return { span, within: processingContext(parent, span, incoming), owned: true };
}

function startBatch(messages: readonly unknown[], options: BatchSpanOptions): Started {
  const active = activeContext();
  if (messages.length === 0) return { span: activeOrNone(), within: active, owned: false };
  const links: Link[] = [];
  let first: Delivery | undefined;
  for (const message of messages) {
    const incoming = identified(spanOf(extractMessage(message, EMPTY_CONTEXT)));
    const delivery = readDelivery(message, incoming);
    first ??= delivery;
    if (incoming !== undefined) links.push(linkTo(incoming, delivery.id));
  }
  const destination = options.destination ?? first?.queue;
  const system = options.system ?? first?.system;
  const attributes = { ...processAttributes(system, destination), [BATCH_MESSAGE_COUNT]: messages.length };
  const span = startSpan(options, destination, attributes, links, active);
  return { span, within: withSpanSet(active, span).setValue(BATCH_KEY, { destination, system }), owned: true };
}

function startSpan(options: BatchSpanOptions, destination: string | undefined, attributes: Attributes, links: Link[], parent: Context): Span {
  const all = options.attributes === undefined ? attributes : { ...attributes, ...options.attributes };
  return tracer().startSpan(options.name ?? spanName(PROCESS, destination), { kind: KIND_CONSUMER, attributes: all, links }, parent);
}

function processAttributes(system: string | undefined, destination: string | undefined): Attributes {
  const attributes: Attributes = { [OPERATION_NAME]: PROCESS, [OPERATION_TYPE]: PROCESS };
  if (system !== undefined) attributes[SYSTEM] = system;
  if (destination !== undefined) attributes[DESTINATION_NAME] = destination;
  return attributes;
}

function readDelivery(message: unknown, sender: IdentifiedSpan | undefined): Delivery {
  try {
    return deliveryOf(message, sender);
  } catch {
    // A getter of the message threw: it tells nothing.
    return deliveryOf(undefined, undefined);
  }
}

/** A link to what sent a message; the message's id is on the link where the span has several. */
export function linkTo(span: IdentifiedSpan, messageId: string | undefined): Link {
  return { context: span.spanContext(), attributes: messageId === undefined ? {} : { [MESSAGE_ID]: messageId } };
}

/** Two clocks of one machine may differ by this many milliseconds, because each is read in whole ones. */
const CLOCK_GRAIN = 2;

/** Milliseconds since a message was sent; undefined where that is not known, or lies in the future by this machine's clock. */
export function queueTime(sentUnixMillis: number | undefined, nowUnixMillis = Date.now()): number | undefined {
  if (sentUnixMillis === undefined) return undefined;
  const millis = Math.floor(nowUnixMillis - sentUnixMillis + 0.5);
  return millis >= -CLOCK_GRAIN ? Math.max(millis, 0) : undefined;
}

function activeOrNone(): Span {
  return spanOf() ?? new PassiveSpan(0, 0, 0, 0, 0, 0, 0, undefined, false);
}
