import { afterEach, describe, expect, it } from 'vitest';
import type { CloudMessage } from '../../core/cloud/cloud-link.ts';
import type { CloudSettings } from '../../core/config/cloud-settings.ts';
import { codeOf, entry, isConnected, makeLink, reached, signal, type TestLink, until } from '../core/cloud/harness.ts';

export interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly user: Readonly<Record<string, unknown>>;
}

/** The far side, as the suite sees it. */
export interface CloudUnderTest {
  readonly settings: Partial<Omit<CloudSettings, 'url'>> & { readonly url: string };
  received(): readonly Received[];
  publish(topic: string, payload: string): Promise<void>;
  close(): Promise<void>;
}

/** What every cloud link keeps, whatever is at the other end. `build` is given a fresh cloud for each test. */
export function cloudLinkConformance(name: string, build: () => Promise<CloudUnderTest>): void {
  describe(`cloud link on ${name}`, () => {
    let cloud: CloudUnderTest;
    const links: TestLink[] = [];
    async function connected(more: Partial<CloudSettings> = {}): Promise<TestLink> {
      const link = makeLink({ ...cloud.settings, ...more });
      links.push(link);
      await link.start(signal());
      await reached(link, isConnected, 'connected');
      return link;
    }
    afterEach(async () => {
      for (const link of links.splice(0)) await link.stop();
      await cloud.close();
    });

    it('publishes in the order of the calls and resolves when the cloud has it', async () => {
      cloud = await build();
      const link = await connected();
      await Promise.all(Array.from({ length: 300 }, (_, i) => link.publish(entry(i + 1), signal())));
      await until(() => cloud.received().length === 300, 'all to arrive');
      expect(cloud.received().map(({ payload }) => payload)).toEqual(Array.from({ length: 300 }, (_, i) => String(i + 1)));
      if (cloud.settings.protocolVersion !== 4) {
        expect(cloud.received()[6]?.user).toMatchObject({ id: 'gw-1-7', source: 'device:meter', seq: '7' });
      }
    });

    it('carries any bytes unchanged', async () => {
      cloud = await build();
      const link = await connected();
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      await link.publish(entry(1, 'dt/bytes', bytes), signal());
      await until(() => cloud.received().length === 1, 'the message');
      expect(cloud.received()[0]?.payload).toBe(Buffer.from(bytes).toString());
    });

    it('subscribes what is wanted, before and after the connect, and after a change', async () => {
      cloud = await build();
      const link = makeLink(cloud.settings);
      links.push(link);
      const got: CloudMessage[] = [];
      link.onMessage((message) => void got.push(message));
      link.setFilters(['cmd/a']);
      await link.start(signal());
      await reached(link, isConnected, 'connected');
      const hears = async (topic: string): Promise<void> => {
        const count = got.length;
        // The subscription is under way: repeat until it is heard.
        for (let i = 0; i < 50 && got.length === count; i += 1) {
          await cloud.publish(topic, topic);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        expect(got.at(-1)?.topic).toBe(topic);
      };
      await hears('cmd/a');
      link.setFilters(['cmd/b']);
      await hears('cmd/b');
      await cloud.publish('cmd/a', 'not wanted any more');
      await hears('cmd/b');
      expect(got.filter(({ payload }) => Buffer.from(payload).toString() === 'not wanted any more')).toEqual([]);
    });

    it('gets a message again that its listener did not take', async () => {
      cloud = await build();
      const first = await connected();
      first.setFilters(['cmd/once']);
      let offered = 0;
      first.onMessage(async () => {
        offered += 1;
        throw new Error('the disk is full');
      });
      for (let i = 0; i < 50 && offered === 0; i += 1) {
        await cloud.publish('cmd/once', 'do it');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await first.stop();
      const second = makeLink(cloud.settings);
      links.push(second);
      const got: string[] = [];
      second.onMessage(({ payload }) => void got.push(Buffer.from(payload).toString()));
      await second.start(signal());
      await until(() => got.length > 0, 'the message again');
      expect(got[0]).toBe('do it');
    });

    it('refuses at once what the cloud would never take', async () => {
      cloud = await build();
      const link = await connected({ maxPayloadBytes: 100, maxTopicBytes: 20, profile: 'aws-iot' });
      expect(await codeOf(link.publish(entry(1, 'dt/x', Buffer.alloc(101)), signal()))).toBe('cloud/rejected');
      expect(await codeOf(link.publish(entry(2, 'x'.repeat(21)), signal()))).toBe('cloud/rejected');
      expect(await codeOf(link.publish(entry(3, 'a/b/c/d/e/f/g/h/i'), signal()))).toBe('cloud/rejected');
      expect(await codeOf(link.publish(entry(4, 'a/+'), signal()))).toBe('cloud/rejected');
      expect(await codeOf(link.publish(entry(5, ''), signal()))).toBe('cloud/rejected');
      expect(await codeOf(link.publish(entry(6, 'a/b/c/d/e/f/g/h'), signal()))).toBe('resolved');
    });

    it('refuses publishes while it is not connected, and settles everything when it stops', async () => {
      cloud = await build();
      const link = makeLink(cloud.settings);
      links.push(link);
      expect(await codeOf(link.publish(entry(1), signal()))).toBe('cloud/offline');
      await link.start(signal());
      await reached(link, isConnected, 'connected');
      const pending = Array.from({ length: 50 }, (_, i) => codeOf(link.publish(entry(i), signal())));
      await link.stop();
      await link.stop();
      for (const code of await Promise.all(pending)) expect(['resolved', 'cloud/offline']).toContain(code);
      expect(link.status().state).toBe('offline');
    });
  });
}
