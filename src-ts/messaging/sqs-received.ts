/** Messages of SQS that were received and are not settled yet, by their handles: a command that settles one names nothing else of it. */
import type { Span } from '@opentelemetry/api';
import { Recent } from './recent';

/** A message that is being worked on. */
export interface Received {
  readonly id: string | undefined;
  /** The span that sent it, where the message tells. */
  readonly sender: Span | undefined;
}

/** Enough for what a process works on at a time, and about half a megabyte. */
const KEPT = 512;

export const receivedMessages = new Recent<Received>(KEPT);
