/** Queues of SQS as the conventions name them, from their URLs. */
import type { Attributes } from '@opentelemetry/api';
import { queueName } from './delivery';
import { stringOf } from './fields';
import { AWS_SQS, DESTINATION_NAME, OPERATION_NAME, OPERATION_TYPE, QUEUE_URL, SERVER_ADDRESS, SERVER_PORT, SYSTEM } from './semantics';

/** A queue. */
export interface Queue {
  readonly url: string | undefined;
  readonly name: string | undefined;
  /** The attributes of every operation on it. */
  readonly attributes: Attributes;
}

/** Queues are kept up to this many. */
const MAX_KEPT = 256;
const kept = new Map<string, Queue>();

/** The queue of a URL as a command has it. */
export function queueOf(given: unknown): Queue {
  const url = stringOf(given);
  const known = kept.get(url ?? '');
  if (known !== undefined) return known;
  const queue = read(url);
  if (kept.size < MAX_KEPT) kept.set(url ?? '', queue);
  return queue;
}

/** The attributes of an operation. Most are called like their type. */
export function operationAttributes(queue: Queue, name: string, type = name): Attributes {
  return { ...queue.attributes, [OPERATION_NAME]: name, [OPERATION_TYPE]: type };
}

function read(url: string | undefined): Queue {
  const name = queueName(url);
  const attributes: Attributes = { [SYSTEM]: AWS_SQS };
  if (name !== undefined) attributes[DESTINATION_NAME] = name;
  if (url !== undefined && URL.canParse(url)) {
    const { hostname, port, protocol } = new URL(url);
    attributes[QUEUE_URL] = url;
    attributes[SERVER_ADDRESS] = hostname;
    attributes[SERVER_PORT] = port === '' ? (protocol === 'http:' ? 80 : 443) : Number(port);
  }
  return { url, name, attributes };
}
