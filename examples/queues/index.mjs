/**
 * The queue between the API and the job, on the broker that BROKER names. Each file beside this one is what its broker asks of a service, tracing included:
 *
 * - `send(body)` resolves once the broker has the message;
 * - `receive(handler)` calls `handler(body, attempt)` with one message at a time, inside the message's span. A handler that fails gives the message back;
 * - `close()` finishes the message at hand.
 */
export async function openQueue() {
  const { open } = await import(`./${process.env.BROKER}.mjs`);
  return open();
}
