/** Spans of a client's commands. */
import type { Span } from '@opentelemetry/api';
import { errorType } from '../http/semantics';
import { type Fields, fieldsOf, stringOf } from '../messaging/fields';
import { activeContext } from '../trace/active';
import { isSuppressed } from '../trace/context';
import { messageOf, setError } from '../trace/run';
import type { SpanShape } from '../trace/shape';
import { starter } from '../trace/starter';
import { batchSizeOf, collectionOf, isInternal } from './operations';
import { queryTextOf } from './query-text';
import * as names from './semantics';
import { OPERATION_KEYS, type Operation, type Server } from './server';

/** Commands that wait for their end at most. A connection carries one at a time, and each one's end is told; this bounds what is kept should it not be. */
const MAX_OPEN = 16_384;

/** What precedes the values of a document in the server's message on a duplicate key. */
const DUPLICATE_VALUES = ' dup key:';

/** What the attributes of a command are made of. */
interface Started {
  readonly operation: Operation;
  readonly command: Fields;
  readonly queryText: boolean;
}

/** The commands of one client. */
export class Commands {
  /** The spans of those that are under way, the oldest first. */
  private readonly open = new Set<Span>();

  constructor(private readonly queryText: boolean) {}

  /** A command is about to be sent, in the context of the call that it is for. Undefined where it is not recorded. */
  start(server: Server, database: unknown, command: Fields): Span | undefined {
    const name = nameOf(command);
    if (name === undefined || isInternal(name)) return undefined;
    const context = activeContext();
    if (isSuppressed(context)) return undefined;
    const operation = server.operation(name, stringOf(database) ?? '', collectionOf(name, command));
    const started: Started = { operation, command, queryText: this.queryText };
    const span = starter().start(operation.spanName, context, COMMAND, operation.fixed, started);
    if (!span.isRecording()) return undefined;
    if (this.open.size >= MAX_OPEN) this.lose(this.open.values().next().value as Span, names.NO_ANSWER, 'the end of the command was never told');
    this.open.add(span);
    return span;
  }

  /** The server has answered. */
  succeed(span: Span, reply: unknown): void {
    // It may have ended with its client.
    if (!this.open.delete(span)) return;
    try {
      const refusal = refusalOf(reply);
      if (refusal !== undefined) setFailure(span, refusal, stringOf(refusal['errmsg']) ?? '');
    } finally {
      span.end();
    }
  }

  /** The server has refused the command, or the connection has broken. */
  fail(span: Span, error: unknown): void {
    if (!this.open.delete(span)) return;
    try {
      setFailure(span, error, messageOf(error));
    } finally {
      span.end();
    }
  }

  /** The client was closed: what has no answer will have none. */
  loseAll(): void {
    for (const span of this.open) this.lose(span, names.CLIENT_CLOSED, 'the client was closed before the server answered');
  }

  private lose(span: Span, type: string, message: string): void {
    this.open.delete(span);
    span.setAttribute(names.ERROR_TYPE, type);
    setError(span, message);
    span.end();
  }
}

/** A command's first field is its name. */
function nameOf(command: Fields): string | undefined {
  for (const name in command) return name;
  return undefined;
}

const COMMAND: SpanShape<Started> = {
  kind: names.KIND_CLIENT,
  keys: [...OPERATION_KEYS, names.BATCH_SIZE, names.QUERY_TEXT],
  valuesOf: ({ operation, command, queryText }) => [batchSizeOf(operation.name, command), queryText ? queryTextOf(command) : undefined],
};

/** A reply as the driver keeps it: bytes, of which it reads what it is asked for. */
interface RawReply {
  has(name: string): boolean;
  toObject(): unknown;
}

/** What an answer that is no failure says about writes that did fail; of several, the first. */
function refusalOf(reply: unknown): Fields | undefined {
  const raw = reply as Partial<RawReply> | undefined | null;
  let answer = fieldsOf(reply);
  if (typeof raw?.has === 'function' && typeof raw.toObject === 'function') {
    if (!raw.has('writeErrors') && !raw.has('writeConcernError')) return undefined;
    answer = fieldsOf(raw.toObject());
  }
  const writeErrors = answer?.['writeErrors'];
  return fieldsOf(Array.isArray(writeErrors) && writeErrors.length > 0 ? writeErrors[0] : answer?.['writeConcernError']);
}

function setFailure(span: Span, error: unknown, message: string): void {
  const code = fieldsOf(error)?.['code']?.valueOf();
  if (typeof code === 'number') {
    span.setAttribute(names.STATUS_CODE, String(code));
    span.setAttribute(names.ERROR_TYPE, String(code));
  } else {
    span.setAttribute(names.ERROR_TYPE, errorType(error));
  }
  const values = message.indexOf(DUPLICATE_VALUES);
  setError(span, values === -1 ? message : message.slice(0, values));
}
