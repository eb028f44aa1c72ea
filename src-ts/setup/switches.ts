/** OpenTelemetry's variables for what is traced by itself: short names of instrumentations, with commas between. */
import { SHORT_NAMES } from '../automatic';
import type { TracingOptions } from './options';

type Switched = Pick<TracingOptions, 'http' | 'libraries'>;

/** The options with what the environment turns off. What they say themselves stays; names that are none of ours are for others. */
export function withSwitches<O extends Switched>(options: O, environment: NodeJS.ProcessEnv = process.env): O {
  const enabled = namesIn(environment['OTEL_NODE_ENABLED_INSTRUMENTATIONS']);
  const disabled = namesIn(environment['OTEL_NODE_DISABLED_INSTRUMENTATIONS']);
  if (enabled === undefined && disabled === undefined) return options;
  const isOn = (name: string): boolean => (enabled?.has(name) ?? true) && !disabled?.has(name);
  const libraries = Object.fromEntries(Object.entries(SHORT_NAMES).map(([name, shortName]) => [name, isOn(shortName)]));
  return {
    ...options,
    http: options.http !== false && { incoming: isOn('http'), outgoing: isOn('http'), fetch: isOn('undici'), ...options.http },
    libraries: options.libraries !== false && { ...libraries, ...options.libraries },
  };
}

/** The names in a variable; undefined where it names none. */
function namesIn(variable: string | undefined): ReadonlySet<string> | undefined {
  const names = (variable ?? '').split(',').map((name) => name.trim());
  const given = names.filter((name) => name !== '');
  return given.length === 0 ? undefined : new Set(given);
}
