import { z } from 'zod';

/** MQTT topic filter (MQTT 3.1.1, section 4.7). */
export const TopicFilter = z
  .string()
  .min(1, 'must not be empty')
  .max(256, 'must have at most 256 bytes')
  .refine(
    (text) =>
      text.split('/').every((level, i, all) => (level === '#' ? i === all.length - 1 : level === '+' || !/[+#]/.test(level))),
    {
      message: '"+" must fill a level, "#" must be the last level',
    },
  )
  .refine((text) => !text.includes('\u0000'), {
    message: 'must not contain NUL',
  });
