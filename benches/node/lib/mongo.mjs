// The server of the case with MongoDB, which runs for all its samples, and a traced client of it.
import { mongoMissing, startMongo } from '../../../__test__/parts/mongo.mjs';
import { requirePeer } from './peers.mjs';

/** Documents as a service has them. */
const DOCUMENTS = Array.from({ length: 100 }, (_, i) => ({
  _id: i,
  name: `lib-${i}`,
  version: `1.0.${i}`,
  purl: `pkg:npm/lib-${i}@1.0.${i}`,
  licenses: ['MIT', 'Apache-2.0'],
  size: i * 1000,
  found: new Date(0),
  scan: { tool: 'scanner', score: 0.5, paths: ['a', 'b', 'c'] },
}));

/** Starts the server with documents in it; what the samples need of it, and how to end it. */
export async function prepareServer() {
  if (mongoMissing) throw new Error(`MongoDB is ${mongoMissing}`);
  const server = await startMongo();
  const { MongoClient } = requirePeer('mongodb');
  const client = new MongoClient(server.url);
  await collectionOf(client).insertMany(DOCUMENTS);
  await client.close();
  return { options: { server: server.url }, end: () => server.close() };
}

/** The collection of the documents, by a traced client. */
export function openCollection(started, url) {
  const { mongodb, instrument } = started.mongodb();
  return collectionOf(instrument(new mongodb.MongoClient(url)));
}

const collectionOf = (client) => client.db('bench').collection('components');
