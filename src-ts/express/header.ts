/** Writing one response header at a fraction of what `setHeader` costs: name and value are known to be valid, so nothing checks them for each response. */

import type { ServerResponse } from 'node:http';
import { BareObject } from '../http/bare-object';
import { http } from '../http/node';
import { readProperty } from '../http/property';

/** Where Node keeps headers that are not written yet: by lower-case name, the name as it was given and the value. */
type HeaderTable = Record<string, [name: string, value: string]>;

type Tabled = Record<symbol, HeaderTable | null | undefined>;

/** Node's key of that table, once it was looked for; `null` where this Node keeps headers in another way. */
let tableKey: symbol | null | undefined;
/** Node's own, as it was when the first middleware was made. */
let setHeader: unknown;

/** Sets one header on a response, unless its headers are sent. */
export type HeaderSetter = (response: ServerResponse, value: string) => void;

/** What sets the header `name`, which must be a valid name, to values that must be valid. */
export function headerSetter(name: string): HeaderSetter {
  setHeader ??= http.OutgoingMessage.prototype.setHeader;
  tableKey ??= findTableKey();
  const key = tableKey;
  const lowerName = name.toLowerCase();
  return (response, value) => {
    const table = key === null ? undefined : (readProperty(response, key) as HeaderTable | null | undefined);
    // An HTTP/2 response has no such table. And who puts a `setHeader` of their own in the way wants to hear of the header.
    if (table === undefined || !hasNodesSetHeader(response)) {
      if (!response.headersSent) response.setHeader(name, value);
    } else if (!readProperty(response, '_header')) {
      if (table !== null) table[lowerName] = [name, value];
      else (response as unknown as Tabled)[key as symbol] = tableOf(lowerName, name, value);
    }
  };
}

/** Whether `setHeader` is Node's own. Prototypes have shapes that V8 knows (see {@link readProperty}). */
function hasNodesSetHeader(response: ServerResponse): boolean {
  return !Object.hasOwn(response, 'setHeader') && (Object.getPrototypeOf(response) as ServerResponse).setHeader === setHeader;
}

function tableOf(lowerName: string, name: string, value: string): HeaderTable {
  const table = new BareObject() as HeaderTable;
  table[lowerName] = [name, value];
  return table;
}

/** The key is found by its name, and believed only if Node reads, and replaces, what was put there. */
function findTableKey(): symbol | null {
  try {
    const response = new http.ServerResponse(new http.IncomingMessage(null as never));
    const key = Object.getOwnPropertySymbols(response).find((symbol) => symbol.description === 'kOutHeaders');
    const tabled = response as unknown as Tabled;
    if (key === undefined || tabled[key] !== null) return null;
    tabled[key] = tableOf('x-probe', 'X-Probe', 'one');
    const isRead = response.getHeader('X-probe') === 'one' && response.getHeaderNames().join() === 'x-probe';
    response.setHeader('X-PROBE', 'two');
    return isRead && response.getHeader('x-probe') === 'two' && response.getHeaderNames().length === 1 ? key : null;
  } catch {
    return null;
  }
}
