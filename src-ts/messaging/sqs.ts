/** Clients of Amazon SQS, by the middleware stack of the AWS SDK for JavaScript v3. */
import { describe } from '../http/warnings';
import { warnOnce } from '../native/warn';
import { activeContext, runWith, spanOf } from '../trace/active';
import { EMPTY_CONTEXT, suppress } from '../trace/context';
import { tracer } from '../trace/starter';
import { identified } from '../trace/tracer';
import { deliveryOf } from './delivery';
import { extractMessage } from './extract';
import { type Fields, fieldsOf } from './fields';
import { guarded } from './guard';
import { linkTo } from './process';
import { BATCH_MESSAGE_COUNT, KIND_CLIENT, spanName } from './semantics';
import { hideWishes, withWishes } from './sqs-asked';
import { answerAttributes, type Command, fail, listOf, type Next } from './sqs-call';
import { operationAttributes, queueOf } from './sqs-names';
import { receivedMessages } from './sqs-received';
import { sendBatch, sendMessage } from './sqs-send';
import { settling, settlingBatch } from './sqs-settle';

/** A client as the AWS SDK v3 makes it: `SQSClient`, or the older `SQS`. */
export interface SqsClient {
  readonly middlewareStack: { add(...args: never[]): void };
}

/** Marks a client that is traced; registered, so that two copies of this package see each other's. */
const TRACED = Symbol.for('@manifest-cyber/observability-ts.sqs');

/** Where our middleware stands in a client's stack. */
const PLACE = { name: 'observabilityTracing', step: 'initialize', priority: 'high', override: true } as const;

const COMMANDS = new Map<unknown, Command>([
  ['SendMessageCommand', sendMessage],
  ['SendMessageBatchCommand', sendBatch],
  ['ReceiveMessageCommand', receive],
  ['DeleteMessageCommand', settling('delete')],
  ['DeleteMessageBatchCommand', settlingBatch('delete')],
  ['ChangeMessageVisibilityCommand', settling('change_visibility')],
  ['ChangeMessageVisibilityBatchCommand', settlingBatch('change_visibility')],
]);

/**
 * Traces a client of Amazon SQS and returns it: messages that are sent carry the context of their span, alone and in batches, and what messages bring is
 * there for {@link extractMessage} and {@link withMessageSpan}. Receivers see no attribute that they did not ask for. Deleting messages and changing their
 * visibility make spans, too. A second call changes nothing.
 *
 * @example
 * const sqs = instrumentSqs(new SQSClient({}));
 */
export function instrumentSqs<C extends SqsClient>(client: C): C {
  try {
    const stack = fieldsOf(client)?.['middlewareStack'] as { add?: unknown } | undefined;
    if (typeof stack?.add !== 'function') {
      warnOnce('OBS_SQS_NO_CLIENT', 'instrumentSqs was given something else than a client of the AWS SDK v3; it is left as it is.');
    } else if (isWrapped(client)) {
      warnOnce('OBS_SQS_TRACED_ALREADY', "OpenTelemetry's AWS instrumentation traces this client already; ours leaves it alone. Use one of the two.");
    } else if ((client as { [TRACED]?: true })[TRACED] === undefined) {
      Reflect.apply(stack.add, stack, [middleware, PLACE]);
      Object.defineProperty(client, TRACED, { value: true });
    }
  } catch (error) {
    warnOnce('OBS_SQS_FAILED', `a client could not be traced (${describe(error)}); it works as without tracing.`);
  }
  return client;
}

/** Whether a client is traced already, by ours or by OpenTelemetry's own instrumentation. */
export function isTracedClient(client: SqsClient): boolean {
  return TRACED in client || isWrapped(client);
}

/** Whether OpenTelemetry's instrumentation has wrapped `send`, of the client or of a class of it: above that one, others may stand. */
function isWrapped(client: object): boolean {
  for (let object: object | null = client; object !== null; object = Object.getPrototypeOf(object) as object | null) {
    const send = Object.getOwnPropertyDescriptor(object, 'send')?.value as { __wrapped?: unknown } | undefined;
    if (send?.__wrapped === true) return true;
  }
  return false;
}

interface Arguments {
  readonly input: Fields;
}

function middleware(next: (args: Arguments) => ReturnType<Next>, context: { readonly commandName?: unknown }): (args: Arguments) => ReturnType<Next> {
  const command = COMMANDS.get(context?.commandName);
  if (command === undefined) return next;
  return (args) => {
    const input = fieldsOf(args?.input);
    return input === undefined ? next(args) : command(input, (changed) => next(changed === input ? args : { ...args, input: changed }));
  };
}

/** Receives messages; a span for those that came, from the moment they were asked for, and none for a poll without messages. */
async function receive(input: Fields, next: Next): ReturnType<Next> {
  const startTime = Date.now();
  const active = activeContext();
  const asked = guarded('OBS_SQS_FAILED', () => withWishes(input)) ?? input;
  try {
    // A long poll is a request that says nothing by itself.
    const result = await runWith(suppress(active), () => next(asked));
    guarded('OBS_SQS_FAILED', () => received(input, fieldsOf(result?.output), startTime));
    return result;
  } catch (error) {
    guarded('OBS_SQS_FAILED', () => {
      // A poll that its own service gives up, when it stops, is one without messages.
      if (isAbort(error)) return;
      const span = startReceive(input, startTime, 0);
      fail(span, error);
      span.end();
    });
    throw error;
  }
}

/** Whether the SDK gave a command up because its `abortSignal` said so. */
function isAbort(error: unknown): boolean {
  return fieldsOf(error)?.['name'] === 'AbortError';
}

function received(input: Fields, output: Fields | undefined, startTime: number): void {
  const messages = listOf(output?.['Messages']);
  if (messages.length === 0) return;
  const { url } = queueOf(input['QueueUrl']);
  for (const message of messages) hideWishes(message, input, url);
  const span = startReceive(input, startTime, messages.length);
  span.setAttributes(answerAttributes(output));
  for (const message of messages) {
    const { id } = deliveryOf(message, undefined);
    const sender = spanOf(extractMessage(message, EMPTY_CONTEXT));
    const brought = identified(sender);
    if (brought !== undefined) span.addLink(linkTo(brought, id));
    receivedMessages.keep(message['ReceiptHandle'], { id, sender });
  }
  span.end();
}

function startReceive(input: Fields, startTime: number, count: number): ReturnType<ReturnType<typeof tracer>['startSpan']> {
  const queue = queueOf(input['QueueUrl']);
  const attributes = { ...operationAttributes(queue, 'receive'), ...(count > 0 && { [BATCH_MESSAGE_COUNT]: count }) };
  return tracer().startSpan(spanName('receive', queue.name), { kind: KIND_CLIENT, attributes, startTime }, activeContext());
}
