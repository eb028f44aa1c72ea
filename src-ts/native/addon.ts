/**
 * The addon: the only folder that names it.
 *
 * A missing or broken addon is one warning with a code and the way out; everything above then runs without it, untraced.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { LAYOUT_VERSION } from './layout.gen';
import { warnOnce } from './warn';

/** What a thread gets when it is attached to the process' pipeline. */
export interface Attachment {
  /** Number of this thread's ring. */
  ring: number;
  /** The arena, lent by Rust. */
  memory: ArrayBuffer;
}

/** The functions that Rust offers. Everything structured crosses as JSON: these calls are rare. */
export interface Addon {
  layoutVersion(): number;
  /** Resolves the settings and starts the pipeline of the process, or joins the one that runs. JSON in and out. */
  start(requestJson: string, onNotice: (code: string, message: string) => void): string;
  /** Null when no pipeline runs, or where the runtime shares no memory with addons. */
  attach(nowMillis: number): Attachment | null;
  wake(): void;
  /** Up to 64 bytes from the system's source of randomness; null where that fails. */
  randomBytes(count: number): number[] | null;
  /** Hands over one record that does not fit a slot; false when too many wait, which is counted. */
  submit(ring: number, record: Uint8Array, length: number): boolean;
  /** Blocks until everything that ended is exported or given up, for as long as the exit may take, and tells on standard error what was lost. */
  flushAtExit(): void;
  /** Does the same at SIGTERM or SIGINT, then the process ends as it would have. Does nothing where it is done already, and on Windows. */
  armSignal(name: string): void;
  disarmSignal(name: string): void;
  flush(timeoutMillis: number): Promise<boolean>;
  /** Flushes and ends the worker. */
  shutdown(timeoutMillis: number): Promise<boolean>;
  /** The ledger as JSON; empty when no pipeline was ever started. */
  stats(): string;
  /** What the memory exporter keeps: OTLP JSON, one request a line. */
  memorySpans(): string;
  /** Trace id (four words), span id (two), flags; null when the header is rejected. */
  parseTraceparent(header: string): Uint32Array | null;
  normaliseTracestate(header: string): string | null;
  /** JSON: whether nothing was left out, and `[key, value, metadata or null]` each. */
  parseBaggage(header: string): string;
  /** Takes the entries alone. */
  formatBaggage(entriesJson: string): string;
  /**
   * Parents of the other formats: 32 digits of the trace id, 16 of the span id, a character for the decision (`1`, `0`, `d` debug, `?` deferred),
   * and what the format says beside. Empty when no parent is named, null when the header is rejected, which is counted.
   */
  parseXray(header: string): string | null;
  parseDatadog(traceId?: string, parentId?: string, samplingPriority?: string, origin?: string, tags?: string): string | null;
  parseB3(header: string): string | null;
  parseB3Multi(traceId?: string, spanId?: string, sampled?: string, flags?: string): string | null;
  /** Counts a header that this side rejected. */
  rejectHeader(): void;
  rejectedHeaders(): number;
  /** Throws an error with a code where it cannot listen. */
  startReceiver(optionsJson: string): NativeReceiver;
}

/** A receiver in the addon; what is structured is JSON. */
export interface NativeReceiver {
  grpcAddress(): string | null;
  httpAddress(): string | null;
  stats(): string;
  traces(): string;
  trace(traceId: string): string | null;
  waterfall(traceId: string, width: number, colour: boolean): string | null;
  clear(): void;
  stop(): void;
}

/** Why there is no addon, when there is none. */
export interface AddonFailure {
  code: 'OBS_PLATFORM_UNSUPPORTED' | 'OBS_ADDON_BROKEN' | 'OBS_ADDON_MISMATCH';
  message: string;
}

let loaded: Addon | AddonFailure | undefined;

/** The addon, or undefined after one warning. */
export function loadAddon(): Addon | undefined {
  loaded ??= tryLoad();
  if ('code' in loaded) {
    warnOnce(loaded.code, loaded.message);
    return undefined;
  }
  return loaded;
}

/** Why the addon could not be loaded; undefined while it could, or was not asked for. */
export function addonFailure(): AddonFailure | undefined {
  return loaded !== undefined && 'code' in loaded ? loaded : undefined;
}

/** The platform as the packages are named, such as `linux-x64-gnu`. */
export function platformName(): string {
  const { platform, arch } = process;
  if (platform === 'linux') return `linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`;
  return platform === 'win32' ? `win32-${arch}-msvc` : `${platform}-${arch}`;
}

function isMusl(): boolean {
  // A musl system has its loader here; asking `process.report` instead would cost tens of milliseconds.
  return existsSync(`/lib/ld-musl-${process.arch === 'x64' ? 'x86_64' : 'aarch64'}.so.1`) && !existsSync('/lib64/ld-linux-x86-64.so.2');
}

function tryLoad(): Addon | AddonFailure {
  const platform = platformName();
  const file = `observability-ts.${platform}.node`;
  const override = process.env['OBSERVABILITY_TS_ADDON'];
  const local = join(__dirname, '..', 'npm', platform, file);
  const name = override ?? (existsSync(local) ? local : `@manifest-cyber/observability-ts-${platform}`);
  try {
    const addon = require(name) as Addon;
    if (addon.layoutVersion() !== LAYOUT_VERSION) {
      return {
        code: 'OBS_ADDON_MISMATCH',
        message: `the native addon for ${platform} is of another version than the package; install both at the same version. This service runs untraced.`,
      };
    }
    return addon;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
    const missing = (error as { code?: string } | null)?.code === 'MODULE_NOT_FOUND';
    return missing
      ? {
          code: 'OBS_PLATFORM_UNSUPPORTED',
          message: `no native addon for ${platform}: install @manifest-cyber/observability-ts-${platform} (do not omit optional dependencies), or build it with \`npm run build\` in a checkout. This service runs untraced.`,
        }
      : {
          code: 'OBS_ADDON_BROKEN',
          message: `the native addon for ${platform} could not be loaded (${reason}); reinstall the package. This service runs untraced.`,
        };
  }
}
