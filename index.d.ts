// Made by `npm run types` from src-ts/. Do not edit.
import { IncomingMessage, ServerResponse } from 'node:http';
import { Span, SpanOptions, Context, Attributes, SpanKind, SpanContext, HrTime, SpanStatus, Link, TracerProvider, Tracer, TimeInput } from '@opentelemetry/api';

/** Errors that reach Express's error handling, put on the server span. */

/** An error-handling middleware. */
type ErrorMiddleware = (error: unknown, request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
/**
 * Records what was passed to `next(error)`, thrown or rejected in a handler as an exception on the server span, and passes it on. Mount it after the routes
 * and before your own error handler: `app.use(tracingErrorMiddleware())`. Whether the span has failed is still the status code's to say (5xx).
 */
declare function tracingErrorMiddleware(): ErrorMiddleware;

/** What a user may say about HTTP tracing, and what each part does when nothing is said. */

/** An outgoing request, as `ignoreOutgoing` and `onOutgoing` see it, whichever client makes it. */
interface OutgoingRequest {
    /** The method in upper case, `GET`. */
    readonly method: string;
    /** Host and port as the client was told them, `api.example.com` or `localhost:3000`. */
    readonly host: string;
    /** The path with its query string, `/v1/items?limit=10`. */
    readonly path: string;
    /** The whole URL, credentials and signatures removed. */
    readonly url: string;
}
/** A rule for incoming requests: a prefix of the path, a pattern that the path must match, or a function that says `true` for what to leave out. */
type IncomingRule = string | RegExp | ((request: IncomingMessage) => boolean);
/** A rule for outgoing requests: a prefix of the whole URL, a pattern that the URL must match, or a function that says `true` for what to leave out. */
type OutgoingRule = string | RegExp | ((request: OutgoingRequest) => boolean);
/** Options of the built-in tracing of `http`, `https`, `fetch` and undici. */
interface HttpInstrumentationOptions {
    /** Server spans for `http` and `https` servers. Default `true`. */
    incoming?: boolean;
    /** Client spans for `http.request`, `https.request` and their `get`. Default `true`. */
    outgoing?: boolean;
    /** Client spans for the global `fetch` and for undici. Default `true`. */
    fetch?: boolean;
    /**
     * Paths of health checks, compared with the whole path (a query string does not matter). They make no server span, and what is done inside them is not
     * traced either. `false` traces them like any other request. Default: {@link DEFAULT_HEALTH_CHECKS}.
     */
    healthChecks?: readonly string[] | false;
    /** Incoming requests that are not traced, nor what is done inside them. Default none. */
    ignoreIncoming?: readonly IncomingRule[];
    /** Outgoing requests that make no span and get no `traceparent` header. Default none. */
    ignoreOutgoing?: readonly OutgoingRule[];
    /** Called with each server span at its start, to add attributes. Not called for spans that are not recorded. */
    onIncoming?: (span: Span, request: IncomingMessage) => void;
    /** Called with each client span at its start, to add attributes. Not called for spans that are not recorded. */
    onOutgoing?: (span: Span, request: OutgoingRequest) => void;
}
/** The paths that orchestrators and load balancers usually ask for. */
declare const DEFAULT_HEALTH_CHECKS: readonly string[];

/** The tracing middleware. */

/** Options of {@link tracingMiddleware}. */
interface TracingMiddlewareOptions extends Pick<HttpInstrumentationOptions, 'healthChecks' | 'ignoreIncoming' | 'onIncoming'> {
    /**
     * The response header that carries the server span's context, so that a caller can find the trace; `false` for none. Default `traceparent`.
     * Browsers of another origin see it only if you list it in `Access-Control-Expose-Headers`.
     */
    responseHeader?: string | false;
}
/** A middleware as Express 4 and 5, Connect and others of their kind take it. */
type Middleware = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void) => void;
/**
 * Traces the requests that pass here: adds the `traceparent` response header, and makes the server span where the built-in HTTP tracing is off and no other
 * instrumentation has made one. It never makes a second one, wherever and however often it is mounted.
 */
declare function tracingMiddleware(options?: TracingMiddlewareOptions): Middleware;

/** Trace id, span id and, where there is one, the parent's span id. */
declare class TraceContext {
    /** 32 lower-case hex digits. */
    readonly trace_id: string;
    /** 16 lower-case hex digits. */
    readonly span_id: string;
    /** 16 lower-case hex digits; undefined for a root. */
    readonly parent_id: string | undefined;
    constructor(trace_id: string, span_id: string, parent_id?: string);
    /** A new trace: random ids, no parent. */
    static generateRandom(): TraceContext;
    /** A new span below the one that a `traceparent` header names; undefined when the header is invalid. */
    static fromTraceparent(header: string): TraceContext | undefined;
    /** The `traceparent` header of this place; `sampled` (default true) sets that flag. */
    toTraceparent(sampled?: boolean): string;
}

/** A logger's method; each has its own idea of what comes first. */
type BaseLogMethod = (...args: never[]) => unknown;
/** Any logger with the usual methods: pino, winston, bunyan, `console`, or an object with some of these. */
interface BaseLogger {
    readonly fatal?: BaseLogMethod;
    readonly error?: BaseLogMethod;
    readonly warn?: BaseLogMethod;
    readonly info?: BaseLogMethod;
    readonly debug?: BaseLogMethod;
    readonly trace?: BaseLogMethod;
    readonly log?: BaseLogMethod;
}
/** Which comes first in the calls of a base logger's methods. */
type ArgumentOrder = 'message-first' | 'fields-first';

/** `OtelLogger`: a logger whose lines carry the ids of their place in a trace. */

/** Options of {@link OtelLogger.create}. */
interface OtelLoggerOptions {
    /** Whether each line carries the ids of the span that is active when it is written. Default false. */
    autoTrace?: boolean;
    /**
     * Fields of every line. `trace_id` and `span_id` among them are the logger's place: its lines stay in that trace. With `autoTrace` they carry
     * the active span's ids where that belongs to the same trace.
     */
    fields?: object;
    /**
     * What the base logger's methods take first. Only for loggers other than pino, winston, bunyan and `console`, which are known. Default
     * `message-first`.
     */
    argumentOrder?: ArgumentOrder;
}
/**
 * Writes a line: `(message, fields)` or `(fields, message)`, whatever the base logger wants; errors in any place; values for conversions in the
 * message (`%s`). Can be passed on as a function. Never throws.
 */
type LogMethod = (first: unknown, ...rest: unknown[]) => void;
/** A logger over another one, whose lines carry `trace_id`, `span_id` and, where it is known, `parent_id`. */
declare class OtelLogger {
    #private;
    readonly fatal: LogMethod;
    readonly error: LogMethod;
    readonly warn: LogMethod;
    readonly info: LogMethod;
    readonly debug: LogMethod;
    readonly trace: LogMethod;
    private constructor();
    /**
     * A logger over `baseLogger`: pino, winston, bunyan, `console`, another OtelLogger, or any object with the usual methods. Never throws; where
     * there is no usable base logger, lines go to the console, with one warning.
     *
     * @example
     * const logger = OtelLogger.create(baseLogger, { autoTrace: true });
     * logger.info('Processing SBOM upload', { userId, organizationId });
     */
    static create(baseLogger: BaseLogger | OtelLogger, options?: OtelLoggerOptions): OtelLogger;
    /** The logger that lines are written with. */
    get base(): BaseLogger;
    /** Where a line written now belongs; undefined outside of every trace. */
    get traceContext(): TraceContext | undefined;
    /** A logger with more fields. `trace_id` and `span_id` among them move it to that place. */
    child(fields: object): OtelLogger;
    /**
     * Runs `fn` inside a new span in the logger's trace: below the active span where that is of this trace, else below the logger's own place. The
     * span ends, and errors are recorded, as with `withSpan`. The logger that `fn` gets follows the active span.
     *
     * @example
     * const logger = createLoggerWithMessageTrace(message, baseLogger);
     * await logger.withSpan('job.process.sbom', () => processSbom(message));
     */
    withSpan<T>(name: string, fn: (span: Span, logger: OtelLogger) => T, options?: SpanOptions): T;
}

/** Options of {@link createLoggerWithMessageTrace}. */
interface MessageLoggerOptions {
    /** Fields of every line. */
    fields?: object;
}
/**
 * A logger in the trace of a message: SQS, Lambda, SNS or AMQP, or a body with `traceContext: { traceparent, tracestate }`. Its lines carry the ids of
 * the active span where that is of this trace, else those of the span that sent the message. A message without a context, or with an invalid one,
 * gets the trace of the active span, else a new one, and its lines say so in the field `trace_restarted`: `missing` or `invalid`. Never throws.
 *
 * @example
 * const logger = createLoggerWithMessageTrace(message, baseLogger);
 * logger.info('Processing SBOM', { sbomId });
 */
declare function createLoggerWithMessageTrace(message: unknown, baseLogger: BaseLogger | OtelLogger, options?: MessageLoggerOptions): OtelLogger;

/** The root span of work that nobody asked for: a cron job, a timer, a start. */

/** Options of {@link withRootSpan}. */
interface RootSpanOptions extends SpanOptions {
    /** Fields of every line of the logger. */
    fields?: object;
}
/**
 * Runs `fn` inside the root span of a new trace, with a logger in that trace. The span ends when `fn` returns or its promise is settled; what it
 * throws is recorded, sets the status to error, and is thrown on.
 *
 * @example
 * await withRootSpan('job.daily-vuln-match', baseLogger, async (logger) => {
 *   logger.info('Matching vulnerabilities');
 *   await matchAll(logger);
 * });
 */
declare function withRootSpan<T>(name: string, baseLogger: BaseLogger | OtelLogger, fn: (logger: OtelLogger, span: Span) => T, options?: RootSpanOptions): T;

/**
 * The `traceparent` header for what is sent on from where `logger` logs: of the active span where the logger follows it, else of the logger's own
 * place, else of whatever is active. Outside of every trace it is the header of a new one, so that there is always a header to send (SQS
 * refuses a message attribute without a value). Takes other loggers, too, with `trace_id` and `span_id` among their bindings or without. Never
 * throws.
 *
 * @example
 * const traceparent = createTraceparentFromLogger(logger);
 * await messageClient.send('sbom-process-queue', { sbomId, traceContext: { traceparent } });
 */
declare function createTraceparentFromLogger(logger: unknown): string;

/** A channel as amqplib makes it, plain or confirm, with promises or callbacks. */
interface AmqpChannel {
    publish(...args: never[]): unknown;
    consume(...args: never[]): unknown;
}
/**
 * Traces a channel of amqplib and returns it: each message that is published carries the context of its span, and each that is delivered to a consumer is
 * processed inside a span of the same trace, which ends when the message was settled and the handler is done. A second call changes nothing.
 *
 * @example
 * const channel = instrumentAmqp(await connection.createConfirmChannel());
 */
declare function instrumentAmqp<C extends AmqpChannel>(channel: C): C;

/** The context that a message brings, whatever carries it. */

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
declare function extractMessage(message: unknown, context?: Context): Context;

/** A context into a message, whatever kind of message it is. */

/**
 * Puts a context, by default the active one, into a message and returns the message. Never throws; what is no object is given back as it is.
 *
 * - SQS messages and batch entries: message attributes; where none is free or the size does not allow it, the system attribute `AWSTraceHeader`, which
 *   counts for neither
 * - inputs of SNS's publish and entries of its batches: message attributes
 * - records of a Lambda function's SQS event, and SNS envelopes: their attributes
 * - AMQP messages and publish options, and anything else with `headers`: the headers
 * - any other object is taken for a body and gets `traceContext: { traceparent, tracestate }`
 *
 * The message's own lists of attributes or headers are replaced by longer ones, not written to. A frozen message is copied.
 *
 * @example
 * await sqs.send(new SendMessageCommand(injectMessage({ QueueUrl, MessageBody })));
 */
declare function injectMessage<T>(message: T, context?: Context): T;

/** Spans around the processing of messages, by whatever way they came. */

/** Options of {@link withBatchSpan}. */
interface BatchSpanOptions {
    /** The queue's name; default what the messages tell, which SQS's do when their client is instrumented, and Lambda's records always. */
    destination?: string;
    /** `messaging.system`, such as `aws_sqs` or `rabbitmq`; default what the messages tell. */
    system?: string;
    /** The span's name; default `process <destination>`. */
    name?: string;
    /** Further attributes. */
    attributes?: Attributes;
}
/** Options of {@link withMessageSpan}. */
interface MessageSpanOptions extends BatchSpanOptions {
    /**
     * What the span is a child of: the span that the message brings (`message`), or the active one (`active`). The other one becomes a link. Default
     * `message`, and `active` inside {@link withBatchSpan}.
     */
    parent?: 'message' | 'active';
}
/**
 * Runs `fn` inside a span for the processing of one message, which continues the trace that the message brings; without one it starts a new trace, or
 * goes on with the active one. The span ends when `fn` returns or its promise is settled. What `fn` throws is recorded, sets the status to error, and is
 * thrown on. `fn` runs once, with or without tracing.
 *
 * @example
 * for (const message of Messages ?? []) {
 *   await withMessageSpan(message, { destination: 'sbom-process' }, () => handle(JSON.parse(message.Body)));
 * }
 */
declare function withMessageSpan<T>(message: unknown, options: MessageSpanOptions, fn: (span: Span) => T): T;
/**
 * Runs `fn` inside one span for the processing of several messages, with a link to each. Inside it, {@link withMessageSpan} makes a child span for a
 * message. Without messages there is no span: `fn` runs with the active one.
 *
 * @example
 * await withBatchSpan(event.Records, { destination: 'sbom-process' }, () =>
 *   Promise.all(event.Records.map((record) => withMessageSpan(record, {}, () => handle(record)))),
 * );
 */
declare function withBatchSpan<T>(messages: readonly unknown[], options: BatchSpanOptions, fn: (span: Span) => T): T;

/** A client as the AWS SDK v3 makes it: `SQSClient`, or the older `SQS`. */
interface SqsClient {
    readonly middlewareStack: {
        add(...args: never[]): void;
    };
}
/**
 * Traces a client of Amazon SQS and returns it: messages that are sent carry the context of their span, alone and in batches, and what messages bring is
 * there for {@link extractMessage} and {@link withMessageSpan}. Receivers see no attribute that they did not ask for. Deleting messages and changing their
 * visibility make spans, too. A second call changes nothing.
 *
 * @example
 * const sqs = instrumentSqs(new SQSClient({}));
 */
declare function instrumentSqs<C extends SqsClient>(client: C): C;

/** A client as `mongodb` makes it. */
interface MongoClientLike {
    on(...args: never[]): unknown;
    db(...args: never[]): unknown;
}
/** Options of {@link instrumentMongo}. */
interface MongoOptions {
    /** Adds each command as `db.query.text`: its keys, with `?` in place of every value. Default: false. */
    queryText?: boolean;
}
/**
 * Traces a client of MongoDB and returns it: each command becomes a client span, child of the span that is active where it was called, also where the
 * client has connected already. A second call changes nothing.
 *
 * @example
 * const client = instrumentMongo(new MongoClient('mongodb://localhost:27017'));
 */
declare function instrumentMongo<C extends MongoClientLike>(client: C, options?: MongoOptions): C;

/** Options of {@link startReceiver}. */
interface ReceiverOptions {
    /** The address to bind. Default `127.0.0.1`: traces tell secrets, so other machines see them only when told to. */
    host?: string;
    /** The port for OTLP over gRPC, 0 for any free one, `false` for none. Default 4317. */
    grpcPort?: number | false;
    /** The port for OTLP over HTTP (protobuf and JSON), 0 for any free one, `false` for none. Default 4318. */
    httpPort?: number | false;
    /** Spans and log records that are kept; the oldest trace goes first. Default 100,000. */
    maxSpans?: number;
    /** Bytes of memory for them. Default 64 MiB. */
    maxBytes?: number;
}
/** A trace in the list of a receiver. */
interface ReceivedTrace {
    /** The trace id in hex. */
    traceId: string;
    /** The name of the root span, or of the earliest one while the root is not there. */
    name: string;
    /** Whether a span without a parent is there. */
    hasRoot: boolean;
    /** The services in the order of their first span. */
    services: string[];
    /** The earliest start in nanoseconds since the Unix epoch, in decimal: a number does not hold it. */
    startUnixNanos: string;
    /** From the earliest start to the latest end. */
    durationMillis: number;
    /** Spans in memory. */
    spans: number;
    /** Log records in memory. */
    logs: number;
    /** Spans with status error. */
    errors: number;
}
/** A receiver that listens, in a thread of its own. It keeps no process alive. */
interface OtlpReceiver {
    /** What an exporter of type `otlp-grpc` takes as its endpoint; undefined where it does not listen. */
    readonly grpcEndpoint: string | undefined;
    /** What an exporter of type `otlp-http` takes as its endpoint; undefined where it does not listen. */
    readonly httpEndpoint: string | undefined;
    /** The traces in memory, newest first. */
    traces(): ReceivedTrace[];
    /** A trace as OTLP JSON, `{"resourceSpans":[…]}`; undefined for one that is not here. */
    trace(traceId: string): string | undefined;
    /**
     * A trace as text for a terminal: its spans as a tree with service, bar and duration, errors, events and log lines; undefined for one that
     * is not here. Default 100 columns, without colours.
     */
    waterfall(traceId: string, options?: {
        width?: number;
        colour?: boolean;
    }): string | undefined;
    /** Counts since the start, by name. */
    stats(): Record<string, number>;
    /** Forgets all traces. */
    clear(): void;
    /** Stops listening; requests in flight get half a second. What came stays readable. */
    stop(): void;
}
/** Why a receiver did not start: a stable code, and a message with the way out. */
declare class ReceiverError extends Error {
    /** `OBS_RECEIVER_PORT_IN_USE`, `OBS_RECEIVER_PORT_FORBIDDEN`, `OBS_RECEIVER_ADDRESS_UNAVAILABLE` and others. */
    readonly code: string;
    readonly name = "ReceiverError";
    constructor(
    /** `OBS_RECEIVER_PORT_IN_USE`, `OBS_RECEIVER_PORT_FORBIDDEN`, `OBS_RECEIVER_ADDRESS_UNAVAILABLE` and others. */
    code: string, message: string);
}
/**
 * Starts a receiver.
 *
 * @throws ReceiverError where it cannot listen, or there is no addon for this platform
 * @example
 * const receiver = startReceiver({ grpcPort: 0, httpPort: 0 });
 * await initTracing({ exporter: { type: 'otlp-grpc', endpoint: receiver.grpcEndpoint } });
 */
declare function startReceiver(options?: ReceiverOptions): OtlpReceiver;

/** What this folder knows of a library that it traces. */

/** Which libraries are traced by themselves, whenever the service loads them. */
interface LibraryOptions {
    /** Channels of amqplib (RabbitMQ). Default `true`. */
    amqplib?: boolean;
    /** Clients of `@aws-sdk/client-sqs`. Default `true`. */
    sqs?: boolean;
    /** Clients of `mongodb`; an object is the options of {@link instrumentMongo}. Default `true`. */
    mongodb?: boolean | MongoOptions;
}

/** Spans as readers see them: OpenTelemetry's ReadableSpan and SpanProcessor interfaces. */

/** An event of a span. */
interface TimedEvent {
    time: HrTime;
    name: string;
    attributes?: Attributes;
    droppedAttributesCount?: number;
}
/**
 * A span as it can be read (the interface of `@opentelemetry/sdk-trace-base`, both generations). What processors change in `attributes`, in those of `events` and
 * `links`, in these lists and in `name` is seen by the processors after them and by the export.
 */
interface ReadableSpan {
    readonly name: string;
    readonly kind: SpanKind;
    spanContext(): SpanContext;
    readonly parentSpanContext?: SpanContext | undefined;
    /** The parent's span id, as the SDK's first generation has it. */
    readonly parentSpanId?: string | undefined;
    readonly startTime: HrTime;
    readonly endTime: HrTime;
    readonly status: SpanStatus;
    readonly attributes: Attributes;
    readonly links: Link[];
    readonly events: TimedEvent[];
    readonly duration: HrTime;
    readonly ended: boolean;
    readonly resource: {
        readonly attributes: Attributes;
    };
    readonly instrumentationScope: {
        readonly name: string;
        readonly version?: string | undefined;
        readonly schemaUrl?: string | undefined;
    };
    readonly droppedAttributesCount: number;
    readonly droppedEventsCount: number;
    readonly droppedLinksCount: number;
}
/**
 * OpenTelemetry's SpanProcessor. Its methods run on the JS thread, for each span: that is their cost. What one throws is one warning.
 */
interface SpanProcessor {
    onStart(span: Span & ReadableSpan, parentContext: Context): void;
    onEnding?(span: Span & ReadableSpan): void;
    onEnd(span: ReadableSpan): void;
    forceFlush(): Promise<void>;
    shutdown(): Promise<void>;
}

/** What `initTracing` takes and gives. */

/** Where spans go. */
interface ExporterOptions {
    /** Default `otlp-grpc`, or what the environment says. */
    type?: 'otlp-grpc' | 'otlp-http' | 'console' | 'file' | 'memory' | 'none';
    /** `http://localhost:4317` for gRPC, `http://localhost:4318/v1/traces` for HTTP; a path for `file`. */
    endpoint?: string;
    /** Sent with each request; names are case-insensitive. */
    headers?: Record<string, string>;
    /** Default `none`. */
    compression?: 'none' | 'gzip';
    /** The time one attempt may take, in milliseconds. Default 10,000. */
    timeoutMillis?: number;
    /** PEM files. An `https` endpoint without any trusts the system's roots. */
    tls?: {
        caFile?: string;
        certFile?: string;
        keyFile?: string;
        serverName?: string;
    };
    /** An HTTP proxy to reach the endpoint through, `http://[user:password@]host:port`; `false` for none. Default from HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
    proxy?: string | false;
}
/** Which traces are kept; decided where a trace begins. */
interface SamplingOptions {
    /** The share of new traces, 0 to 1. Default 1. */
    rate?: number;
    /** Whether the decision of a parent wins. Default true. */
    parentBased?: boolean;
    /** Accepted and not yet in effect: whether traces with an error in them are kept whatever the rate. */
    keepErrors?: boolean;
    /** Accepted and not yet in effect: which traces to keep, by what they are. */
    rules?: readonly object[];
    /** Accepted and not yet in effect: the most new traces of a second. */
    maxTracesPerSecond?: number;
    /** Accepted and not yet in effect; `http.healthChecks` leaves the requests of health checks out. */
    dropHealthChecks?: boolean;
}
/** When a batch of spans is sent. */
interface BatchOptions {
    /** Default 2,048. */
    maxSpans?: number;
    /** Encoded bytes, below 4 MiB. */
    maxBytes?: number;
    /** The longest a span waits for its batch to fill. Default 5,000. */
    maxDelayMillis?: number;
}
/** What waits for the destination. */
interface QueueOptions {
    /** Encoded bytes that wait or are under way; the oldest batch makes room. Default 32 MiB. */
    maxBytes?: number;
    /** Spans that wait or are under way. Default no bound but the bytes. */
    maxSpans?: number;
    /** Requests under way at once, 1 to 64. Default 4. */
    maxInFlight?: number;
}
/** Limits of spans (OpenTelemetry specification, "Span Limits"). */
interface LimitOptions {
    /** Attributes of a span. Default 128. */
    attributeCount?: number;
    /** Attributes of an event. Default 128. */
    attributePerEventCount?: number;
    /** Attributes of a link. Default 128. */
    attributePerLinkCount?: number;
    /** UTF-16 code units of a string value. Default 65,536. */
    attributeValueLength?: number;
    /** Events of a span. Default 128. */
    eventCount?: number;
    /** Links of a span. Default 128. */
    linkCount?: number;
}
/** An OpenTelemetry instrumentation, as published. */
interface Instrumentation {
    readonly instrumentationName?: string;
    setTracerProvider?(provider: TracerProvider): void;
    enable?(): void;
    disable?(): void;
    getConfig?(): {
        enabled?: boolean;
    };
}
/** Options of {@link initTracing}. What is not given comes from the environment (docs/configuration.md), then from the defaults. */
interface TracingOptions {
    /** `service.name`. Default OTEL_SERVICE_NAME, SERVICE_NAME, else `unknown_service:node`. */
    serviceName?: string;
    /** `service.version`. Default VERSION. */
    serviceVersion?: string;
    /** `deployment.environment.name` and `environment`. Default ENV. */
    environment?: string;
    /** Further attributes of the process. */
    resource?: Attributes;
    exporter?: ExporterOptions;
    sampling?: SamplingOptions;
    batch?: BatchOptions;
    queue?: QueueOptions;
    limits?: LimitOptions;
    /** OpenTelemetry instrumentations, as they are published. Where one is among them for what is built in, ours steps aside. */
    instrumentations?: readonly (Instrumentation | readonly Instrumentation[])[];
    /** Objects with OpenTelemetry's SpanProcessor interface. They run on the JS thread for each span: that is their cost. */
    spanProcessors?: readonly SpanProcessor[];
    /** Formats of context in headers and messages, in their order (docs/propagation.md). Default `['tracecontext', 'baggage']`. */
    propagators?: readonly ('tracecontext' | 'baggage' | 'xray' | 'datadog' | 'b3' | 'b3multi')[];
    /** The built-in tracing of http, https, fetch and undici; `false` for none. */
    http?: HttpInstrumentationOptions | false;
    /** The built-in tracing of libraries, by themselves, whenever they are loaded; `false` for none. What is instrumented by a call is traced all the same. */
    libraries?: LibraryOptions | false;
    /** Whether SIGTERM and SIGINT flush before the process ends as it would have without us. Default true. Windows leaves them alone. */
    signals?: boolean;
    /** The time that flushing at the end of the process may take, in milliseconds, up to 60,000. Default 1,000. */
    exitTimeoutMillis?: number;
    /** What of this package's own messages is shown. Default `info`. */
    logLevel?: 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose';
    /** Accepted and not yet in effect: a queue on disk. */
    spool?: {
        directory: string;
        maxBytes?: number;
    } | false;
    /** Accepted and not yet in effect: rules for what is taken out of spans. */
    redact?: readonly object[];
}
/** The ledger: `started = open + exported + notSampled + filtered + dropped + queued`, at any time. */
interface TracingStats {
    /** Spans started, sampled or not. */
    started: number;
    /** Started and recording, not ended yet. */
    open: number;
    /** Accepted by the exporter's destination. */
    exported: number;
    /** Not chosen by the sampler. */
    notSampled: number;
    /** Left out by rules. */
    filtered: number;
    /** Lost, by reason. */
    dropped: {
        ringFull: number;
        unwritable: number;
        malformed: number;
        tooLarge: number;
        queueFull: number;
        rejected: number;
        refused: number;
        undelivered: number;
        shutdown: number;
    };
    /** Under way, by place. */
    queued: {
        ring: number;
        batch: number;
        queue: number;
        inFlight: number;
    };
    /** Requests that were accepted. */
    requests: number;
    /** Bytes of those, before compression. */
    exportedBytes: number;
    /** Attempts that failed. */
    failedAttempts: number;
    /** Headers with context that were invalid, or of which a part was left out; in the whole process, since it started. No part of the sum. */
    rejectedHeaders: number;
}
/** Running tracing. */
interface Tracing {
    /** The provider that is registered with `@opentelemetry/api`. */
    readonly provider: TracerProvider;
    /** Sends what has ended; resolves to whether all of it was settled in time. Default 10,000 ms. Never rejects. */
    forceFlush(timeoutMillis?: number): Promise<boolean>;
    /** Flushes and ends tracing; resolves to whether everything was settled in time. A second call gives the first one's promise. Never rejects. */
    shutdown(timeoutMillis?: number): Promise<boolean>;
    /** The ledger. Where the addon could not be loaded everything is zero. */
    stats(): TracingStats;
}

/** Tracing for the user's own tests: in memory, at once, no collector. */

/** Options of {@link createTestTracing}. */
type TestTracingOptions = Pick<TracingOptions, 'resource' | 'http' | 'libraries' | 'instrumentations' | 'propagators' | 'limits'>;
/** Tracing in memory. */
interface TestTracing {
    readonly provider: TracerProvider;
    /** A tracer for the test's own spans. */
    readonly tracer: Tracer;
    /** Spans that have ended since the start or the last reset, in the order of their ends. */
    getFinishedSpans(): ReadableSpan[];
    /** Forgets the finished spans. */
    reset(): void;
    /** Takes everything back. */
    shutdown(): Promise<void>;
}
/**
 * Registers tracing that keeps finished spans in memory: every span is recorded, and there as soon as it has ended. It takes the place of
 * tracing that runs, and an `initTracing` of the code under test gives this one. Needs no addon.
 *
 * @example
 * const tracing = createTestTracing();
 * await request(app).get('/');
 * assert.equal(tracing.getFinishedSpans()[0].name, 'GET /');
 */
declare function createTestTracing(options?: TestTracingOptions): TestTracing;

/** Context in and out of carriers: objects of headers of any kind. */

/**
 * The context that a carrier names, over an empty context or `base`. A carrier without valid context gives `base` back. Never throws.
 *
 * @example
 * context.with(extractTraceContext(request.headers), () => handle(request));
 */
declare function extractTraceContext(carrier: unknown, base?: Context): Context;
/**
 * Writes a context, by default the active one, into a carrier and returns the carrier. Never throws.
 *
 * @example
 * await fetch(url, { headers: injectTraceContext({}) });
 */
declare function injectTraceContext<T>(carrier: T, context?: Context): T;

/** `traceparent` (W3C Trace Context level 2). JavaScript reads what is certainly right; every other header is Rust's to judge. */

/**
 * The span context that a `traceparent` header names, marked remote; undefined when the header is invalid (W3C Trace Context level 2, section
 * 3.2). Never throws, whatever it is given.
 *
 * @example
 * parseTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')?.traceId; // '4bf92f3577b34da6a3ce929d0e0e4736'
 */
declare function parseTraceparent(header: string): SpanContext | undefined;
/**
 * The `traceparent` header of a span context: version 00, the flags that level 2 knows. Undefined when its ids are not valid. Never
 * throws, whatever it is given.
 *
 * @example
 * formatTraceparent(span.spanContext()); // '00-…-…-03'
 */
declare function formatTraceparent(spanContext: SpanContext): string | undefined;

/**
 * Starts tracing in this thread, and in this process where it does not run yet. A second call gives what the first one made. Never rejects:
 * where tracing cannot start there is one warning, and the service runs untraced. Call it in the main thread first: that is the one that
 * flushes when the process ends, for its workers, too.
 *
 * @example
 * await initTracing({ serviceName: 'manifest-api', exporter: { type: 'otlp-grpc', endpoint: 'http://localhost:4317' }, sampling: { rate: 0.1 } });
 */
declare function initTracing(options?: TracingOptions): Promise<Tracing>;

/** Helpers around the active span. None of them throws, whether tracing runs or not. */

/** A tracer; without a name, that of this package. May be called before `initTracing`: it works from then on. */
declare function getTracer(name?: string, version?: string | undefined): Tracer;
/** The active span; undefined where there is none. */
declare function getActiveSpan(): Span | undefined;
/**
 * Runs `fn` inside a new span, which ends when `fn` returns or its promise is settled. What `fn` throws is recorded, sets the status to error,
 * and is thrown on.
 *
 * @example
 * const sbom = await withSpan('sbom.parse', async (span) => {
 *   span.setAttribute('sbom.format', 'cyclonedx');
 *   return parse(body);
 * });
 */
declare function withSpan<T>(name: string, fn: (span: Span) => T, options?: SpanOptions): T;
/** Records an error on the active span and sets its status to error. */
declare function recordError(error: unknown, span?: Span | undefined): void;
/** Adds an event to the active span. */
declare function addSpanEvent(name: string, attributes?: Attributes, time?: TimeInput): void;
/** Sets attributes of the active span. */
declare function setSpanAttributes(attributes: Attributes): void;

export { DEFAULT_HEALTH_CHECKS, OtelLogger, ReceiverError, TraceContext, addSpanEvent, createLoggerWithMessageTrace, createTestTracing, createTraceparentFromLogger, extractMessage, extractTraceContext, formatTraceparent, getActiveSpan, getTracer, initTracing, injectMessage, injectTraceContext, instrumentAmqp, instrumentMongo, instrumentSqs, parseTraceparent, recordError, setSpanAttributes, startReceiver, tracingErrorMiddleware, tracingMiddleware, withBatchSpan, withMessageSpan, withRootSpan, withSpan };
export type { AmqpChannel, ArgumentOrder, BaseLogMethod, BaseLogger, BatchOptions, BatchSpanOptions, ExporterOptions, HttpInstrumentationOptions, IncomingRule, Instrumentation, LibraryOptions, LimitOptions, LogMethod, MessageLoggerOptions, MessageSpanOptions, MongoClientLike, MongoOptions, OtelLoggerOptions, OtlpReceiver, OutgoingRequest, OutgoingRule, QueueOptions, ReadableSpan, ReceivedTrace, ReceiverOptions, RootSpanOptions, SamplingOptions, SpanProcessor, SqsClient, TestTracing, TestTracingOptions, TimedEvent, Tracing, TracingMiddlewareOptions, TracingOptions, TracingStats };
