/** The `@opentelemetry/api` that this package depends on: whether it is loaded, and which version it is, without loading it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type * as Api from '@opentelemetry/api';

const NAME = '@opentelemetry/api';
/** Folders between a package's main file and its `package.json`, at most. */
const MAX_DEPTH = 4;
/** Taken where there is no package to look at, as in a bundle: the newest that is known, since copies that are newer than what is registered ignore it. */
const NEWEST_KNOWN_VERSION = '1.10.0';

/** The module, if the service has loaded it already. */
export function loadedApi(): typeof Api | undefined {
  try {
    const module = require.cache[require.resolve(NAME)];
    return module?.loaded === true ? (module.exports as typeof Api) : undefined;
  } catch {
    return undefined;
  }
}

/** Its version. */
export function apiVersion(): string {
  try {
    let folder = dirname(require.resolve(NAME));
    for (let depth = 0; depth < MAX_DEPTH; depth++, folder = dirname(folder)) {
      const manifest = readManifest(folder);
      if (manifest?.name === NAME) return manifest.version;
    }
  } catch {
    // Nothing to resolve.
  }
  return NEWEST_KNOWN_VERSION;
}

function readManifest(folder: string): { name: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string };
  } catch {
    return undefined;
  }
}
