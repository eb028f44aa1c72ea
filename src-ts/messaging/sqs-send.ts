/** Spans of messages that are sent to SQS, one by one and in batches. */
import type { Context, Span } from '@opentelemetry/api';
import { errorType } from '../http/semantics';
import { extractTraceContext } from '../propagation/carrier';
import { activeContext, spanOf } from '../trace/active';
import { EMPTY_CONTEXT, withSpanSet } from '../trace/context';
import type { IdentifiedSpan } from '../trace/identity';
import { messageOf } from '../trace/run';
import { tracer } from '../trace/starter';
import { identified } from '../trace/tracer';
import { attributeCarrier } from './attributes';
import { isIncoming } from './context';
import { creationContext } from './creation';
import { type Fields, fieldsOf, stringOf } from './fields';
import { linkTo } from './process';
import { bytesLeft, sizeOf } from './room';
import { BATCH_MESSAGE_COUNT, KIND_CLIENT, KIND_PRODUCER, MESSAGE_ID, spanName } from './semantics';
import { answerAttributes, type Call, type Failure, fail, failPartly, failureOf, inSpan, listOf, type Next, setFailure, setText } from './sqs-call';
import { withContext } from './sqs-carrier';
import { operationAttributes, type Queue, queueOf } from './sqs-names';

/** Sends a message inside a span. */
export function sendMessage(input: Fields, next: Next): ReturnType<Next> {
  return inSpan(input, next, startSend);
}

/** Sends a batch inside a span, with a span below it for each message. */
export function sendBatch(input: Fields, next: Next): ReturnType<Next> {
  return inSpan(input, next, startBatch);
}

function startSend(input: Fields): Call {
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

function startBatch(input: Fields): Call {
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
      failPartly(span, refused, entries.length);
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
