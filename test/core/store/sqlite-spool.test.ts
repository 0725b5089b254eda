import { afterEach, describe, expect, it } from 'vitest';
import { GatewayError } from '../../../core/base/errors.ts';
import type { SteadyTime } from '../../../core/store/spool.ts';
import type { Store } from '../../../core/store/store.ts';
import { type SpoolUnderTest, spoolConformance, spoolMessage } from '../../conformance/spool.suite.ts';
import { spoolPoliciesConformance } from '../../conformance/spool-policies.suite.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { type Folder, openStore, tempFolder } from './store-under-test.ts';

const folders: Folder[] = [];
const stores: Store[] = [];
afterEach(async () => {
  for (const store of stores.splice(0)) await store.stop();
  for (const folder of folders.splice(0)) folder.remove();
});
function folder(): string {
  const made = tempFolder();
  folders.push(made);
  return made.path;
}

describe('the spool on SQLite', () => {
  async function open(path: string, time = { steadyMs: 1 }): Promise<SpoolUnderTest> {
    const clock = createManualClock();
    const life = (): SteadyTime => ({ steadyMs: time.steadyMs, wallMs: clock.now(), trust: 'synced' });
    const { store } = await openStore(path, { clock, life });
    stores.push(store);
    return {
      spool: store.spool,
      deadLetters: store.deadLetters,
      close: () => store.stop(),
      async advance(ms) {
        time.steadyMs += ms;
        await clock.advance(ms);
      },
      async reopen() {
        await store.stop();
        return open(path, time);
      },
    };
  }
  spoolConformance('sqlite', () => open(folder()));
  spoolPoliciesConformance('sqlite', () => open(folder()));

  it('shares one commit among the appends and acknowledgements of one turn', async () => {
    const { store, metrics } = await openStore(folder());
    stores.push(store);
    const first = await store.spool.append([spoolMessage(1)], 'rest');
    const work = Array.from({ length: 100 }, (_, n) => store.spool.append([spoolMessage(n + 2)], 'rest'));
    await Promise.all([...work, store.spool.ack([first])]);
    expect(store.spool.stats()).toMatchObject({ count: 100, acknowledged: 1 });
    expect(metrics.expose()).toContain('\ngatehouse_spool_commits_total 2\n');
  });

  it('gives each append of a shared commit its own first id', async () => {
    const { store } = await openStore(folder());
    stores.push(store);
    const sizes = [1, 3, 2];
    const ids = await Promise.all(
      sizes.map((size) =>
        store.spool.append(
          Array.from({ length: size }, (_, n) => spoolMessage(n)),
          'rest',
        ),
      ),
    );
    expect(ids).toEqual([1, 2, 5]);
  });

  it('rejects what does not fit into memory, and takes messages again afterwards', async () => {
    const { store } = await openStore(folder(), { maxWaitingMessages: 10 });
    stores.push(store);
    const ten = store.spool.append(
      Array.from({ length: 10 }, (_, n) => spoolMessage(n)),
      'rest',
    );
    await expect(store.spool.append([spoolMessage(11)], 'rest')).rejects.toMatchObject({ code: 'store/overloaded' });
    await ten;
    await store.spool.append([spoolMessage(12)], 'rest');
    expect(store.spool.stats().count).toBe(11);
  });

  it('settles everything that is pending when it stops, and refuses work afterwards', async () => {
    const { store } = await openStore(folder());
    const pending = Promise.allSettled(Array.from({ length: 50 }, (_, n) => store.spool.append([spoolMessage(n)], 'rest')));
    await store.stop();
    expect((await pending).every((one) => one.status === 'fulfilled')).toBe(true);
    await expect(store.spool.append([spoolMessage(1)], 'rest')).rejects.toBeInstanceOf(GatewayError);
    await expect(store.spool.peek({ stream: 'rest', from: 'oldest', limit: 1, maxBytes: 1 })).rejects.toMatchObject({
      code: 'store/closed',
    });
    await store.stop();
  });
});
