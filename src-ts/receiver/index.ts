/** The small OTLP receiver that the package carries: for demos, tests and a look at one's own traces. No substitute for a collector. */
import { addonFailure, loadAddon, type NativeReceiver } from '../native/addon';

/** Options of {@link startReceiver}. */
export interface ReceiverOptions {
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
export interface ReceivedTrace {
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
export interface OtlpReceiver {
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
  waterfall(traceId: string, options?: { width?: number; colour?: boolean }): string | undefined;
  /** Counts since the start, by name. */
  stats(): Record<string, number>;
  /** Forgets all traces. */
  clear(): void;
  /** Stops listening; requests in flight get half a second. What came stays readable. */
  stop(): void;
}

/** Why a receiver did not start: a stable code, and a message with the way out. */
export class ReceiverError extends Error {
  override readonly name = 'ReceiverError';

  constructor(
    /** `OBS_RECEIVER_PORT_IN_USE`, `OBS_RECEIVER_PORT_FORBIDDEN`, `OBS_RECEIVER_ADDRESS_UNAVAILABLE` and others. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const DEFAULT_GRPC_PORT = 4317;
const DEFAULT_HTTP_PORT = 4318;
const DEFAULT_WIDTH = 100;

/**
 * Starts a receiver.
 *
 * @throws ReceiverError where it cannot listen, or there is no addon for this platform
 * @example
 * const receiver = startReceiver({ grpcPort: 0, httpPort: 0 });
 * await initTracing({ exporter: { type: 'otlp-grpc', endpoint: receiver.grpcEndpoint } });
 */
export function startReceiver(options: ReceiverOptions = {}): OtlpReceiver {
  const addon = loadAddon();
  if (addon === undefined) {
    const failure = addonFailure();
    throw new ReceiverError(failure?.code ?? 'OBS_ADDON_BROKEN', failure?.message ?? 'there is no native addon.');
  }
  const { host, grpcPort = DEFAULT_GRPC_PORT, httpPort = DEFAULT_HTTP_PORT, maxSpans, maxBytes } = options;
  const request = { host, grpcPort: grpcPort === false ? null : grpcPort, httpPort: httpPort === false ? null : httpPort, maxSpans, maxBytes };
  return wrap(started(() => addon.startReceiver(JSON.stringify(request))));
}

function started(start: () => NativeReceiver): NativeReceiver {
  try {
    return start();
  } catch (error) {
    const { code = 'OBS_RECEIVER_START_FAILED', message } = error as { code?: string; message: string };
    // The message of the addon begins with its code.
    throw new ReceiverError(code, message.replace(`${code}: `, ''));
  }
}

function wrap(native: NativeReceiver): OtlpReceiver {
  const endpoint = (address: string | null): string | undefined => (address === null ? undefined : `http://${address}`);
  return {
    grpcEndpoint: endpoint(native.grpcAddress()),
    httpEndpoint: endpoint(native.httpAddress()),
    traces: () => JSON.parse(native.traces()) as ReceivedTrace[],
    trace: (traceId) => native.trace(traceId) ?? undefined,
    waterfall: (traceId, { width = DEFAULT_WIDTH, colour = false } = {}) => native.waterfall(traceId, width, colour) ?? undefined,
    stats: () => JSON.parse(native.stats()) as Record<string, number>,
    clear: () => native.clear(),
    stop: () => native.stop(),
  };
}
