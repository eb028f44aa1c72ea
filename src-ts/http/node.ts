/** Node's modules for HTTP, loaded by whoever begins to trace it: a program that has it turned off does without their 4 MiB of memory and 8 ms of start (docs/adr/0004). */

export let http: typeof import('node:http');
export let https: typeof import('node:https');

/** Loads them; whoever uses them calls this before. */
export function loadHttp(): void {
  http ??= process.getBuiltinModule('node:http');
  https ??= process.getBuiltinModule('node:https');
}
