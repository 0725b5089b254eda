/** Upper borders in ms of the response time histogram of a unit; the last class is open. */
export const RESPONSE_EDGES_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000] as const;
