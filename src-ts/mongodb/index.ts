/** MongoDB: a client span for each command, by the driver's own command monitoring. */
export { instrumentMongo, type MongoClientLike, type MongoOptions } from './mongo';
