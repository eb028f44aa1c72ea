/** Spans of messages that are published to RabbitMQ. */
import type { Context, Span } from '@opentelemetry/api';
import { BareObject } from '../http/bare-object';
import { errorType } from '../http/semantics';
import { extractTraceContext, mayCarry } from '../propagation/carrier';
import { activeContext, activePropagator, applyWith, spanOf } from '../trace/active';
import { EMPTY_CONTEXT, SPAN_KEY, withSpanSet } from '../trace/context';
import type { IdentifiedSpan } from '../trace/identity';
import { messageOf, setError } from '../trace/run';
import { RecordingSpan } from '../trace/span';
import { starter } from '../trace/starter';
import { monotonicNow, unixMillisOf } from '../trace/time';
import { identified } from '../trace/tracer';
import { PUBLISH } from './amqp-attributes';
import { AmqpNames } from './amqp-names';
import type { Peer } from './amqp-peer';
import { addHeaders } from './amqp-room';
import { isIncoming } from './context';
import { creationContext } from './creation';
import { type Fields, fieldsOf } from './fields';
import { linkTo } from './process';
import * as names from './semantics';
import { markSent } from './sent-time';

/** Properties of a message that can be written to. */
interface Properties {
  headers?: unknown;
  timestamp?: unknown;
}

/** A message under way. */
export class Publishing {
  private ended = false;

  constructor(
    private readonly span: Span,
    /** Where the publish was called. */
    private readonly caller: Context,
    /** The context that the message carries; undefined where the user gave it one. */
    private readonly carried: Context | undefined,
    /** Whether the headers hold a context that came with another message, which is not this one's. */
    private readonly isSentOn: boolean,
    private readonly options: Fields | undefined,
    private readonly peer: Peer,
  ) {}

  /** Puts the context into properties that are the message's own, and when it was sent. */
  addTo(properties: Properties): void {
    const { carried, isSentOn, options, peer } = this;
    if (carried === undefined) return;
    if (isEmpty(properties.headers as object)) properties.headers = new BareObject();
    const sent = this.stamp(properties, carried);
    addHeaders(properties.headers as Record<string, unknown>, carried, sent, options, { isSentOn, frameMax: peer.frameMax });
  }

  /** The options with the context in them. The given ones may be used again. */
  copiedOptions(): Fields | undefined {
    if (this.carried === undefined) return this.options;
    const properties: Properties = Object.assign(copyOf(this.options), { headers: copyOf(fieldsOf(this.options?.['headers'])) });
    this.addTo(properties);
    return properties as Fields;
  }

  /** Notes the time in the properties; gives it back where they can't tell it to the millisecond. */
  private stamp(properties: Properties, carried: Context): number | undefined {
    const { span } = this;
    // Without a context, with tracing that was ended, nothing is added.
    if (activePropagator() === undefined) return undefined;
    const recording = span instanceof RecordingSpan ? span : undefined;
    if (recording === undefined && identified(span) === undefined) return undefined;
    const now = Math.floor(unixMillisOf(recording === undefined ? monotonicNow() : recording.startMillis));
    // The user's own may say when something else happened.
    if (properties.timestamp !== undefined && properties.timestamp !== null) return now;
    const seconds = Math.floor(now / 1000);
    const isMarked = recording !== undefined && carried.getValue(SPAN_KEY) === recording && markSent(recording, seconds, now - seconds * 1000);
    // What is not sampled is hardly ever asked for its time: seconds do.
    if (!isMarked && span.isRecording()) return now;
    properties.timestamp = seconds;
    return undefined;
  }

  /** The message is with the broker, or refused by it; ends the span. */
  settle(error: unknown): void {
    if (this.ended) return;
    this.ended = true;
    if (error !== undefined && error !== null) {
      this.span.setAttribute(names.ERROR_TYPE, errorType(error));
      setError(this.span, messageOf(error));
    }
    this.span.end();
  }

  /** The callback of a confirm channel: ends the span, then calls the user's where `publish` was called. */
  confirmed(callback: unknown): (error: unknown, ...rest: unknown[]) => unknown {
    const publishing = this;
    return function (this: unknown, ...args: [unknown, ...unknown[]]) {
      publishing.settle(args[0]);
      return typeof callback === 'function' ? applyWith(publishing.caller, callback, this, ...args) : undefined;
    };
  }
}

/** The publishes of one channel. */
export class Publishes {
  private readonly names: AmqpNames;

  constructor(private readonly peer: Peer) {
    this.names = new AmqpNames('publish', 'send', peer);
  }

  /** Starts the span of a publish, and finds the context that the message is to carry. */
  start(exchange: unknown, routingKey: unknown, content: unknown, given: unknown): Publishing {
    const caller = activeContext();
    const options = fieldsOf(given);
    const key = typeof routingKey === 'string' ? routingKey : '';
    const { spanName, fixed } = this.names.of(typeof exchange === 'string' ? exchange : '', key, '');
    const span = starter().start(spanName, caller, PUBLISH, fixed, options);
    const brought = broughtBy(fieldsOf(options?.['headers']));
    // A message that is being processed and is sent on has the context of the one that came.
    const isSentOn = brought !== undefined && isIncoming(caller, brought);
    const carried = carriedContext(isSentOn ? undefined : brought, content, caller, span);
    return new Publishing(span, caller, carried, isSentOn, options, this.peer);
  }
}

function carriedContext(own: IdentifiedSpan | undefined, content: unknown, caller: Context, span: Span): Context | undefined {
  if (own !== undefined) {
    // The user's own context stays as it is (semantic conventions, "Producer spans").
    span.addLink(linkTo(own, undefined));
    return undefined;
  }
  const custom = creationContext(content, caller);
  if (custom === undefined) return withSpanSet(caller, span);
  span.addLink(linkTo(custom.span, undefined));
  return custom.context;
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

/** A copy to write to. amqplib reads what is inherited, too. */
function copyOf(given: Fields | undefined): Record<string, unknown> {
  const prototype: unknown = given === undefined ? Object.prototype : Object.getPrototypeOf(given);
  if (prototype === Object.prototype) return { ...given };
  const copy: Record<string, unknown> = {};
  for (const key in given) copy[key] = given[key];
  return copy;
}

/** The span in the headers that the user gives. */
function broughtBy(headers: Fields | undefined): IdentifiedSpan | undefined {
  return headers !== undefined && mayCarry(headers) ? identified(spanOf(extractTraceContext(headers, EMPTY_CONTEXT))) : undefined;
}
