/** Console to core. Arguments: the page's session, and a ClientFrame, or null to open the session, or undefined to end it. */
export const TO_CORE = 'gatehouse:to-core';
/** Core to console. Arguments: the page's session, and a ServerFrame. */
export const TO_CONSOLE = 'gatehouse:to-console';
/** Passed to the preload when the window is the whole screen of a panel. */
export const KIOSK_ARGUMENT = '--gatehouse-kiosk';
