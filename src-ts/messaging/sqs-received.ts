/** Messages of SQS that were received and are not settled yet, by their handles: a command that settles one names nothing else of it. */
import type { Span } from '@opentelemetry/api';

/** A message that is being worked on. */
export interface Received {
  readonly id: string | undefined;
  /** The span that sent it, where the message tells. */
  readonly sender: Span | undefined;
}

/**
 * At least so many of the last ones are kept, at most twice as many: enough for what a process works on at a time, and about half a megabyte. Those that are
 * never settled, because they failed, go when others come.
 */
const KEPT = 512;

let newer = new Map<string, Received>();
let older = new Map<string, Received>();

/** Keeps what a message tells, until it is settled. */
export function keepReceived(handle: unknown, received: Received): void {
  if (typeof handle !== 'string') return;
  if (newer.size >= KEPT) {
    older = newer;
    newer = new Map();
  }
  newer.set(handle, received);
}

/** What is known of the message with this handle. */
export function receivedBy(handle: unknown): Received | undefined {
  return newer.get(handle as string) ?? older.get(handle as string);
}

/** The message with this handle is gone. */
export function forgetReceived(handle: unknown): void {
  if (!newer.delete(handle as string)) older.delete(handle as string);
}
