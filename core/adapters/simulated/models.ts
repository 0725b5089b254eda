import type { SimulatedDeviceConfig } from '../../contract/document/devices.ts';

export type SimulatedValue = number | boolean | { readonly missing: string };
/** The state of a device `elapsedMs` after it was switched on. Called with rising times; all chance comes from `random`. */
export type Model = (elapsedMs: number) => Readonly<Record<string, SimulatedValue>>;

const round = (value: number, decimals: number): number => Number(value.toFixed(decimals));
const noise = (random: () => number, width: number): number => (random() - 0.5) * width;

const DOOR_FIRST_MS = 25_000;
const DOOR_OPEN_MS = 25_000;
const DOOR_EVERY_MS = 180_000;
const SET_POINT_C = 4;
const ROOM_C = 21;
/** How fast the air follows: quickly to the room while the door is open, slower back to the set point. */
const WARMING_MS = 30_000;
const COOLING_MS = 12_000;

/**
 * A cold store at 4 °C whose door is opened 25 s after the start and every three minutes from then on, for 25 s: the air then warms
 * above 10 °C, and is below 4.5 °C again about 40 s after the door was shut.
 */
function coldStore(random: () => number): Model {
  let temperature = SET_POINT_C;
  let last = 0;
  return (elapsed) => {
    const open = elapsed >= DOOR_FIRST_MS && (elapsed - DOOR_FIRST_MS) % DOOR_EVERY_MS < DOOR_OPEN_MS;
    const target = open ? ROOM_C : SET_POINT_C;
    temperature = target + (temperature - target) * Math.exp(-(elapsed - last) / (open ? WARMING_MS : COOLING_MS));
    last = elapsed;
    const humidity = 78 - (temperature - SET_POINT_C) * 1.5;
    return { temperature: round(temperature + noise(random, 0.2), 2), humidity: round(humidity + noise(random, 1), 1) };
  };
}

const BATTERY_LOSS_PER_MS = 1 / 600_000;
const CONTACT_EVERY_MS = 90_000;
const CONTACT_LOST_MS = 4000;

/** A chest strap at rest; every minute and a half it slips for four seconds. */
function heartRate(random: () => number): Model {
  let bpm = 72;
  return (elapsed) => {
    bpm = Math.min(150, Math.max(50, bpm + noise(random, 4) + (72 - bpm) * 0.05));
    const contact = elapsed % CONTACT_EVERY_MS < CONTACT_EVERY_MS - CONTACT_LOST_MS;
    const battery = Math.max(0, Math.round(100 - elapsed * BATTERY_LOSS_PER_MS));
    return { bpm: contact ? Math.round(bpm) : { missing: 'the strap has no contact with the skin' }, battery, contact };
  };
}

/** A door that opens about every 20 s for about 5 s; `count` counts the openings. */
function doorContact(random: () => number): Model {
  let open = false;
  let count = 0;
  let changesAt = 10_000;
  return (elapsed) => {
    while (elapsed >= changesAt) {
      open = !open;
      if (open) count += 1;
      changesAt += (open ? 3000 : 10_000) + random() * (open ? 4000 : 20_000);
    }
    return { open, count };
  };
}

const MODELS: Readonly<Record<SimulatedDeviceConfig['model'], (random: () => number) => Model>> = {
  'cold-store-thermometer': coldStore,
  'heart-rate-sensor': heartRate,
  'door-contact': doorContact,
};

export const createModel = (model: SimulatedDeviceConfig['model'], random: () => number): Model => MODELS[model](random);
