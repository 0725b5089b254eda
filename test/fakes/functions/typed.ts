interface Reading {
  readonly value: number;
}
type Answer = { topic: string; payload: { doubled: number } };

export const handler = (event: Reading): Answer => ({ topic: 'answer', payload: { doubled: event.value * 2 } });
