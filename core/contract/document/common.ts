import { z } from 'zod';

/** Ids appear in topics, files and URLs: short, lower case, no separators of those. */
export const Id = z
  .string()
  .min(1, 'must not be empty')
  .max(64, 'must have at most 64 characters')
  .regex(/^[a-z0-9][a-z0-9_-]*$/, 'use lower-case letters, digits, "-" and "_", beginning with a letter or digit');

export const Label = z.string().min(1, 'must not be empty').max(80, 'must have at most 80 characters');

/** Milliseconds between polls and the like. */
export const IntervalMs = z
  .number()
  .int()
  .min(10, 'must be at least 10 ms')
  .max(86_400_000, 'must be at most a day (86400000 ms)');
export const TimeoutMs = z.number().int().min(1, 'must be at least 1 ms').max(600_000, 'must be at most ten minutes (600000 ms)');
