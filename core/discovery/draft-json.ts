import type { Draft } from '../contract/commission-views.ts';

/** A part of a device as a draft: plain JSON, without what is undefined. */
export function asDraft(value: object): Draft {
  const draft: Draft = JSON.parse(JSON.stringify(value));
  return draft;
}
