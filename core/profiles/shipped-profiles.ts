import abbAcs550 from './shipped/abb-acs550.json' with { type: 'json' };
import abbB23 from './shipped/abb-b23.json' with { type: 'json' };
import andUa651ble from './shipped/and-ua-651ble.json' with { type: 'json' };
import carloGavazziEm24E1 from './shipped/carlo-gavazzi-em24-e1.json' with { type: 'json' };
import danfossFc51 from './shipped/danfoss-fc51.json' with { type: 'json' };
import eastronSdm120 from './shipped/eastron-sdm120.json' with { type: 'json' };
import eastronSdm630 from './shipped/eastron-sdm630.json' with { type: 'json' };
import elm327 from './shipped/elm327.json' with { type: 'json' };
import epsonTmT20 from './shipped/epson-tm-t20.json' with { type: 'json' };
import honeywellXenon1900 from './shipped/honeywell-xenon-1900.json' with { type: 'json' };
import mettlerToledoContinuous from './shipped/mettler-toledo-continuous.json' with { type: 'json' };
import mettlerToledoSics from './shipped/mettler-toledo-sics.json' with { type: 'json' };
import polarH10 from './shipped/polar-h10.json' with { type: 'json' };
import ruuvitag from './shipped/ruuvitag.json' with { type: 'json' };
import schneiderAtv320 from './shipped/schneider-atv320.json' with { type: 'json' };
import schneiderIem3155 from './shipped/schneider-iem3155.json' with { type: 'json' };
import shellyBluHt from './shipped/shelly-blu-ht.json' with { type: 'json' };
import shellyPlusSwitch from './shipped/shelly-plus-switch.json' with { type: 'json' };
import sht20XyMd02 from './shipped/sht20-xy-md02.json' with { type: 'json' };
import siemensPac2200 from './shipped/siemens-pac2200.json' with { type: 'json' };
import uBloxGnss from './shipped/u-blox-gnss.json' with { type: 'json' };
import xiaomiLywsd03mmcAtc from './shipped/xiaomi-lywsd03mmc-atc.json' with { type: 'json' };

/** The profiles that come with the gateway, as they are written; each is checked when the book is first opened. */
export const SHIPPED_PROFILES: readonly unknown[] = [
  abbAcs550,
  abbB23,
  andUa651ble,
  carloGavazziEm24E1,
  danfossFc51,
  eastronSdm120,
  eastronSdm630,
  elm327,
  epsonTmT20,
  honeywellXenon1900,
  mettlerToledoContinuous,
  mettlerToledoSics,
  polarH10,
  ruuvitag,
  schneiderAtv320,
  schneiderIem3155,
  shellyBluHt,
  shellyPlusSwitch,
  sht20XyMd02,
  siemensPac2200,
  uBloxGnss,
  xiaomiLywsd03mmcAtc,
];
