/** The context that a message brings, whatever carries it. */
import type { Context } from '@opentelemetry/api';
import { extractTraceContext } from '../propagation/carrier';
import { withXray } from '../propagation/xray';
import { EMPTY_CONTEXT, SPAN_KEY } from '../trace/context';
import { attributeCarrier } from './attributes';
import { bodyCarriers } from './body';
import { fromTraceContext } from './body-context';
import { type Fields, fieldsOf } from './fields';
import { hiddenOf } from './hidden';

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

function fromMessage(message: Fields, base: Context): Context {
  const hidden = hiddenOf(message);
  const transport = transportCarrier(message, hidden?.attributes);
  const carried = transport === undefined ? base : extractTraceContext(transport, base);
  if (hasSpanOver(base, carried)) return carried;
  const xray = hidden?.system['AWSTraceHeader'] ?? traceHeaderOf(message);
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

function transportCarrier(message: Fields, hidden: Fields | undefined): unknown {
  const headers = fieldsOf(message['properties'])?.['headers'] ?? message['headers'];
  if (headers !== undefined && headers !== null) return headers;
  const shown = attributeCarrier(message['MessageAttributes'] ?? message['messageAttributes']);
  const kept = attributeCarrier(hidden);
  return kept === undefined ? shown : Object.assign(kept, shown);
}

function traceHeaderOf(message: Fields): unknown {
  const given = fieldsOf(fieldsOf(message['MessageSystemAttributes'])?.['AWSTraceHeader']);
  return given?.['StringValue'] ?? fieldsOf(message['Attributes'] ?? message['attributes'])?.['AWSTraceHeader'];
}

/** The body of a message; the message itself where it is one that was parsed already. */
function bodyOf(message: Fields): unknown {
  return message['traceContext'] !== undefined
    ? message
    : (message['Body'] ?? message['MessageBody'] ?? message['body'] ?? message['content'] ?? message['Sns'] ?? message);
}
