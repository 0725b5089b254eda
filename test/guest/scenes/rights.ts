import { execFileSync } from 'node:child_process';
import type { Kit } from '../bench-kit.ts';
import { startGateway } from '../gateway-run.ts';
import { freshFolder, plainSite } from '../site.ts';

const USER = 'field';

/** A gateway of a user who may not open the port; then he joins the group, as the fault tells him to. */
export async function rights(kit: Pick<Kit, 'check'>, cli: string, path: string, group: string): Promise<void> {
  execFileSync('useradd', ['--create-home', USER]);
  const start = async () => {
    const { data, file } = freshFolder('plain', plainSite(path));
    execFileSync('chown', ['-R', USER, '/run/plain']);
    return await startGateway({ cli, data, file, user: USER, env: { HOME: `/home/${USER}` } });
  };
  const denied = await start();
  try {
    await denied.devices.until(
      'the fault',
      (rows) => rows.some(({ lastError }) => lastError?.code === 'link/not-permitted'),
      30_000,
    );
    const { lastError, ne107 } = denied.device('meter');
    const words = `${lastError?.message} ${lastError?.remedy}`;
    kit.check(
      'the fault names user, group and remedy',
      words.includes(group) && words.includes(USER) && words.includes('usermod'),
      words,
    );
    kit.check('it is a failure of the device', ne107.state === 'failure', ne107.why);
    const diagnosis = await denied.client.call('port.diagnose', { path });
    kit.check('the tools page says the same', !diagnosis.mayOpen && diagnosis.problem.includes(group), diagnosis.problem);
  } finally {
    await denied.stop();
  }
  execFileSync('usermod', ['-aG', group, USER]);
  const allowed = await start();
  try {
    const ms = await allowed.devices.until('values', (rows) => rows.some(({ health }) => health === 'ok'), 30_000);
    kit.check('with the group it works', true, `${Math.round(ms)} ms`);
  } finally {
    await allowed.stop();
  }
}
