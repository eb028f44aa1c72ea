/** Tracing for Node services that nobody feels and nobody loses. */
export * from './express';
export * from './logging';
export * from './messaging';
export * from './mongodb';
export * from './receiver';
export * from './testing';
export * from './tracing';
