/** The CommonJS modules of this thread: those that are loaded, and those that will be. */
import { Module } from 'node:module';
import { patch } from '../http/patch';

/** A loaded module. */
export interface LoadedModule {
  readonly exports: unknown;
}

/**
 * Calls `seen` with each module that is loaded from now on, once it is; returns what ends that. Node loads every CommonJS package this way, also those that an ES
 * module imports, on all versions and beside the hooks of others; only a loader that itself hands Node the source of packages goes by another.
 */
export function watchModules(seen: (path: string, module: LoadedModule) => void): () => void {
  let watching = true;
  const restore = patch(
    Module.prototype,
    'load',
    (original) =>
      function (this: LoadedModule, path: unknown, ...rest: unknown[]) {
        const result: unknown = Reflect.apply(original, this, [path, ...rest]);
        if (watching && typeof path === 'string') seen(path, this);
        return result;
      },
  );
  return () => {
    watching = false;
    restore();
  };
}

/** Calls `seen` with each module that is loaded already. */
export function eachLoaded(seen: (path: string, module: LoadedModule) => void): void {
  for (const path in require.cache) {
    const module = loadedModule(path);
    if (module !== undefined) seen(path, module);
  }
}

/** The module of a path, if it is loaded. */
export function loadedModule(path: string): LoadedModule | undefined {
  const module = require.cache[path];
  return module?.loaded === true ? module : undefined;
}
