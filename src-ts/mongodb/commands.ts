/** Spans of a client's commands: begun and ended where the driver itself begins and ends to measure them. */
import type { Span } from '@opentelemetry/api';
import { errorType } from '../http/semantics';
import { type Fields, fieldsOf, stringOf } from '../messaging/fields';
import { warnOnce } from '../native/warn';
import { activeContext } from '../trace/active';
import { isSuppressed } from '../trace/context';
import { messageOf, setError } from '../trace/run';
import { type AttributeList, starter } from '../trace/starter';
import { batchSizeOf, collectionOf, isInternal } from './operations';
import { queryTextOf } from './query-text';
import * as names from './semantics';
import type { Operation, Servers } from './servers';

/**
 * Commands that wait for their end at most. A connection carries one at a time, and the driver tells of each one's end; this bounds what is kept should it
 * not.
 */
const MAX_OPEN = 16_384;

/** What precedes the values of a document in the server's message on a duplicate key. */
const DUPLICATE_VALUES = ' dup key:';

/** What the attributes of a command are made of. */
interface Command {
  readonly operation: Operation;
  readonly name: string;
  readonly command: Fields;
  readonly queryText: boolean;
}

/** The commands of one client. */
export class Commands {
  /** Those that are under way, by request id; the oldest first. */
  private readonly open = new Map<unknown, Span>();

  constructor(
    private readonly servers: Servers,
    private readonly queryText: boolean,
  ) {}

  /** The driver is about to send a command, in the context of the call that it is for. */
  start(event: Fields): void {
    const { commandName: name, databaseName, address, requestId } = event;
    const command = fieldsOf(event['command']);
    if (typeof name !== 'string' || command === undefined || isInternal(name)) return;
    const context = activeContext();
    if (isSuppressed(context)) return;
    const server = this.servers.of(stringOf(address) ?? '');
    if (this.servers.tracedByOther) {
      warnOnce(
        'OBS_MONGO_TRACED_ALREADY',
        "OpenTelemetry's MongoDB instrumentation traces this client already; ours makes no spans. Use one of the two.",
      );
      return;
    }
    const operation = server.operation(name, stringOf(databaseName) ?? '', collectionOf(name, command));
    const span = starter().start(operation.spanName, names.KIND_CLIENT, context, attributesOf, {
      operation,
      name,
      command,
      queryText: this.queryText,
    });
    if (span.isRecording()) this.keep(requestId, span);
  }

  /** The server has answered. */
  succeed(event: Fields): void {
    const span = this.take(event['requestId']);
    if (span === undefined) return;
    const refused = refusalOf(fieldsOf(event['reply']));
    if (refused !== undefined) setFailure(span, refused['code'], refused, stringOf(refused['errmsg']) ?? '');
    span.end();
  }

  /** The server has refused the command, or the connection has broken. */
  fail(event: Fields): void {
    const span = this.take(event['requestId']);
    if (span === undefined) return;
    const { failure } = event;
    setFailure(span, fieldsOf(failure)?.['code'], failure, messageOf(failure));
    span.end();
  }

  /** The client was closed: what has no answer will have none. */
  loseAll(): void {
    for (const span of this.open.values()) lose(span, names.CLIENT_CLOSED, 'the client was closed before the server answered');
    this.open.clear();
  }

  private take(id: unknown): Span | undefined {
    const span = this.open.get(id);
    if (span !== undefined) this.open.delete(id);
    return span;
  }

  private keep(id: unknown, span: Span): void {
    const { open } = this;
    if (open.size >= MAX_OPEN || open.has(id)) {
      const [lost] = open.has(id) ? [id] : open.keys();
      const former = this.take(lost);
      if (former !== undefined) lose(former, names.NO_ANSWER, 'the driver never told the end of the command');
    }
    open.set(id, span);
  }
}

function attributesOf({ operation, name, command, queryText }: Command): AttributeList {
  const list = operation.attributes.slice();
  const size = batchSizeOf(name, command);
  if (size !== undefined) list.push(names.BATCH_SIZE, size);
  const text = queryText ? queryTextOf(command) : undefined;
  if (text !== undefined) list.push(names.QUERY_TEXT, text);
  return list;
}

/** What an answer that is no failure says about writes that did fail; of several, the first. */
function refusalOf(reply: Fields | undefined): Fields | undefined {
  const writeErrors = reply?.['writeErrors'];
  if (Array.isArray(writeErrors) && writeErrors.length > 0) return fieldsOf(writeErrors[0]);
  return fieldsOf(reply?.['writeConcernError']);
}

function setFailure(span: Span, code: unknown, error: unknown, message: string): void {
  if (typeof code === 'number') {
    span.setAttribute(names.STATUS_CODE, String(code));
    span.setAttribute(names.ERROR_TYPE, String(code));
  } else {
    span.setAttribute(names.ERROR_TYPE, errorType(error));
  }
  const values = message.indexOf(DUPLICATE_VALUES);
  setError(span, values === -1 ? message : message.slice(0, values));
}

function lose(span: Span, type: string, message: string): void {
  span.setAttribute(names.ERROR_TYPE, type);
  setError(span, message);
  span.end();
}
