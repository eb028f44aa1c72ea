/** Ignore rules, compiled once. */

import type { IncomingMessage } from 'node:http';
import { warnOnce } from '../native/warn';
import { DEFAULT_HEALTH_CHECKS, type HttpInstrumentationOptions, type OutgoingRequest } from './options';
import { describe } from './warnings';

/** Whether an incoming request is left out, by the path of its target. */
export type IncomingFilter = (path: string, request: IncomingMessage) => boolean;

/** Whether an outgoing request is left out. */
export type OutgoingFilter = (request: OutgoingRequest) => boolean;

type Rule<T> = string | RegExp | ((request: T) => boolean);

/** An option that is a list, also where one rule was given without it, or something else altogether. */
function listOf<T>(value: readonly T[] | undefined, option: string): readonly T[] {
  if (Array.isArray(value)) return value as T[];
  if (value === undefined || value === null) return [];
  const alone: unknown = value;
  if (typeof alone === 'string' || typeof alone === 'function' || alone instanceof RegExp) return [alone as T];
  warnOnce('OBS_HTTP_RULE_INVALID', `${option} is a list of rules; what was given is none and has no effect`);
  return [];
}

/** Whether one of the rules holds. A rule that throws counts as one that does not hold, and is reported once. */
function matcher<T>(rules: readonly Rule<T>[], option: string): ((text: string, request: T) => boolean) | undefined {
  const usable = rules.filter((rule) => {
    const ok = typeof rule === 'string' || typeof rule === 'function' || rule instanceof RegExp;
    if (!ok)
      warnOnce('OBS_HTTP_RULE_INVALID', `${option} takes strings, regular expressions and functions; a rule of type ${typeof rule} was left out`);
    return ok;
  });
  if (usable.length === 0) return undefined;
  return (text, request) => {
    for (const rule of usable) {
      if (typeof rule === 'string') {
        if (text.startsWith(rule)) return true;
      } else if (rule instanceof RegExp) {
        // `search` neither reads nor moves lastIndex, so a pattern with the g or y flag does not remember the request before.
        if (text.search(rule) !== -1) return true;
      } else {
        try {
          if (rule(request) === true) return true;
        } catch (error) {
          warnOnce('OBS_HTTP_RULE_THREW', `a function of ${option} threw (${describe(error)}); requests it throws for are traced`);
        }
      }
    }
    return false;
  };
}

/** The health checks that are paths; a list with holes has `undefined` among them. */
function pathsOf(checks: readonly unknown[]): Set<string> {
  const paths = new Set<string>();
  for (const check of checks) {
    if (typeof check === 'string') paths.add(check);
    else warnOnce('OBS_HTTP_RULE_INVALID', `healthChecks takes paths; one of type ${typeof check} was left out`);
  }
  return paths;
}

/** Compiles the rules for incoming requests; `undefined` when nothing is ever left out. */
export function compileIncoming(options: Pick<HttpInstrumentationOptions, 'healthChecks' | 'ignoreIncoming'>): IncomingFilter | undefined {
  const checks = pathsOf(options.healthChecks === false ? [] : listOf(options.healthChecks ?? DEFAULT_HEALTH_CHECKS, 'healthChecks'));
  const ignored = matcher<IncomingMessage>(listOf(options.ignoreIncoming, 'ignoreIncoming'), 'ignoreIncoming');
  if (checks.size === 0) return ignored;
  // Health checks are short: comparing lengths spares the look-up, and the hash of a path seen once, for nearly all others.
  let longest = 0;
  for (const check of checks) longest = Math.max(longest, check.length);
  return (path, request) => (path.length <= longest && checks.has(path)) || ignored?.(path, request) === true;
}

/** Compiles the rules for outgoing requests; `undefined` when nothing is ever left out. */
export function compileOutgoing(options: Pick<HttpInstrumentationOptions, 'ignoreOutgoing'>): OutgoingFilter | undefined {
  const ignored = matcher<OutgoingRequest>(listOf(options.ignoreOutgoing, 'ignoreOutgoing'), 'ignoreOutgoing');
  return ignored && ((request) => ignored(request.url, request));
}
