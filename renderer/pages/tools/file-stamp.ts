/** A time as part of a file name: `2026-11-22T14-03-27`. */
export const fileStamp = (at: number): string => new Date(at).toISOString().slice(0, 19).replaceAll(':', '-');
