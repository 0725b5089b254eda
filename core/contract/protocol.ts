/** Raised when frames change in a way that an older peer cannot read. Apart from the schemas, so that a browser need not load them. */
export const PROTOCOL = 1;
