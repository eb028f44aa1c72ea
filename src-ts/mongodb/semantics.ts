/** Names of OpenTelemetry's semantic conventions for database clients (v1.41, "Semantic conventions for MongoDB"). */
export { KIND_CLIENT } from '../http/kind';

export const SYSTEM_NAME = 'db.system.name';
export const NAMESPACE = 'db.namespace';
export const COLLECTION_NAME = 'db.collection.name';
export const OPERATION_NAME = 'db.operation.name';
export const BATCH_SIZE = 'db.operation.batch.size';
export const QUERY_TEXT = 'db.query.text';
export const STATUS_CODE = 'db.response.status_code';
export const SERVER_ADDRESS = 'server.address';
export const SERVER_PORT = 'server.port';
export const ERROR_TYPE = 'error.type';

export const MONGODB = 'mongodb';

/** `error.type` of a command that had no answer when its client was closed. */
export const CLIENT_CLOSED = 'client_closed';
/** `error.type` of a command that the driver never told the end of. */
export const NO_ANSWER = 'no_answer';
