/** Replacing a method of a shared object, and putting it back. */

/** Any method; the types of the original are the wrapper's business. */
// biome-ignore lint/complexity/noBannedTypes: the one place that handles methods of any shape
export type Method = Function;

/**
 * Replaces `target[name]` by `make(original)` and returns what undoes it: the original, inherited or own, comes back when nobody has wrapped ours since.
 * When somebody has, ours stays inside theirs, so `make` must give a function that passes through once it is told to.
 */
export function patch(target: object, name: string, make: (original: Method) => Method): () => void {
  const methods = target as Record<string, Method>;
  const own = Object.getOwnPropertyDescriptor(target, name);
  const original = methods[name];
  const wrapper = make(original);
  Object.defineProperties(wrapper, { name: { value: original.name, configurable: true }, length: { value: original.length, configurable: true } });
  Object.defineProperty(target, name, { value: wrapper, configurable: true, writable: true, enumerable: own?.enumerable ?? false });
  return () => {
    if (methods[name] !== wrapper) return;
    if (own === undefined) delete methods[name];
    else Object.defineProperty(target, name, own);
  };
}
