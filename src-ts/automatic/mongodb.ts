/** The driver `mongodb`. */
import { instrumentMongo, isTracedMongo, type MongoClientLike } from '../mongodb/mongo';
import { type Library, prototypeWith } from './library';

export const mongodb: Library = {
  name: 'mongodb',
  shortName: 'mongodb',
  packageName: 'mongodb',
  files: ['/lib/mongo_client.js'],
  kinds({ exports, neighbour, options }) {
    const prototype = prototypeWith(exports['MongoClient'], 'connect', 'db', 'startSession');
    if (prototype === undefined) return undefined;
    // OpenTelemetry's own instrumentation traces connections: which ones a client will have is not known before.
    const isTracedBelow = (): boolean => {
      const connection = prototypeWith(neighbour('cmap/connection.js')?.['Connection'], 'command');
      return (connection?.['command'] as { __wrapped?: unknown } | undefined)?.__wrapped === true;
    };
    const trace = (client: object): boolean => {
      if (isTracedMongo(client as MongoClientLike) || isTracedBelow()) return false;
      instrumentMongo(client as MongoClientLike, typeof options.mongodb === 'object' ? options.mongodb : {});
      return true;
    };
    // Whatever is done connects first, where that has not been done; and takes a session.
    return [{ prototype, first: 'connect', used: ['db', 'startSession'], trace }];
  },
};
