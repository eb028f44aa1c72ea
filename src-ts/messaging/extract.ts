/** The context that a message brings, whatever carries it. */
import type { Context } from '@opentelemetry/api';
import { extractTraceContext, fieldsIn } from '../propagation/carrier';
import { withXray } from '../propagation/xray';
import { EMPTY_CONTEXT, SPAN_KEY } from '../trace/context';
import { attributeCarrier } from './attributes';
import { bodyCarriers } from './body';
import { fromTraceContext } from './body-context';
import { type Fields, fieldsOf } from './fields';
import { type HiddenAttributes, hiddenOf } from './hidden';
import { namesSpan } from './room';

/**
 * The context that a message names, over the root context or `context`; a message without a valid one gives `context` back. Never throws.
 *
 * Understands SQS messages and batch entries, the records of a Lambda function's SQS event, SNS envelopes in SQS (raw delivery or not), AMQP
 * messages, anything with `headers`, and bodies with `traceContext: { traceparent, tracestate }`: text, bytes or parsed. What the transport
 * carries wins over the body: first attributes or headers, then SQS's system attribute `AWSTraceHeader`.
 *
 * @example
 * const parent = extractMessage(message);
 */
export function extractMessage(message: unknown, context: Context = EMPTY_CONTEXT): Context {
  try {
    const fields = fieldsOf(message);
    return fields === undefined ? fromBody(message, context) : fromMessage(fields, context);
  } catch {
    // A getter of the message threw: it names nothing.
    return context;
  }
}

/** Whether a message has something where a context would be, though none may be read from it. Never throws. */
export function namesContext(message: unknown): boolean {
  try {
    const fields = fieldsOf(message);
    const hidden = fields && hiddenOf(fields);
    if (fields !== undefined && (isNamedIn(transportCarrier(fields, hidden)) || traceHeaderOf(fields, hidden) !== undefined)) return true;
    const { envelope, own } = bodyCarriers(fields === undefined ? message : bodyOf(fields));
    return own !== undefined || isNamedIn(envelope);
  } catch {
    return false;
  }
}

function isNamedIn(carrier: unknown): boolean {
  return namesSpan(fieldsIn(carrier));
}

function fromMessage(message: Fields, base: Context): Context {
  const hidden = hiddenOf(message);
  const transport = transportCarrier(message, hidden);
  const carried = transport === undefined ? base : extractTraceContext(transport, base);
  if (hasSpanOver(base, carried)) return carried;
  const xray = traceHeaderOf(message, hidden);
  const traced = typeof xray === 'string' ? withXray(carried, xray) : carried;
  return traced === carried ? fromBody(bodyOf(message), carried) : traced;
}

function fromBody(body: unknown, base: Context): Context {
  const { envelope, own } = bodyCarriers(body);
  const carried = envelope === undefined ? base : extractTraceContext(envelope, base);
  return hasSpanOver(base, carried) ? carried : fromTraceContext(own, carried);
}

/** Whether a span was found that `base` did not have. */
function hasSpanOver(base: Context, context: Context): boolean {
  return context !== base && context.getValue(SPAN_KEY) !== base.getValue(SPAN_KEY);
}

function transportCarrier(message: Fields, hidden: HiddenAttributes | undefined): unknown {
  const headers = fieldsOf(message['properties'])?.['headers'] ?? message['headers'];
  if (headers !== undefined && headers !== null) return headers;
  const shown = attributeCarrier(message['MessageAttributes'] ?? message['messageAttributes']);
  const kept = attributeCarrier(hidden?.attributes);
  return kept === undefined ? shown : Object.assign(kept, shown);
}

function traceHeaderOf(message: Fields, hidden: HiddenAttributes | undefined): unknown {
  const kept = hidden?.system['AWSTraceHeader'];
  const given = fieldsOf(fieldsOf(message['MessageSystemAttributes'])?.['AWSTraceHeader']);
  return kept ?? given?.['StringValue'] ?? fieldsOf(message['Attributes'] ?? message['attributes'])?.['AWSTraceHeader'];
}

/** The body of a message; the message itself where it is one that was parsed already. */
function bodyOf(message: Fields): unknown {
  return message['traceContext'] !== undefined
    ? message
    : (message['Body'] ?? message['MessageBody'] ?? message['body'] ?? message['content'] ?? message['Sns'] ?? message);
}
