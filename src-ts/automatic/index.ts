/** Libraries that are traced by themselves, whenever they are loaded. */
import { dirname, join, sep } from 'node:path';
import { patch } from '../http/patch';
import { describe } from '../http/warnings';
import { fieldsOf } from '../messaging/fields';
import { warn } from '../native/warn';
import { amqplib } from './amqplib';
import type { Kind, Library, LibraryName, LibraryOptions } from './library';
import { eachLoaded, type LoadedModule, loadedModule, watchModules } from './modules';
import { mongodb } from './mongodb';
import { sqs } from './sqs';

export type { LibraryOptions } from './library';

const LIBRARIES: readonly Library[] = [amqplib, sqs, mongodb];

/** The names of libraries in OpenTelemetry's environment variables, by their names here. */
export const SHORT_NAMES = Object.fromEntries(LIBRARIES.map(({ name, shortName }) => [name, shortName])) as Record<LibraryName, string>;

/** The options with every library turned off that one of the given instrumentations traces already. */
export function leaveTo(instrumentations: readonly { readonly instrumentationName?: string }[], options: LibraryOptions): LibraryOptions {
  const resolved = { ...options };
  for (const { instrumentationName } of instrumentations) {
    const library = LIBRARIES.find(({ shortName }) => instrumentationName === `@opentelemetry/instrumentation-${shortName}`);
    if (library !== undefined) resolved[library.name] = false;
  }
  return resolved;
}

/** Traces what libraries make from now on, whether they are loaded by now or not; returns what ends that. Objects that are traced by then stay so. */
export function traceLibraries(options: LibraryOptions): () => void {
  const libraries = LIBRARIES.filter(({ name }) => options[name] !== false);
  if (libraries.length === 0) return () => {};
  const tracing = new LibraryTracing(libraries, options);
  return () => tracing.end();
}

/** The warnings that were given: once for a library. */
const said = new Set<string>();

/** A file that defines classes of a library. */
interface Place {
  readonly library: Library;
  readonly end: string;
}

/** Whether a module was there before tracing began. */
type State = 'loaded' | 'new';

class LibraryTracing {
  private readonly places: readonly Place[];
  private readonly undo: (() => void)[] = [];
  private readonly patched = new WeakSet<object>();
  /** Objects that were looked at. */
  private readonly met = new WeakSet<object>();
  private running = true;

  constructor(
    libraries: readonly Library[],
    private readonly options: LibraryOptions,
  ) {
    this.places = libraries.flatMap((library) => library.files.map((file) => ({ library, end: file.replaceAll('/', sep) })));
    eachLoaded((path, module) => this.look(path, module, 'loaded'));
    this.undo.push(watchModules((path, module) => this.look(path, module, 'new')));
  }

  end(): void {
    this.running = false;
    for (const restore of this.undo.splice(0).reverse()) restore();
  }

  private look(path: string, module: LoadedModule, state: State): void {
    const place = this.places.find(({ end }) => path.endsWith(end));
    if (place !== undefined) this.patch(place.library, path, module, state);
  }

  private patch(library: Library, path: string, module: LoadedModule, state: State): void {
    const undo: (() => void)[] = [];
    let reason = 'it is of a version that observability-ts does not know';
    try {
      const kinds = library.kinds({
        exports: fieldsOf(module.exports) ?? {},
        neighbour: (file) => fieldsOf(loadedModule(join(dirname(path), file))?.exports),
        options: this.options,
      });
      // Another package may have a file of that name.
      if (kinds === undefined && !path.includes(`${sep}${library.packageName.replaceAll('/', sep)}${sep}`)) return;
      if (kinds !== undefined) {
        for (const kind of kinds) this.patchKind(library, kind, state, undo);
        this.undo.push(...undo);
        return;
      }
    } catch (error) {
      for (const restore of undo) restore();
      reason = describe(error);
    }
    if (state === 'loaded') this.warnLoadedBefore(library, 'and cannot be traced any more');
    else this.warnOf(library, 'OBS_LIBRARY_UNKNOWN', `${library.packageName} is not traced by itself (${reason}), and works as without tracing.`);
  }

  private patchKind(library: Library, kind: Kind, state: State, undo: (() => void)[]): void {
    const { prototype, first, used } = kind;
    if (this.patched.has(prototype)) return;
    if (first !== undefined) undo.push(this.before(prototype, first, (object) => kind.trace(object)));
    if (state === 'loaded' && isConnected()) {
      for (const name of used) undo.push(this.before(prototype, name, (object) => this.traceLate(library, kind, object)));
    }
    this.patched.add(prototype);
  }

  private traceLate(library: Library, kind: Kind, object: object): boolean {
    const isBusy = kind.isBusy?.(object) === true;
    const isNew = kind.trace(object);
    if (isNew && isBusy) this.warnLoadedBefore(library, 'and used: what it was doing by then is not traced');
    return isNew;
  }

  /** Makes `trace` see an object before a method of it runs. */
  private before(prototype: object, name: string, trace: (object: object) => boolean): () => void {
    const isOwn = Object.hasOwn(prototype, name);
    return patch(prototype, name, (original) => {
      const tracing = this;
      const wrapper = function (this: Record<string, unknown>, ...args: unknown[]): unknown {
        const isNew = tracing.running && tracing.meet(this, trace);
        // What is inherited may be replaced by others at any time; and a method that tracing has put onto the object itself is the one to call.
        const method = isNew && Object.hasOwn(this, name) ? this[name] : isOwn ? original : Object.getPrototypeOf(prototype)[name];
        return Reflect.apply(method as typeof original, this, args);
      };
      return Object.defineProperty(wrapper, 'length', { value: original.length, configurable: true });
    });
  }

  private meet(object: unknown, trace: (object: object) => boolean): boolean {
    if (typeof object !== 'object' || object === null || this.met.has(object)) return false;
    this.met.add(object);
    try {
      return trace(object);
    } catch {
      // An object that cannot even be asked: it is none of the library's.
      return false;
    }
  }

  private warnLoadedBefore(library: Library, what: string): void {
    const wayOut = 'start the service with `--import @manifest-cyber/observability-ts/register` (or `--require`), or call initTracing before that';
    this.warnOf(library, 'OBS_LOADED_BEFORE', `${library.packageName} was loaded before tracing started ${what}; ${wayOut}.`);
  }

  private warnOf(library: Library, code: string, message: string): void {
    const key = `${code} ${library.name}`;
    if (said.has(key)) return;
    said.add(key);
    warn(code, message);
  }
}

/** Whether this process has connections over TCP: without any, no object of a library is in use. Pipes tell nothing: standard output often is one. */
function isConnected(): boolean {
  return process.getActiveResourcesInfo().includes('TCPSocketWrap');
}
