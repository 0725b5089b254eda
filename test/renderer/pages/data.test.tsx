import { act } from 'react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type OpenConsole, openConsole } from '../render.tsx';

/** What was offered as a file meanwhile. */
function catchFiles(): { name: string; text: Promise<string> }[] {
  const files: { name: string; text: Promise<string> }[] = [];
  let blob = new Blob();
  URL.createObjectURL = (made: Blob | MediaSource) => {
    if (made instanceof Blob) blob = made;
    return 'blob:test';
  };
  URL.revokeObjectURL = () => {};
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    files.push({ name: this.download, text: blob.text() });
  });
  return files;
}

describe('data and outbox', () => {
  let screen: OpenConsole;
  afterEach(async () => {
    await screen.close();
    vi.restoreAllMocks();
  });
  const asked = (method: string): unknown[] => screen.fake.asked.filter((one) => one.method === method).map((one) => one.input);
  async function type(id: string, value: string): Promise<void> {
    await screen.type(screen.get(`#${id}`), value);
  }
  async function hold(name: string): Promise<void> {
    const button = screen.get('.hold', name);
    await screen.press(button, 'Enter');
    await screen.pass(1500);
    await screen.fire(button, new KeyboardEvent('keyup', { key: 'Enter', bubbles: true }));
    await screen.pass(500);
  }
  const disabled = (name: string): boolean => (screen.get('button', name) as HTMLButtonElement).disabled;

  describe('outbox', () => {
    it('opens from the header’s backlog and from the overview', async () => {
      screen = await openConsole('#/overview');
      expect(screen.get('a.chip-backlog').getAttribute('href')).toBe('#/data');
      expect(screen.get('.cloud-sheet a', 'Data & outbox').getAttribute('href')).toBe('#/data');
    });

    it('is calm when all is well: a figure, what it is made from, the books, and every stream', async () => {
      screen = await openConsole('#/data');
      const text = screen.text();
      expect(text).toContain('At today’s rate this gateway can be offline for 2 days');
      expect(text).toContain('46,800 messages and 9.71 MB an hour, over the last 24 hours');
      expect(text).toContain('The size limit of the stream “vibration” is met first.');
      expect(text).toContain('accepted =');
      expect(screen.get('.fuel').dataset['tone']).toBe('normal');
      expect(screen.all('.table-row')).toHaveLength(4);
      expect(screen.get('[aria-label^="Room left"]').getAttribute('aria-label')).toBe('Room left in the outbox: 100 %');
    });

    it('warns in colour, word and shape only when it is nearly full', async () => {
      screen = await openConsole('#/data', { scene: 'nearly-full' });
      expect(screen.get('.fuel').dataset['tone']).toBe('warn');
      expect(screen.get('.fuel-gauge').textContent).toContain('Nearly full');
      expect(screen.all('.fuel-gauge svg')).toHaveLength(1);
    });

    it('says that the disk is the reason when it is full', async () => {
      screen = await openConsole('#/data', { scene: 'full' });
      expect(screen.get('.fuel').dataset['tone']).toBe('fault');
      expect(screen.get('.fuel').textContent).toContain('The disk is nearly full');
    });

    it('is loud when the books do not balance', async () => {
      screen = await openConsole('#/data', { scene: 'unbalanced' });
      expect(screen.get('[role=alert]').textContent).toContain('The books do not balance');
      expect(screen.get('[role=alert]').textContent).toContain('7 messages are neither');
    });

    it('says in words that nothing is there yet', async () => {
      screen = await openConsole('#/data', { scene: 'empty' });
      expect(screen.text()).toContain('No streams yet');
      expect(screen.text()).toContain('Not enough was seen yet');
    });

    it('updates values in place', async () => {
      screen = await openConsole('#/data', { scene: 'offline' });
      const row = screen.get('.table-row', 'vibration');
      const before = row.textContent;
      for (let i = 0; i < 3; i += 1) screen.fake.tick();
      await screen.pass(1500);
      expect(screen.get('.table-row', 'vibration')).toBe(row);
      expect(row.textContent).not.toBe(before);
    });
  });

  describe('a stream', () => {
    it('says its promise, its books, why messages wait, and shows them page by page', async () => {
      screen = await openConsole('#/data/stream/energy', { scene: 'offline' });
      expect(screen.get('.promise-sentence').textContent).toBe(
        'Kept until delivered, at most 7 days or 2 GB, then oldest dropped, order kept per topic, duplicates possible.',
      );
      expect(screen.text()).toContain('The line to the cloud is lost since');
      const link = screen.get('.table-row a');
      expect(link.getAttribute('href')).toBe('#/data/stream/energy?message=1099511627776');
      expect(screen.text()).toContain('cloud.example:8883 did not answer');
    });

    it('opens a message by its address, as JSON, hex and text', async () => {
      screen = await openConsole('#/data/stream/energy?message=1099511627779', { scene: 'offline' });
      const dialog = screen.get('dialog[open]', 'Message');
      expect(dialog.textContent).toContain('energy/cold-store/3');
      expect(dialog.textContent).toContain('(time put right)');
      await screen.click(screen.get('dialog[open] [role=radio]', 'Hex'));
      expect(screen.get('dialog[open] .payload').textContent).toContain('7B 22 76');
      await screen.click(screen.get('dialog[open] button', 'Close'));
      expect(window.location.hash).toBe('#/data/stream/energy');
    });

    it('says so when there is no such stream', async () => {
      screen = await openConsole('#/data/stream/nothing');
      expect(screen.text()).toContain('The outbox has no stream “nothing”');
    });
  });

  describe('limits', () => {
    it('asks in hours, shows the bytes, and says which version it made', async () => {
      screen = await openConsole('#/data/stream/vibration');
      await screen.click(screen.get('button', 'Change the limits'));
      const hours = screen.get('#limit-hours');
      expect(hours.getAttribute('inputmode')).toBe('decimal');
      expect(disabled('Hold to apply')).toBe(true);
      await type('limit-hours', '48');
      expect(screen.text()).toContain('That is 2 days. Takes 363 MB (1,728,000 messages) at the rate of the last day.');
      expect(screen.text()).toContain('Lasts 2 days at the rate of the last day.');
      expect(screen.get('.limits-promise').textContent).toContain('at most 2 days (older ones are dropped), 500 MB or 2,000,000');
      await hold('Hold to apply');
      expect(asked('outbox.limit')).toEqual([
        { stream: 'vibration', keep: { hours: 48, bytes: 500_000_000, messages: 2_000_000 }, whenFull: 'thin-out' },
      ]);
      expect(screen.get('dialog[open]').textContent).toContain('Version 3 of the deployment was made and runs.');
      expect(screen.get('dialog[open] a').getAttribute('href')).toBe('#/deployments/3');
      await screen.pass(1500);
      expect(screen.get('.promise-sentence').textContent).toContain('2 days');
    });

    it('shows the hours of bytes, and offers the bytes that the hours take', async () => {
      screen = await openConsole('#/data/stream/vibration');
      await screen.click(screen.get('button', 'Change the limits'));
      await type('limit-hours', '168');
      expect(screen.text()).toContain('500 MB are full after 2 days, before the hours are over.');
      await screen.click(screen.get('button', 'Make it 1.27 GB'));
      expect((screen.get('#limit-bytes') as HTMLInputElement).value).toBe('1270.08');
      expect(screen.text()).not.toContain('before the hours are over');
      await type('limit-bytes', '100');
      expect(screen.text()).toContain('Lasts 13 hours at the rate of the last day.');
    });

    it('refuses what is no limit, in the words of who types it', async () => {
      screen = await openConsole('#/data');
      await screen.click(screen.get('button', 'Change the limits'));
      await type('limit-hours', 'a week');
      expect(screen.text()).toContain('Enter hours as a number, for example 168.');
      expect(disabled('Hold to apply')).toBe(true);
      await type('limit-hours', '');
      expect(disabled('Hold to apply')).toBe(false);
    });

    it('warns when the disk has less room, and when messages wait that are over the limit', async () => {
      screen = await openConsole('#/data', { scene: 'offline' });
      await screen.click(screen.get('button', 'Change the limits'));
      await type('limit-bytes', '90000');
      expect(screen.text()).toContain('The disk may not have room for that');
      await type('limit-bytes', '10');
      expect(screen.text()).not.toContain('The disk may not have room for that');
      expect(screen.text()).toContain('messages go by the policy at once');
      await type('limit-hours', '2');
      expect(screen.text()).toContain('The oldest messages are older than that.');
    });

    it('keeps exact what was not touched, and changes the whole outbox', async () => {
      screen = await openConsole('#/data');
      await screen.click(screen.get('button', 'Change the limits'));
      await screen.click(screen.get('dialog[open] [role=radio]', 'Refuse new ones'));
      await hold('Hold to apply');
      expect(asked('outbox.limit')).toEqual([
        { stream: null, keep: { hours: 8760, bytes: 8_589_934_592, messages: null }, whenFull: 'reject-newest' },
      ]);
    });

    it('changes the outbox for the stream of everything else, which has no limits of its own', async () => {
      screen = await openConsole('#/data/stream/rest');
      await screen.click(screen.get('button', 'Limits of the outbox'));
      expect((screen.get('#limit-hours') as HTMLInputElement).value).toBe('8760');
    });
  });

  describe('refused messages', () => {
    it('says in words that there are none', async () => {
      screen = await openConsole('#/data/refused');
      expect(screen.text()).toContain('Nothing was refused');
    });

    it('lists 10,000 by pages, draws only what is in sight, and says that they are bounded', async () => {
      screen = await openConsole('#/data/refused', { scene: 'refused' });
      expect(screen.text()).toContain('10,000 held');
      expect(screen.text()).toContain('The newest 10,000 are kept. 12 older ones were removed.');
      expect(screen.all('.table-row').length).toBeLessThan(60);
      expect(screen.get('.table-row').textContent).toContain('the message has 412,306 bytes');
    });

    it('sends the chosen ones again', async () => {
      screen = await openConsole('#/data/refused', { scene: 'refused' });
      await screen.click(screen.get('input', /plant\/7\/raw\/9999$/));
      await screen.click(screen.get('input', /plant\/7\/raw\/9997$/));
      await screen.click(screen.get('button', 'Send 2 again'));
      await screen.pass(500);
      expect(asked('deadletter.retry')).toEqual([{ ids: [9999, 9997] }]);
      expect(screen.text()).toContain('2 messages go again.');
      await screen.pass(4000);
      expect(screen.all('a', 'plant/7/raw/9999')).toHaveLength(0);
      expect(screen.all('button', 'The list has changed')).toHaveLength(0);
    });

    it('asks before it sends all again', async () => {
      screen = await openConsole('#/data/refused', { scene: 'offline' });
      await screen.click(screen.get('button', 'Send all again'));
      expect(asked('deadletter.retry')).toEqual([]);
      await screen.click(screen.get('dialog[open] footer button', 'Send all again'));
      expect(asked('deadletter.retry')).toEqual([{ ids: null }]);
      await screen.pass(1500);
      expect(screen.text()).toContain('Nothing was refused');
    });

    it('discards only when the button is held', async () => {
      screen = await openConsole('#/data/refused', { scene: 'offline' });
      await screen.click(screen.get('button', 'Discard all'));
      await screen.click(screen.get('dialog[open] .hold'));
      expect(asked('deadletter.discard')).toEqual([]);
      await hold('Hold to discard');
      expect(asked('deadletter.discard')).toEqual([{ ids: null }]);
    });

    it('does not move the list when one more comes, and shows it when asked', async () => {
      screen = await openConsole('#/data/refused', { scene: 'offline' });
      await screen.pass(2000);
      screen.fake.outbox.refuse();
      await screen.pass(3000);
      expect(screen.all('.table-row')).toHaveLength(3);
      await screen.click(screen.get('button', 'The list has changed'));
      await screen.pass(500);
      expect(screen.all('.table-row')).toHaveLength(4);
    });

    it('exports all of them as lines of JSON, page by page', async () => {
      const files = catchFiles();
      screen = await openConsole('#/data/refused', { scene: 'refused' });
      await act(async () => {
        screen.get('button', 'Export').dispatchEvent(new MouseEvent('click', { bubbles: true }));
      });
      for (let i = 0; i < 20; i += 1) await screen.pass(200);
      const [file] = files;
      expect(file?.name).toMatch(/^refused-messages-\d{4}-\d\d-\d\d\.jsonl$/);
      const lines = (await file?.text)?.trim().split('\n') ?? [];
      expect(lines).toHaveLength(10_000);
      expect(JSON.parse(lines[9999] ?? '')).toMatchObject({ id: 1, topic: 'plant/7/raw/1' });
    });

    it('edits one as it is typed, and sends the changed one', async () => {
      screen = await openConsole('#/data/refused/9999', { scene: 'refused' });
      expect(screen.text()).toContain('not authorised to publish to plant/7/raw');
      await screen.click(screen.get('button', 'Edit'));
      await type('letter-topic', 'plant/+/raw');
      expect(screen.text()).toContain('no “+” and no “#”');
      expect(disabled('Send the changed message')).toBe(true);
      await type('letter-topic', 'plant/7/values');
      await type('letter-payload', '{"rms":');
      expect(screen.text()).toContain('This is not JSON any more');
      expect(disabled('Send the changed message')).toBe(true);
      await type('letter-payload', '{"rms":1}');
      await screen.click(screen.get('button', 'Send the changed message'));
      await screen.pass(500);
      expect(asked('deadletter.retry')).toEqual([{ ids: [9999], edit: { topic: 'plant/7/values', payload: btoa('{"rms":1}') } }]);
      expect(window.location.hash).toBe('#/data/refused');
    });

    it('lets only the topic be edited where the content is not text', async () => {
      screen = await openConsole('#/data/refused/9995', { scene: 'refused' });
      await screen.click(screen.get('button', 'Edit'));
      expect(screen.text()).toContain('The content is not text');
      expect(screen.all('#letter-payload')).toHaveLength(0);
    });

    it('says so when it is gone', async () => {
      screen = await openConsole('#/data/refused/123456', { scene: 'refused' });
      expect(screen.text()).toContain('This refused message is not there any more');
    });
  });

  describe('certificates', () => {
    it('lists outages newest first, with the open one', async () => {
      screen = await openConsole('#/data/certificates', { scene: 'offline' });
      const rows = screen.all('.table-row');
      expect(rows[0]?.textContent).toContain('Open');
      expect(rows[1]?.textContent).toContain('9,004');
      expect(rows).toHaveLength(4);
    });

    it('reads as a document, with both sides of the books, the gaps and the hash', async () => {
      screen = await openConsole('#/data/certificates/gatehouse-demo-2');
      const text = screen.get('.certificate').textContent ?? '';
      expect(text).toContain('718,702 of 720,000 messages were delivered');
      expect(text).toContain('Both sides are equal');
      expect(text).toContain('1,200 older than it is kept');
      expect(text).toContain('90,000 to 90,010 (11): The cloud refused the message for good.');
      expect(text).toContain('9f2c4ab0');
      expect(screen.all('.certificate [data-sum].num').map((sum) => sum.textContent)).toEqual(['720,000', '720,000']);
    });

    it('exports and prints', async () => {
      const files = catchFiles();
      window.print = vi.fn();
      screen = await openConsole('#/data/certificates/gatehouse-demo-3');
      for (const name of ['Export JSON', 'Export HTML']) {
        await screen.fire(screen.get('button', name), new MouseEvent('click', { bubbles: true }));
        await screen.pass(500);
      }
      expect(files.map((file) => file.name)).toEqual(['gatehouse-demo-3.json', 'gatehouse-demo-3.html']);
      await screen.click(screen.get('button', 'Print'));
      expect(window.print).toHaveBeenCalledOnce();
    });

    it('says that an open one is not final', async () => {
      screen = await openConsole('#/data/certificates/gatehouse-demo-4', { scene: 'offline' });
      expect(screen.text()).toContain('The line is not back yet');
      expect(screen.text()).toContain('It is made when the certificate is complete.');
    });
  });

  describe('storage', () => {
    it('says what salvage cost and where the file is', async () => {
      screen = await openConsole('#/data/storage', { scene: 'salvaged' });
      expect(screen.text()).toContain('48,210 messages were saved, exactly 316 were lost');
      expect(screen.text()).toContain('/var/lib/gatehouse/damaged/spool-2026-11-20T04-12-33.db');
      expect(screen.text()).toContain('365 d back');
      expect(screen.text()).toContain('1,204 messages');
    });

    it('warns of a clock that was never set, on the tab too', async () => {
      screen = await openConsole('#/data/storage', { scene: 'no-clock' });
      expect(screen.get('.notice').textContent).toContain('Never set since the start');
      expect(screen.all('.data-tabs a[aria-current] svg')).toHaveLength(1);
    });

    it('says what the written bytes mean, and that a flash disk writes more', async () => {
      screen = await openConsole('#/data/storage');
      expect(screen.text()).toContain('At 1.24 GB a day a 32 GB disk of 3,000 cycles lasts more than 20 years.');
      expect(screen.text()).toContain('2 to 10 times');
      expect(screen.all('.wear-day')).toHaveLength(30);
      expect(screen.text()).toContain('12 of 64');
    });
  });

  describe('local sessions', () => {
    it('shows who is here and away, and forgets one only when confirmed', async () => {
      screen = await openConsole('#/data/sessions');
      expect(screen.get('.table-row', 'scada-historian').textContent).toContain('Away, full');
      await screen.click(screen.get('button', 'Forget label-printer-2'));
      expect(screen.get('dialog[open]').textContent).toContain('214 messages that wait in it are removed');
      await hold('Hold to forget');
      expect(asked('session.forget')).toEqual([{ id: 'label-printer-2' }]);
      await screen.pass(1500);
      expect(screen.all('.table-row', 'label-printer-2')).toHaveLength(0);
    });

    it('warns when the client is connected', async () => {
      screen = await openConsole('#/data/sessions');
      await screen.click(screen.get('button', 'Forget hmi-line-1'));
      expect(screen.get('dialog[open]').textContent).toContain('will be disconnected');
    });
  });

  it('says what is promised, under which fault, and how it is tested', async () => {
    screen = await openConsole('#/data/promises');
    expect(screen.all('.promises tbody tr').length).toBeGreaterThanOrEqual(8);
    expect(screen.get('.promises tr', 'The power is cut').textContent).toContain('switched off');
    expect(screen.get('.data-tabs a[aria-current]').textContent).toBe('What is promised');
  });

  it('offers the way back from an address that does not exist', async () => {
    screen = await openConsole('#/data/nowhere');
    await screen.click(screen.get('main button', 'Back to the outbox'));
    expect(window.location.hash).toBe('#/data');
  });
});
