/** The console's own scheme and address: standard and secure, so that it has an origin of its own and no file access. */
export const SCHEME = 'gatehouse';
export const HOST = 'console';
export const CONSOLE_URL = `${SCHEME}://${HOST}/`;

/** True for an address of the console itself. Compares parsed parts: `gatehouse://console.evil/` is another host. */
export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return url.protocol === `${SCHEME}:` && url.host === HOST && url.username === '' && url.password === '';
}
