/** Spans of messages that are sent to SQS, one by one and in batches. */
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { errorType } from '../http/semantics';
import { extractTraceContext } from '../propagation/carrier';
import { activeContext, runWith, spanOf } from '../trace/active';
import { EMPTY_CONTEXT, suppress, withSpanSet } from '../trace/context';
import type { IdentifiedSpan } from '../trace/identity';
import { messageOf, setError } from '../trace/run';
import { tracer } from '../trace/starter';
import { identified } from '../trace/tracer';
import { attributeCarrier } from './attributes';
import { isIncoming } from './context';
import { creationContext } from './creation';
import { type Fields, fieldsOf, stringOf } from './fields';
import { guarded } from './guard';
import { linkTo } from './process';
import { bytesLeft, sizeOf } from './room';
import { BATCH_MESSAGE_COUNT, ERROR_TYPE, KIND_CLIENT, KIND_PRODUCER, MESSAGE_ID, REQUEST_ID, spanName } from './semantics';
import { withContext } from './sqs-carrier';
import { operationAttributes, type Queue, queueOf } from './sqs-names';

/** The rest of the SDK's way of a command. */
export type Next = (input: Fields) => Promise<{ readonly output?: unknown }>;

/** What is sent, and what to do when that is over. */
interface Sending {
  readonly span: Span;
  readonly input: Fields;
  /** The answer is there. */
  answer(output: Fields | undefined): void;
  /** There will be none. */
  fail(error: unknown): void;
}

/** Sends a message inside a span. */
export function sendMessage(input: Fields, next: Next): ReturnType<Next> {
  return send(input, next, startSend);
}

/** Sends a batch inside a span, with a span below it for each message. */
export function sendBatch(input: Fields, next: Next): ReturnType<Next> {
  return send(input, next, startBatch);
}

async function send(input: Fields, next: Next, start: (input: Fields) => Sending): ReturnType<Next> {
  const sending = guarded('OBS_SQS_FAILED', () => start(input));
  if (sending === undefined) return next(input);
  try {
    // The request itself is the same thing seen from below: one span says it all.
    const result = await runWith(suppress(withSpanSet(activeContext(), sending.span)), () => next(sending.input));
    guarded('OBS_SQS_FAILED', () => sending.answer(fieldsOf(result?.output)));
    return result;
  } catch (error) {
    guarded('OBS_SQS_FAILED', () => sending.fail(error));
    throw error;
  } finally {
    sending.span.end();
  }
}

function startSend(input: Fields): Sending {
  const active = activeContext();
  const queue = queueOf(input['QueueUrl']);
  const span = tracer().startSpan(spanName('send', queue.name), { kind: KIND_PRODUCER, attributes: operationAttributes(queue, 'send') }, active);
  return {
    span,
    input: carrying(input, active, span)(),
    answer(output) {
      span.setAttributes(answerAttributes(output));
      setText(span, MESSAGE_ID, output?.['MessageId']);
    },
    fail: (error) => fail(span, error),
  };
}

function startBatch(input: Fields): Sending {
  const active = activeContext();
  const queue = queueOf(input['QueueUrl']);
  const entries = Array.isArray(input['Entries']) ? (input['Entries'] as unknown[]) : [];
  const attributes = { ...operationAttributes(queue, 'send'), [BATCH_MESSAGE_COUNT]: entries.length };
  const span = tracer().startSpan(spanName('send', queue.name), { kind: KIND_CLIENT, attributes }, active);
  const within = withSpanSet(active, span);
  const created = entries.map((entry) => create(queue, fieldsOf(entry), within));
  for (const one of created) {
    const target = identified(one?.span);
    if (target !== undefined) span.addLink(linkTo(target, undefined));
  }
  // All messages together are held to the size of one.
  let left = bytesLeft(entries.reduce((sum: number, entry) => sum + entrySize(fieldsOf(entry)), 0));
  const sent = entries.map((entry, i) => {
    const bounded = created[i]?.carry(left);
    left -= bounded === undefined ? 0 : entrySize(bounded) - entrySize(fieldsOf(entry));
    return bounded ?? entry;
  });
  const end = (failure: (id: string | undefined) => Failure | undefined): void => {
    for (const one of created) {
      const failed = failure(one?.id);
      if (one === undefined) continue;
      if (failed !== undefined) setFailure(one.span, failed);
      one.span.end();
    }
  };
  return {
    span,
    input: Array.isArray(input['Entries']) ? { ...input, Entries: sent } : input,
    answer(output) {
      span.setAttributes(answerAttributes(output));
      for (const { Id, MessageId } of listOf(output?.['Successful'])) setText(created.find((one) => one?.id === Id)?.span, MESSAGE_ID, MessageId);
      const refused = listOf(output?.['Failed']);
      end((id) => failureOf(refused.find(({ Id }) => Id === id)));
      if (refused.length > 0)
        setFailure(span, { type: failureOf(refused[0])?.type ?? '_OTHER', message: `${refused.length} of ${entries.length} messages were refused` });
    },
    fail(error) {
      fail(span, error);
      end(() => ({ type: errorType(error), message: messageOf(error) }));
    },
  };
}

/** A message of a batch, with a span of its own. */
interface Created {
  readonly id: string | undefined;
  readonly span: Span;
  /** The entry with its context, in no more than these bytes. */
  carry(bytes: number): Fields;
}

function create(queue: Queue, entry: Fields | undefined, within: Context): Created | undefined {
  if (entry === undefined) return undefined;
  const span = tracer().startSpan(spanName('create', queue.name), { kind: KIND_PRODUCER, attributes: operationAttributes(queue, 'create') }, within);
  return { id: stringOf(entry['Id']), span, carry: carrying(entry, within, span) };
}

/** What puts the context of `span` into a message, or leaves the message with the one that the user gave it. */
function carrying(message: Fields, active: Context, span: Span): (bytes?: number) => Fields {
  const own = ownContext(message, active);
  if (own !== undefined) {
    span.addLink(linkTo(own, undefined));
    return () => message;
  }
  const custom = creationContext(message['MessageBody'], active);
  if (custom !== undefined) span.addLink(linkTo(custom.span, undefined));
  return (bytes) => withContext(message, custom?.context ?? withSpanSet(active, span), bytes).input;
}

/** The context that the user has put into the attributes; undefined for the one of a message that is sent on. */
function ownContext(message: Fields, active: Context): IdentifiedSpan | undefined {
  const carrier = attributeCarrier(message['MessageAttributes']);
  if (carrier === undefined) return undefined;
  const own = identified(spanOf(extractTraceContext(carrier, EMPTY_CONTEXT)));
  return own === undefined || isIncoming(active, own) ? undefined : own;
}

const entrySize = (entry: Fields | undefined): number => sizeOf(entry?.['MessageBody'], fieldsOf(entry?.['MessageAttributes']));

/** Why a message did not get there. */
interface Failure {
  readonly type: string;
  readonly message: string;
}

function failureOf(refused: Fields | undefined): Failure | undefined {
  return refused === undefined ? undefined : { type: stringOf(refused['Code']) ?? '_OTHER', message: stringOf(refused['Message']) ?? '' };
}

function setFailure(span: Span, { type, message }: Failure): void {
  span.setAttribute(ERROR_TYPE, type);
  setError(span, message);
}

/** A command failed. */
export function fail(span: Span, error: unknown): void {
  setFailure(span, { type: errorType(error), message: messageOf(error) });
}

/** What an answer says of itself. */
export function answerAttributes(output: Fields | undefined): Attributes {
  const id = fieldsOf(output?.['$metadata'])?.['requestId'];
  return typeof id === 'string' ? { [REQUEST_ID]: id } : {};
}

/** The objects of a list in an answer. */
export function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf).filter((one) => one !== undefined) : [];
}

function setText(span: Span | undefined, key: string, value: unknown): void {
  if (typeof value === 'string') span?.setAttribute(key, value);
}
