/** Spans of messages that RabbitMQ delivers, open until they are settled. */
import { types } from 'node:util';
import type { Context, Span } from '@opentelemetry/api';
import { errorType } from '../http/semantics';
import { extractPlainly } from '../propagation/carrier';
import { activeContext, applyWith, spanOf } from '../trace/active';
import { EMPTY_CONTEXT } from '../trace/context';
import { failSpan, setError } from '../trace/run';
import { asObject } from '../trace/shape';
import { starter, tracer } from '../trace/starter';
import { monotonicNow } from '../trace/time';
import { identified } from '../trace/tracer';
import { DELIVERY, type Delivery } from './amqp-attributes';
import { AmqpNames } from './amqp-names';
import { OpenDeliveries } from './amqp-open';
import type { Peer } from './amqp-peer';
import { processingContext } from './context';
import { extractMessage } from './extract';
import { type Fields, objectOf } from './fields';
import { warnUntraced } from './guard';
import { linkTo } from './process';
import * as names from './semantics';

/** How a message was settled. */
export type Settlement = 'ack' | 'requeue' | 'discard';

/** A consumer's handler. */
export type Handler = (this: unknown, message: unknown) => unknown;

/** What a delivered message waits for. */
const SETTLEMENT = 1;
const HANDLER = 2;

/** One delivered message: its span ends when it was settled and its handler is done. */
class Delivered {
  private waitsFor: number;

  constructor(
    private readonly span: Span,
    /** What its handler runs in. */
    readonly within: Context,
    readonly tag: number,
    autoAck: boolean,
  ) {
    this.waitsFor = autoAck ? HANDLER : SETTLEMENT | HANDLER;
  }

  settle(outcome: Settlement): void {
    if ((this.waitsFor & SETTLEMENT) === 0) return;
    this.span.setAttribute(names.SETTLEMENT, outcome);
    if (outcome !== 'ack') this.refuse(outcome, '');
    this.over(SETTLEMENT);
  }

  /** The channel closed before the message was settled: the broker will deliver it again. */
  lose(): void {
    if ((this.waitsFor & SETTLEMENT) === 0) return;
    this.refuse('channel_closed', 'the channel closed before the message was settled');
    this.over(SETTLEMENT);
  }

  /** The handler returned, or its promise is settled. */
  handle(): void {
    this.over(HANDLER);
  }

  /** The handler failed: the span ends, whatever becomes of the message. */
  fail(error: unknown): void {
    this.span.setAttribute(names.ERROR_TYPE, errorType(error));
    failSpan(this.span, error);
    this.over(SETTLEMENT | HANDLER);
  }

  private refuse(type: string, message: string): void {
    this.span.setAttribute(names.ERROR_TYPE, type);
    setError(this.span, message);
  }

  private over(what: number): void {
    this.waitsFor &= ~what;
    if (this.waitsFor === 0 && this.span.isRecording()) this.span.end();
  }
}

/** The deliveries of one channel. */
export class Deliveries {
  private readonly open = new OpenDeliveries<Delivered>();
  private readonly consumed: AmqpNames;
  private readonly got: AmqpNames;

  constructor(peer: Peer) {
    this.consumed = new AmqpNames('consume', 'process', peer);
    this.got = new AmqpNames('get', 'receive', peer);
  }

  /** Runs a consumer's handler inside a span for the message. */
  deliver(queue: string, autoAck: boolean, message: object, handler: Handler, self: unknown): unknown {
    const delivered = this.start(queue, autoAck, message as Fields);
    if (delivered === undefined) return Reflect.apply(handler, self, [message]);
    let result: unknown;
    try {
      result = applyWith(delivered.within, handler, self, message);
    } catch (error) {
      this.open.take(delivered.tag);
      delivered.fail(error);
      throw error;
    }
    // Nobody waits for what amqplib's handlers return: a query of Mongoose or Knex, which runs when it is waited for, is not to run because of us.
    // Node's answer is a call into C++, which most results need not be asked for.
    if (typeof result !== 'object' || !types.isPromise(result)) {
      delivered.handle();
      return result;
    }
    return this.handOn(result, delivered);
  }

  /** What a handler promised: handed on, so that a rejection nobody handles is as loud as without us. */
  private handOn(result: Promise<unknown>, delivered: Delivered): Promise<unknown> {
    return result.then(
      (value) => {
        delivered.handle();
        return value;
      },
      (error: unknown) => {
        this.open.take(delivered.tag);
        delivered.fail(error);
        throw error;
      },
    );
  }

  /** A message was settled, or with `upTo` all up to it. Tag 0 stands for all (AMQP 0-9-1, basic.ack). */
  settle(tag: unknown, upTo: boolean, outcome: Settlement): void {
    if (typeof tag !== 'number') return;
    if (upTo) for (const delivered of this.open.takeUpTo(tag === 0 ? Number.POSITIVE_INFINITY : tag)) delivered.settle(outcome);
    else this.open.take(tag)?.settle(outcome);
  }

  /** The channel has closed. */
  loseAll(): void {
    for (const delivered of this.open.takeUpTo(Number.POSITIVE_INFINITY)) delivered.lose();
  }

  /** The span of a message that was asked for, from the moment it was asked for. */
  recordGet(queue: string, message: Fields, startTime: number): void {
    const from = read(message, this.got, queue);
    carriedContext(message, from);
    const links = from.sender === undefined ? [] : [linkTo(from.sender, undefined)];
    const span = tracer().startSpan(from.destination.spanName, { kind: names.KIND_CLIENT, startTime, links }, activeContext());
    span.setAttributes(asObject(DELIVERY.keys, from.destination.fixed, DELIVERY.valuesOf(from, monotonicNow())));
    span.end();
  }

  private start(queue: string, autoAck: boolean, message: Fields): Delivered | undefined {
    try {
      const from = read(message, this.consumed, queue);
      const carried = carriedContext(message, from);
      const span = starter().start(from.destination.spanName, carried, DELIVERY, from.destination.fixed, from);
      const delivered = new Delivered(span, processingContext(carried, span, from.sender), from.tag, autoAck);
      if (!autoAck && span.isRecording()) this.open.add(delivered);
      return delivered;
    } catch (error) {
      warnUntraced('OBS_AMQP_FAILED', error);
      return undefined;
    }
  }
}

/** The context in the headers of a message, or else in its body; notes the span in it. */
function carriedContext(message: Fields, delivery: Delivery): Context {
  const { headers } = delivery;
  const inHeaders = headers === undefined ? EMPTY_CONTEXT : extractPlainly(headers);
  const carried = spanOf(inHeaders) === undefined ? extractMessage(message, EMPTY_CONTEXT) : inHeaders;
  delivery.sender = identified(spanOf(carried));
  return carried;
}

function read(message: Fields, operation: AmqpNames, queue: string): Delivery {
  const fields = objectOf(message['fields']) ?? {};
  const properties = objectOf(message['properties']);
  const { exchange, routingKey, deliveryTag } = fields as { exchange?: unknown; routingKey?: unknown; deliveryTag?: unknown };
  const key = typeof routingKey === 'string' ? routingKey : '';
  return {
    destination: operation.of(typeof exchange === 'string' ? exchange : '', key, queue),
    tag: typeof deliveryTag === 'number' ? deliveryTag : -1,
    fields,
    properties,
    headers: objectOf(properties?.['headers']),
    sender: undefined,
  };
}
