/** mongo-java-server as MongoDB. */
import { mongoClassPath } from '../../scripts/parts/mongo.mjs';
import { accepts, freePorts } from '../../scripts/parts/ports.mjs';
import { LIGHT_JAVA, startProcess } from '../../scripts/parts/service.mjs';
import { needs } from './installed.mjs';

/** The `skip` option of tests with MongoDB. */
export const mongoMissing = needs('java', 'javac', 'mvn');

/** Starts a server on a free port of 127.0.0.1; what is in it is gone when it ends. */
export async function startMongo() {
  const classPath = await mongoClassPath();
  const [port] = await freePorts(1);
  const start = () =>
    startProcess('java', [...LIGHT_JAVA, '-cp', classPath, 'Server', String(port)], { ready: () => accepts(port), timeoutMillis: 60_000 });
  let running = await start();
  return {
    url: `mongodb://127.0.0.1:${port}`,
    port,
    /** Ends it at once, as a machine that loses power does. */
    kill: () => running.kill(),
    /** Starts it again, empty, on the same port. */
    async restart() {
      await running.stop();
      running = await start();
    },
    close: () => running.stop(),
  };
}
