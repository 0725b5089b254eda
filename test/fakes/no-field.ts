import type { FieldServices } from '../../core/adapters/adapter.ts';
import { GatewayError } from '../../core/base/errors.ts';
import { createNoRadio, noBluetooth } from '../../core/transports/bluetooth/no-radio.ts';
import { createPortClaims, plainKey } from '../../core/transports/ports/claims.ts';

/** A field without radio and broker, for tests that need only byte links. */
export function noField(): FieldServices {
  return {
    keyOf: plainKey,
    claims: createPortClaims({ now: () => 0 }),
    radio: createNoRadio(noBluetooth('No radio in this test.'), () => 0),
    mqtt: { onMessage: () => () => {}, onClient: () => () => {}, clients: () => [], publish: async () => {} },
    bindKey: async (secret) => {
      throw new GatewayError('secret/unknown', `There is no secret "${secret}".`);
    },
  };
}
