/** A traced incoming request, from the moment its headers are there to the moment its response is done. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Span } from '@opentelemetry/api';
import { activeContext } from '../trace/active';
import { withoutSpan } from '../trace/context';
import { readableAttribute } from '../trace/readable';
import { messageOf, setError } from '../trace/run';
import { RecordingSpan } from '../trace/span';
import { isCutOffHere } from './abort';
import { type Carried, type Connection, letGo, letGoOnceTold, type Trace } from './carried';
import { RequestContext } from './context';
import { readProperty } from './property';
import { routeOf, spanName } from './route';
import { CLIENT_ABORTED, ERROR_TYPE, errorType, HTTP_RESPONSE_STATUS_CODE, HTTP_ROUTE, type Method, SERVER_ABORTED } from './semantics';

/** A request that is not traced: only its context matters, in which nothing is traced. */
export class IgnoredRequest implements Carried {
  readonly span = undefined;
  sent = false;
  connection: Connection | undefined = undefined;
  earlier: Trace | undefined = undefined;

  constructor(
    readonly context: Context,
    public request: IncomingMessage | undefined,
  ) {}

  noteSent(): void {
    this.sent = true;
  }

  noteClosed(): void {
    letGo(this);
  }

  finish(): void {
    letGoOnceTold(this);
  }
}

/** A request with its server span. */
export class RequestTrace extends RequestContext implements Carried {
  /** Whether the response was sent to its end. */
  sent = false;
  connection: Connection | undefined = undefined;
  earlier: Trace | undefined = undefined;
  request: IncomingMessage | undefined;
  private readonly isHttp2: boolean;
  /** What was passed to `next(error)`, or thrown. */
  private error: unknown;
  private failed = false;
  private ended = false;

  constructor(
    span: Span,
    base: Context,
    request: IncomingMessage,
    /** Undefined for an upgrade or a CONNECT, and once the span has ended. */
    public response: ServerResponse | undefined,
    private readonly method: Method,
  ) {
    super(span, base);
    this.request = request;
    this.isHttp2 = request.httpVersionMajor === 2;
  }

  /** The context that the handlers run in. */
  get context(): Context {
    return this;
  }

  /** Notes an error that the application met. Whether the span failed is the status code's to say, once the response is sent. */
  recordError(error: unknown): void {
    if (this.ended) return;
    this.failed = true;
    this.error = error;
    this.span.recordException(typeof error === 'object' && error !== null ? (error as Error) : messageOf(error));
  }

  /** Ends the span of a request whose handler threw: no response may ever follow. */
  fail(error: unknown): void {
    if (this.ended) return;
    this.recordError(error);
    this.setFailure(errorType(error), error);
    this.end();
  }

  noteSent(): void {
    this.sent = true;
  }

  /** The request tells nobody anything any more. */
  noteClosed(): void {
    if (this.ended) letGo(this);
  }

  /** Ends the span when the response has closed: sent, or cut off. */
  finish(response: ServerResponse): void {
    if (this.ended) return;
    const span = this.span;
    if (span.isRecording()) {
      const status = readProperty(response, 'statusCode') as number;
      const sent = (this.sent || response.writableFinished) && !(this.isHttp2 && wasReset(response));
      // Nothing was sent before the connection closed: the status code is only what Node would have sent.
      if (sent || response.headersSent) span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
      // A response that never got its socket waited behind another one; newer versions of Node destroy it with an error when the client goes away.
      if (!sent) this.setUnfinished(response.socket === null ? null : response.errored);
      else if (status >= 500) this.setFailure(this.failed ? errorType(this.error) : String(status), this.error);
    }
    this.end();
  }

  /** Ends the span of an upgraded connection, or of one whose response Node did not write. */
  finishRaw(status: number | undefined): void {
    if (this.ended) return;
    if (status === undefined) {
      this.setUnfinished(null);
    } else {
      this.span.setAttribute(HTTP_RESPONSE_STATUS_CODE, status);
      if (status >= 500) this.setFailure(String(status), undefined);
    }
    this.end();
    // The connection goes on.
    letGo(this);
  }

  /** A client may go away at any time, which is no failure of this service; a response that the service destroyed is one. */
  private setUnfinished(error: Error | null | undefined): void {
    // A socket of HTTP/2 belongs to many requests.
    const socket = this.isHttp2 ? undefined : this.request?.socket;
    if (error) this.setFailure(errorType(error), error);
    else if (this.failed) this.setFailure(errorType(this.error), this.error);
    else if (!socket || !isCutOffHere(socket)) this.span.setAttribute(ERROR_TYPE, CLIENT_ABORTED);
    else this.setFailure(socket.errored ? errorType(socket.errored) : SERVER_ABORTED, socket.errored);
  }

  private setFailure(type: string, error: unknown): void {
    this.span.setAttribute(ERROR_TYPE, type);
    setError(this.span, error === undefined || error === null ? '' : messageOf(error));
  }

  private end(): void {
    this.ended = true;
    if (this.span.isRecording()) this.nameByRoute();
    this.span.end();
    // What outlives the request, a timer or a socket of a pool, keeps its context, and with that must not keep all of the request.
    this.response = undefined;
    this.error = undefined;
    letGoOnceTold(this);
  }

  /** What the handler has set itself stays. */
  private nameByRoute(): void {
    const span = this.span as Readable;
    const own = attributeOf(span, HTTP_ROUTE);
    const route = typeof own === 'string' ? own : (this.route ?? (this.request && routeOf(this.request)));
    if (route === undefined) return;
    if (own === undefined) span.setAttribute(HTTP_ROUTE, route);
    if (span.name === undefined || span.name === this.method.name) span.updateName(spanName(this.method.name, route));
  }
}

/** The trace of a response by the active context, which usually is that, maybe with another span: it costs less to ask for than a property. */
export function activeTraceOf(response: ServerResponse): RequestTrace | undefined {
  const active = withoutSpan(activeContext());
  return active instanceof RequestTrace && active.response === response ? active : undefined;
}

/** Our span, or one of another provider, of which little is known. */
type Readable = Span & Partial<RecordingSpan>;

/** Reads one attribute of a span that is open. */
function attributeOf(span: Readable, key: string): unknown {
  return span instanceof RecordingSpan ? readableAttribute(span, key) : span.attributes?.[key];
}

/** Whether the client reset the stream of an HTTP/2 response, which emits `finish` all the same. */
function wasReset(response: ServerResponse): boolean {
  return (response as { stream?: { aborted?: boolean } }).stream?.aborted === true;
}
