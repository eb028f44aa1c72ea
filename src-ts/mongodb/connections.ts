/** Connections whose commands are traced where they are sent. */
import type { Span } from '@opentelemetry/api';
import { patch } from '../http/patch';
import { fieldsOf } from '../messaging/fields';
import { warnOnce } from '../native/warn';
import { isPromise } from '../trace/run';
import type { Commands } from './commands';
import { type Client, COMMAND_EVENTS, type Connection, isTracedAlready, poolsOf } from './driver';
import { guarded } from './guard';
import { Server } from './server';

/** The connections of one client. */
export class Connections {
  private readonly adopted = new WeakSet<Connection>();
  /** By the driver's object of the server's name. */
  private readonly servers = new WeakMap<object, Server>();

  constructor(
    private readonly client: Client,
    private readonly commands: Commands,
    /** Whether the user has asked the driver to tell commands. */
    private readonly monitored: boolean,
  ) {}

  /** Traces the connections that are not traced yet; false where they can't be found. */
  adopt(): boolean {
    const pools = poolsOf(this.client);
    if (pools === undefined) return false;
    for (const { hostAddress, connections } of pools) {
      for (const connection of connections) {
        if (this.adopted.has(connection)) continue;
        this.adopted.add(connection);
        this.trace(connection, this.serverOf(hostAddress ?? {}));
      }
    }
    return true;
  }

  /** Whether others than us listen to commands. */
  private isListenedTo(): boolean {
    return COMMAND_EVENTS.some((event) => this.client.listenerCount(event) > 1);
  }

  private serverOf(hostAddress: object): Server {
    let server = this.servers.get(hostAddress);
    if (server === undefined) {
      server = Server.named(fieldsOf(hostAddress) ?? {});
      this.servers.set(hostAddress, server);
    }
    return server;
  }

  private trace(connection: Connection, server: Server): void {
    // To tell a command the driver decodes its whole answer, a second time (docs/adr/0006): for nobody, unless the user listens.
    if (!this.monitored && !this.isListenedTo()) connection.monitorCommands = false;
    if (isTracedAlready(connection)) {
      warnOnce(
        'OBS_MONGO_TRACED_ALREADY',
        "OpenTelemetry's MongoDB instrumentation traces this client already; ours leaves it alone. Use one of the two.",
      );
      return;
    }
    const { commands } = this;
    const start = (namespace: unknown, command: unknown): Span | undefined => {
      const fields = fieldsOf(command);
      return fields && commands.start(server, fieldsOf(namespace)?.['db'], fields);
    };
    patch(
      connection,
      'command',
      (original) =>
        function (this: unknown, ...args: unknown[]) {
          const span = guarded(start, args[0], args[1]);
          const answer: unknown = original.apply(this, args);
          if (span !== undefined && isPromise(answer)) {
            answer.then(
              (reply) => guarded(() => commands.succeed(span, reply)),
              (error: unknown) => guarded(() => commands.fail(span, error)),
            );
          }
          return answer;
        },
    );
  }
}
