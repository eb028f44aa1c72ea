/** Spans of messages of SQS that are settled, one by one and in batches: deleted, or given another time at which they come again. */
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import { activeContext, spanOf } from '../trace/active';
import { withSpanSet } from '../trace/context';
import { tracer } from '../trace/starter';
import { identified } from '../trace/tracer';
import { isSameTrace } from './context';
import type { Fields } from './fields';
import { linkTo } from './process';
import { BATCH_MESSAGE_COUNT, KIND_CLIENT, MESSAGE_ID, spanName, VISIBILITY_TIMEOUT } from './semantics';
import { answerAttributes, type Call, type Command, fail, failPartly, inSpan, listOf } from './sqs-call';
import { operationAttributes, queueOf } from './sqs-names';
import { receivedMessages } from './sqs-received';

/** The operations, as spans name them. */
export type Settlement = 'delete' | 'change_visibility';

/** What calls a command that settles one message, inside its span. */
export function settling(settlement: Settlement): Command {
  return (input, next) => inSpan(input, next, (given) => startOne(settlement, given));
}

/** What calls a command that settles several messages, inside one span. */
export function settlingBatch(settlement: Settlement): Command {
  return (input, next) => inSpan(input, next, (given) => startBatch(settlement, given));
}

function startOne(settlement: Settlement, input: Fields): Call {
  const active = activeContext();
  const around = identified(spanOf(active));
  const { ReceiptHandle: handle, VisibilityTimeout: timeout } = input;
  const received = receivedMessages.of(handle);
  const sender = identified(received?.sender);
  const attributes: Attributes = {};
  if (received?.id !== undefined) attributes[MESSAGE_ID] = received.id;
  if (typeof timeout === 'number') attributes[VISIBILITY_TIMEOUT] = timeout;
  // Outside of every span, the message's own trace is where one looks for it. Inside one of that trace, its parents tell what a link would.
  const parent = around === undefined && received?.sender !== undefined ? withSpanSet(active, received.sender) : active;
  const isElsewhere = around !== undefined && sender !== undefined && !isSameTrace(around, sender);
  const span = start(settlement, input, attributes, isElsewhere ? [linkTo(sender, undefined)] : [], parent);
  return {
    span,
    input,
    answer(output) {
      span.setAttributes(answerAttributes(output));
      if (settlement === 'delete') receivedMessages.forget(handle);
    },
    fail: (error) => fail(span, error),
  };
}

function startBatch(settlement: Settlement, input: Fields): Call {
  const entries = listOf(input['Entries']);
  const links: Link[] = [];
  for (const { ReceiptHandle } of entries) {
    const received = receivedMessages.of(ReceiptHandle);
    const sender = identified(received?.sender);
    if (sender !== undefined) links.push(linkTo(sender, received?.id));
  }
  const span = start(settlement, input, { [BATCH_MESSAGE_COUNT]: entries.length }, links, activeContext());
  return {
    span,
    input,
    answer(output) {
      span.setAttributes(answerAttributes(output));
      const refused = listOf(output?.['Failed']);
      failPartly(span, refused, entries.length);
      if (settlement !== 'delete') return;
      for (const { Id, ReceiptHandle } of entries) {
        if (!refused.some((entry) => entry['Id'] === Id)) receivedMessages.forget(ReceiptHandle);
      }
    },
    fail: (error) => fail(span, error),
  };
}

function start(settlement: Settlement, input: Fields, more: Attributes, links: Link[], parent: Context): Span {
  const queue = queueOf(input['QueueUrl']);
  const attributes = { ...operationAttributes(queue, settlement, 'settle'), ...more };
  return tracer().startSpan(spanName(settlement, queue.name), { kind: KIND_CLIENT, attributes, links }, parent);
}
