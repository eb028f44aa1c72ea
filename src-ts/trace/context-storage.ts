/** Where the active context is kept across asynchronous calls. */

import { AsyncLocalStorage, createHook, executionAsyncId, executionAsyncResource } from 'node:async_hooks';
import type { Context } from '@opentelemetry/api';

/** What {@link AsyncContextManager} needs of an `AsyncLocalStorage`. */
export interface ContextStorage {
  getStore(): Context | undefined;
  run<A extends unknown[], R>(context: Context, fn: (...args: A) => R, ...args: A): R;
  enterWith(context: Context): void;
  disable(): void;
}

/** From this version on V8 itself carries an `AsyncLocalStorage` along (`AsyncContextFrame`). */
const CARRIED_BY_V8 = 24;

/** The storage that costs least on this Node. */
export function newContextStorage(): ContextStorage {
  return Number.parseInt(process.versions.node, 10) >= CARRIED_BY_V8 ? new AsyncLocalStorage<Context>() : new HookStorage();
}

/** An asynchronous resource of Node's: what a callback runs for. */
type Resource = Record<symbol, Context | undefined>;

/** Where a resource keeps its context: another place for each storage, so that what one has left behind is nothing to the next. */
let place = newPlace();
/** Whose places those are: the storage that was enabled last. */
let owner: HookStorage | undefined;

function newPlace(): symbol {
  return Symbol('@manifest-cyber/observability-ts context');
}

/** No resource's number. */
const NONE = -1;
/** Numbers up to this one stand for whatever runs outside of resources. */
const SHARED = 1;

/**
 * What `AsyncLocalStorage` does before Node 24, by the same means: each resource that is made gets the context of the one at work. It costs less here
 * (docs/adr/0007): nothing is written where no context is active, contexts are mostly found by the number of the resource at work instead of in it, and the most
 * usual kinds of resources are written to in places of their own, which V8 compiles for their one shape.
 */
class HookStorage implements ContextStorage {
  /** The number of the resource whose context was asked for last, and that context. */
  private id = NONE;
  private context: Context | undefined = undefined;
  /** That resource, where a context was set in it: several messages of one read are handled in it, and Node takes long to tell it. */
  private resource: Resource | undefined = undefined;
  private enabled = false;

  private readonly hook = createHook({
    init: (_asyncId, type, _triggerAsyncId, resource) => {
      const context = this.getStore();
      if (context !== undefined) give(resource as Resource, type, context);
    },
  });

  getStore(): Context | undefined {
    const id = executionAsyncId();
    return id === this.id ? this.context : this.lookUp(id);
  }

  run<A extends unknown[], R>(context: Context, fn: (...args: A) => R, ...args: A): R {
    const before = this.getStore();
    if (before === context) return fn(...args);
    this.enable();
    const id = executionAsyncId();
    const resource = id === this.id && this.resource !== undefined ? this.resource : (executionAsyncResource() as Resource);
    this.set(resource, id, context);
    try {
      return fn(...args);
    } finally {
      this.set(resource, id, before);
    }
  }

  enterWith(context: Context): void {
    this.enable();
    this.set(executionAsyncResource() as Resource, executionAsyncId(), context);
  }

  disable(): void {
    this.hook.disable();
    this.enabled = false;
    this.remember(NONE, undefined);
    this.resource = undefined;
    if (owner !== this) return;
    owner = undefined;
    place = newPlace();
  }

  private enable(): void {
    if (this.enabled) return;
    this.enabled = true;
    if (owner !== undefined) place = newPlace();
    owner = this;
    this.hook.enable();
  }

  private lookUp(id: number): Context | undefined {
    if (!this.enabled) return undefined;
    const context = (executionAsyncResource() as Resource)[place];
    this.remember(id, context);
    this.resource = undefined;
    return context;
  }

  private set(resource: Resource, id: number, context: Context | undefined): void {
    resource[place] = context;
    this.remember(id, context);
    if (this.resource !== resource) this.resource = resource;
  }

  private remember(id: number, context: Context | undefined): void {
    this.id = id > SHARED ? id : NONE;
    this.context = context;
  }
}

/** Writes a context to a resource that was just made. An error in a hook would end the process. */
function give(resource: Resource, type: string, context: Context): void {
  try {
    switch (type) {
      case 'TickObject':
        resource[place] = context;
        break;
      case 'PROMISE':
        resource[place] = context;
        break;
      case 'Timeout':
        resource[place] = context;
        break;
      default:
        resource[place] = context;
    }
  } catch {
    // A resource of somebody's own that takes no property: what runs for it has no context.
  }
}
