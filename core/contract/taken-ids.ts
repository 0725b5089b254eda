/** Places of the console's page of devices, where a device would have its own: no device can have such an id. */
export const TAKEN_DEVICE_IDS: readonly string[] = ['add', 'report'];
