/** What Rust resolved of options and environment, as far as this side needs it. */

import { hostname, release, userInfo } from 'node:os';
import type { Attributes } from '@opentelemetry/api';
import { randomUuid } from '../native/random';
import { whole } from '../native/text';
import type { SpanLimits } from '../trace/limits';
import type { SamplerSettings } from '../trace/sampler';
import type { TracingOptions } from './options';

/** The settings for this side. */
export interface Settings {
  disabled: boolean;
  sampler: SamplerSettings;
  limits: SpanLimits;
  propagators: string[];
  resource: Attributes;
  flushOnSignals: boolean;
  logLevel: NonNullable<TracingOptions['logLevel']>;
  warnings: { code: string; message: string }[];
}

/** What `start` of the addon returns. */
export interface Started {
  started: boolean;
  failure: string | null;
  settings: Settings;
}

/** No limit, as Rust writes it. */
const UNLIMITED = 0xffffffff;

/** The request for `start`: options, environment and the facts that only Node knows. Arguments and variables may hold half characters. */
export function startRequest(plainOptions: unknown): string {
  const request = { options: JSON.stringify(plainOptions) ?? '', environment: environment(), facts: processFacts() };
  return JSON.stringify(request, (_, value: unknown) => (typeof value === 'string' ? whole(value) : value));
}

/** The answer of `start`, with limits as numbers that can be compared. */
export function readStarted(json: string): Started {
  const started = JSON.parse(json) as Started;
  const { limits } = started.settings;
  for (const name of Object.keys(limits) as (keyof SpanLimits)[]) {
    if (limits[name] >= UNLIMITED) limits[name] = Number.POSITIVE_INFINITY;
  }
  return started;
}

function environment(): [string, string][] {
  return Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

function processFacts(): Record<string, unknown> {
  return {
    pid: process.pid,
    argv: process.argv,
    execArgv: process.execArgv,
    execPath: process.execPath,
    nodeVersion: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    hostname: orEmpty(hostname),
    osRelease: orEmpty(release),
    username: orEmpty(() => userInfo().username),
    instanceId: randomUuid(),
  };
}

/** Containers may lack a host name or an entry for their user. */
function orEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
