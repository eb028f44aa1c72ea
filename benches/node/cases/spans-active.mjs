// The same spans made by `startActiveSpan`, so that the context manager's part (AsyncLocalStorage, the same for all) is in it.
import * as spans from './spans.mjs';

export const title = 'recorded and exported, active context';
export const { contenders } = spans;
export const options = { ...spans.options, active: true };
export const figures = spans.figures.map((figure) => ({ ...figure, title: `${figure.title}, startActiveSpan`, bars: {} }));
export const { measure } = spans;
