/** The language of the console's words, numbers and dates. 24-hour clock: shift books and logs are written that way. */
export const LOCALE = 'en-GB';
