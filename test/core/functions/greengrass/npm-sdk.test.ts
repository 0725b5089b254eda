import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../../core/base/clock.ts';
import { greengrassConformance } from '../../../conformance/greengrass-sdk.suite.ts';
import { SURFACE, sdkFolder } from '../../../fakes/functions/sdk-folder.ts';
import { startProbe } from '../../../fakes/functions/sdk-probe.ts';
import { createSdkSite, fillSecrets } from '../../../fakes/functions/sdk-site.ts';

greengrassConformance('on the supplied modules in a bare worker', async () => {
  const site = createSdkSite(systemClock);
  await fillSecrets(site);
  const folder = await sdkFolder({ 'surface.cjs': await SURFACE() });
  const probe = await startProbe(join(folder, 'surface.cjs'), site.desk);
  return {
    site,
    call: (event) => probe.call(event),
    async stop() {
      await probe.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
