/** MongoDB: a client span for each command, at the connections of a client, or by what the driver tells. */
export { instrumentMongo, type MongoClientLike, type MongoOptions } from './mongo';
