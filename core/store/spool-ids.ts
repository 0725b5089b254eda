/** So many entries a stream can ever hold; one second a million would last twelve days, a thousand a second 34 years. */
const SPAN = 2 ** 40;

/** How many streams can be told apart: 13 bits, so that every id is a safe integer. */
export const STREAM_NUMBERS = 8191;

/** The number of `rest`, the stream of everything that no other stream takes. */
export const REST_NUMBER = 0;

/** The id of the n-th entry of a stream. */
export const idOf = (stream: number, n: number): number => stream * SPAN + n;

export const streamOf = (id: number): number => Math.floor(id / SPAN);

/** The least and the greatest id of a stream. */
export const rangeOf = (stream: number): readonly [first: number, last: number] => [stream * SPAN, stream * SPAN + SPAN - 1];

/** Which entry of its stream this is. */
export const indexOf = (id: number): number => id % SPAN;
