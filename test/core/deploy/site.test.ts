import { describe, expect, it } from 'vitest';
import { createLogHub } from '../../../core/base/log.ts';
import type { SiteDocument } from '../../../core/contract/document/document.ts';
import { createSite } from '../../../core/deploy/site.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { device, documentOf, inline, route } from './document-of.ts';

const life = new AbortController().signal;

/** A site of parts that only note what is asked of them; a name in `broken` cannot be started. */
function build() {
  const clock = createManualClock();
  const notes: string[] = [];
  const broken = new Set<string>();
  /** Old versions that still run an event. */
  const busy = new Map<string, Promise<[]>>();
  const targets = new Map<string, string>();
  let made = 0;
  function part(kind: string, name: string) {
    made += 1;
    const label = `${kind} ${name}#${made}`;
    return {
      name,
      label,
      sink: label,
      async start() {
        notes.push(`start ${label}`);
        await clock.sleep(10);
        if (broken.has(name)) throw new Error(`${name} is broken`);
        notes.push(`up ${label}`);
      },
      async stop() {
        notes.push(`stop ${label}`);
        await clock.sleep(10);
        notes.push(`down ${label}`);
      },
      handOver() {
        notes.push(`hand over ${label}`);
        return { jobs: [], drained: busy.get(label) ?? Promise.resolve([]), errors: [] };
      },
      inherit: () => void notes.push(`inherit ${label}`),
    };
  }
  type Part = ReturnType<typeof part>;
  const site = createSite<Part, Part, string>({
    log: createLogHub({ clock }, { keep: 1, level: 'error' }).logger('site'),
    makeDevice: (config) => part('device', config.id),
    makeFunction: (config) => part('function', config.name),
    deviceSink: (one) => one.label,
    started: (one, _config, cause) => notes.push(`started ${one.label} ${cause}`),
    attach(target, sink) {
      if (sink === undefined) targets.delete(target);
      else targets.set(target, sink);
    },
    route: (subscriptions, hopLimit) => notes.push(`route ${subscriptions.length} ${hopLimit}`),
    settle: (document) => notes.push(`settle ${document.name}`),
  });
  async function switchTo(document: SiteDocument, code: Record<string, string> = {}): Promise<string[]> {
    notes.length = 0;
    const entries = new Map(
      document.functions.map((one) => [one.name, { path: '', directory: '', version: 1, hash: '', bytes: 0, exportPath: [] }]),
    );
    const done = site.switchTo(document, entries, (name) => code[name] ?? '', life);
    done.catch(() => undefined);
    await clock.advance(1000);
    await done;
    return [...notes];
  }
  return { site, switchTo, targets, notes, broken, busy, clock };
}

describe('switching a site', () => {
  it('starts everything, with routes before the devices', async () => {
    const { switchTo, targets, site } = build();
    const document = documentOf({
      devices: [device('a')],
      functions: [inline('f', 'x')],
      subscriptions: [route('r', 'device:a', 'function:f')],
    });
    const notes = await switchTo(document);
    expect(notes.indexOf('route 1 8')).toBeLessThan(notes.findIndex((one) => one.startsWith('start device')));
    expect(notes.slice(-2).sort()).toEqual(['up device a#2', 'up function f#1']);
    expect(notes).toContain('started function f#1 gateway');
    expect(Object.fromEntries(targets)).toEqual({ 'function:f': 'function f#1', 'device:a': 'device a#2' });
    expect(site.document()).toBe(document);
    expect([[...site.devices().keys()], [...site.functions().keys()]]).toEqual([['a'], ['f']]);
  });

  it('leaves unchanged devices and functions untouched', async () => {
    const { switchTo, targets } = build();
    const parts = { devices: [device('a'), device('b')], functions: [inline('f', 'x'), inline('g', 'x')] };
    await switchTo(documentOf(parts));
    const before = Object.fromEntries(targets);
    expect(await switchTo(documentOf({ ...parts, name: 'two' }))).toEqual(['settle two', 'route 0 8']);
    expect(Object.fromEntries(targets)).toEqual(before);
  });

  it('starts a new function, hands over, and only then stops the old one', async () => {
    const { switchTo, targets } = build();
    await switchTo(documentOf({ functions: [inline('f', 'x')] }));
    const notes = await switchTo(documentOf({ functions: [inline('f', 'y')] }));
    expect(notes).toEqual([
      'start function f#2',
      'up function f#2',
      'hand over function f#1',
      'inherit function f#2',
      'settle site',
      'route 0 8',
      'started function f#2 version',
      'stop function f#1',
      'down function f#1',
    ]);
    expect(targets.get('function:f')).toBe('function f#2');
  });

  it('gives what runs in the old version its time, and stops it with the site when that comes first', async () => {
    const { site, switchTo, notes, busy, clock } = build();
    await switchTo(documentOf({ functions: [inline('f', 'x')] }));
    let ended = (_left: []): void => {};
    busy.set('function f#1', new Promise((done) => (ended = done)));
    let switched = false;
    const switching = switchTo(documentOf({ functions: [inline('f', 'y')] })).then(() => {
      switched = true;
    });
    await clock.advance(1000);
    expect(switched).toBe(false);
    expect(notes).not.toContain('stop function f#1');
    const stopped = site.stop();
    await clock.advance(100);
    await stopped;
    expect(notes).toContain('down function f#1');
    ended([]);
    await clock.advance(100);
    await switching;
  });

  it('takes a function for changed when only its file has changed', async () => {
    const { switchTo, targets } = build();
    const document = documentOf({ functions: [{ name: 'f', code: { file: 'a.mjs' } }] });
    await switchTo(document, { f: 'old' });
    await switchTo(document, { f: 'old' });
    expect(targets.get('function:f')).toBe('function f#1');
    await switchTo(document, { f: 'new' });
    expect(targets.get('function:f')).toBe('function f#2');
  });

  it('closes a device’s port before its new session opens', async () => {
    const { switchTo, targets } = build();
    await switchTo(documentOf({ devices: [device('a')] }));
    const notes = await switchTo(documentOf({ devices: [device('a', { intervalMs: 500 })] }));
    expect(notes).toEqual([
      'settle site',
      'route 0 8',
      'stop device a#1',
      'down device a#1',
      'start device a#2',
      'up device a#2',
    ]);
    expect(targets.get('device:a')).toBe('device a#2');
  });

  it('detaches what is gone or switched off', async () => {
    const { switchTo, targets, site } = build();
    await switchTo(documentOf({ devices: [device('a'), device('b')], functions: [inline('f', 'x'), inline('g', 'x')] }));
    const notes = await switchTo(documentOf({ devices: [device('a', { enabled: false })], functions: [inline('g', 'x')] }));
    expect([...targets.keys()]).toEqual(['function:g']);
    expect(notes).toEqual(expect.arrayContaining(['down device a#3', 'down device b#4', 'down function f#1']));
    expect(site.devices().size).toBe(0);
  });

  it('changes nothing and leaves nothing behind when a new function cannot be started', async () => {
    const { switchTo, targets, broken, site, notes } = build();
    await switchTo(documentOf({ devices: [device('a')], functions: [inline('f', 'x')] }));
    broken.add('g');
    const next = documentOf({ name: 'two', functions: [inline('f', 'y'), inline('g', 'x')] });
    await expect(switchTo(next)).rejects.toThrow('g is broken');
    expect(notes).toEqual(expect.arrayContaining(['down function f#3', 'down function g#4']));
    expect(notes.some((one) => one.startsWith('route'))).toBe(false);
    expect(Object.fromEntries(targets)).toEqual({ 'function:f': 'function f#1', 'device:a': 'device a#2' });
    expect(site.document()?.name).toBe('site');
  });

  it('stops the replaced functions also when a device cannot be started', async () => {
    const { switchTo, broken, notes } = build();
    await switchTo(documentOf({ functions: [inline('f', 'x')] }));
    broken.add('a');
    await expect(switchTo(documentOf({ devices: [device('a')], functions: [inline('f', 'y')] }))).rejects.toThrow('a is broken');
    expect(notes).toContain('down function f#1');
    notes.length = 0;
    await switchTo(documentOf({ functions: [inline('f', 'x')] }));
    expect(notes).toEqual(expect.arrayContaining(['down function f#2', 'up function f#4']));
  });

  it('stops devices before functions', async () => {
    const { switchTo, site, notes, clock } = build();
    await switchTo(documentOf({ devices: [device('a')], functions: [inline('f', 'x')] }));
    notes.length = 0;
    const stopped = site.stop();
    await clock.advance(100);
    await stopped;
    expect(notes).toEqual(['stop device a#2', 'down device a#2', 'stop function f#1', 'down function f#1']);
  });
});
