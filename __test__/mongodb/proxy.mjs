/** A way to a server that can be held up and broken: bytes pass on as they come, until they are told not to. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Starts one before a port of 127.0.0.1. */
export async function startProxy(port) {
  const nears = new Set();
  const held = new Set();
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    nears.add(near);
    for (const socket of [near, far]) {
      socket.on('error', () => {});
      socket.once('close', () => {
        near.destroy();
        far.destroy();
        nears.delete(near);
      });
    }
    near.pipe(far);
    far.on('data', (bytes) => {
      if (!held.has(near)) near.write(bytes);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `mongodb://127.0.0.1:${server.address().port}`,
    /** Answers on the connections that there are go nowhere from now on. */
    hold() {
      for (const near of nears) held.add(near);
    },
    /** All connections break. */
    cut() {
      for (const near of nears) near.resetAndDestroy();
    },
    async close() {
      for (const near of nears) near.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
