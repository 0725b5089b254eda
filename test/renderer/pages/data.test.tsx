import { afterEach, describe, expect, it, vi } from 'vitest';
import { asked, catchFiles, hold, isDisabled, typeInto } from '../console-steps.ts';
import { type OpenConsole, openConsole } from '../render.tsx';

describe('data and outbox', () => {
  let screen: OpenConsole;
  afterEach(async () => {
    await screen.close();
    vi.restoreAllMocks();
  });
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

    it('says which messages are dropped sooner, because their subscription says so', async () => {
      screen = await openConsole('#/data', { scene: 'offline' });
      expect(screen.get('.fuel').textContent).toContain(
        'Dropped sooner: messages of the subscription “live-up” after 1 hour, as the deployment says (expireAfterS).',
      );
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

    it('says how much it has refused while it was full, and nothing of that otherwise', async () => {
      screen = await openConsole('#/data/stream/alarms', { scene: 'full' });
      expect(screen.text()).toContain('Refused 1,204 messages since the start');
      await screen.close();
      screen = await openConsole('#/data/stream/energy', { scene: 'full' });
      expect(screen.text()).not.toContain('messages since the start');
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

    it('says so when the message of an address has gone, and shows the others', async () => {
      screen = await openConsole('#/data/stream/energy?message=7', { scene: 'offline' });
      expect(screen.all('dialog[open]')).toHaveLength(0);
      expect(screen.get('.notice', 'Message 7 is not in the list').textContent).toContain('sent, dropped or refused');
      expect(screen.all('.table-row a').length).toBeGreaterThan(0);
    });

    it('says that nothing waits, and what becomes of the next message', async () => {
      screen = await openConsole('#/data/stream/rest');
      expect(screen.text()).toContain('Nothing waits in this streamWhat comes is sent at once.');
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
      expect(isDisabled(screen, 'Hold to apply')).toBe(true);
      await typeInto(screen, 'limit-hours', '48');
      expect(screen.text()).toContain('That is 2 days. Takes 363 MB (1,728,000 messages) at the rate of the last day.');
      expect(screen.text()).toContain('Lasts 2 days at the rate of the last day.');
      expect(screen.get('.limits-promise').textContent).toContain('at most 2 days (older ones are dropped), 500 MB or 2,000,000');
      await hold(screen, 'Hold to apply');
      expect(asked(screen, 'outbox.limit')).toEqual([
        { stream: 'vibration', keep: { hours: 48, bytes: 500_000_000, messages: 2_000_000 }, whenFull: 'thin-out' },
      ]);
      expect(screen.get('dialog[open]').textContent).toContain('Version 3 of the deployment was made and runs.');
      expect(screen.get('dialog[open] a').getAttribute('href')).toBe('#/deployments/3');
      expect(document.activeElement).toBe(screen.get('dialog[open] .stack button', 'Close'));
      await screen.pass(1500);
      expect(screen.get('.promise-sentence').textContent).toContain('2 days');
    });

    it('shows the hours of bytes, and offers the bytes that the hours take', async () => {
      screen = await openConsole('#/data/stream/vibration');
      await screen.click(screen.get('button', 'Change the limits'));
      await typeInto(screen, 'limit-hours', '168');
      expect(screen.text()).toContain('500 MB are full after 2 days, before the hours are over.');
      await screen.click(screen.get('button', 'Make it 1.27 GB'));
      expect((screen.get('#limit-bytes') as HTMLInputElement).value).toBe('1270.08');
      expect(screen.text()).not.toContain('before the hours are over');
      await typeInto(screen, 'limit-bytes', '100');
      expect(screen.text()).toContain('Lasts 13 hours at the rate of the last day.');
    });

    it('refuses what is no limit, in the words of who types it', async () => {
      screen = await openConsole('#/data');
      await screen.click(screen.get('button', 'Change the limits'));
      await typeInto(screen, 'limit-hours', 'a week');
      expect(screen.text()).toContain('Enter hours as a number, for example 168.');
      expect(isDisabled(screen, 'Hold to apply')).toBe(true);
      await typeInto(screen, 'limit-hours', '');
      expect(isDisabled(screen, 'Hold to apply')).toBe(false);
    });

    it('warns when the disk has less room, and when messages wait that are over the limit', async () => {
      screen = await openConsole('#/data', { scene: 'offline' });
      await screen.click(screen.get('button', 'Change the limits'));
      await typeInto(screen, 'limit-bytes', '90000');
      expect(screen.text()).toContain('The disk may not have room for that');
      await typeInto(screen, 'limit-bytes', '10');
      expect(screen.text()).not.toContain('The disk may not have room for that');
      expect(screen.text()).toContain('messages go by the policy at once');
      await typeInto(screen, 'limit-hours', '2');
      expect(screen.text()).toContain('The oldest messages are older than that.');
    });

    it('keeps exact what was not touched, and changes the whole outbox', async () => {
      screen = await openConsole('#/data');
      await screen.click(screen.get('button', 'Change the limits'));
      await screen.click(screen.get('dialog[open] [role=radio]', 'Refuse new ones'));
      await hold(screen, 'Hold to apply');
      expect(asked(screen, 'outbox.limit')).toEqual([
        { stream: null, keep: { hours: 8760, bytes: 8_589_934_592, messages: null }, whenFull: 'reject-newest' },
      ]);
    });

    it('changes the outbox for the stream of everything else, which has no limits of its own', async () => {
      screen = await openConsole('#/data/stream/rest');
      await screen.click(screen.get('button', 'Limits of the outbox'));
      expect((screen.get('#limit-hours') as HTMLInputElement).value).toBe('8760');
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
      expect(text).toContain('1,200 too old to be kept');
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
      expect(screen.text()).toContain('Off by3 ms ahead');
      expect(screen.text()).toContain('1,204 messages');
    });

    it('warns of a clock that was never set, on the tab too', async () => {
      screen = await openConsole('#/data/storage', { scene: 'no-clock' });
      expect(screen.get('.notice').textContent).toContain('Not set right');
      expect(screen.all('.link-tabs a[aria-current] svg')).toHaveLength(1);
      expect(screen.get('.link-tabs a[aria-current]').textContent).toBe('(needs attention)Storage');
      expect(screen.text()).toContain('nobody has told yet');
    });

    it('says what the written bytes mean, and that a flash disk writes more', async () => {
      screen = await openConsole('#/data/storage');
      expect(screen.text()).toContain('At 1.24 GB a day a 32 GB disk of 3,000 cycles lasts more than 20 years.');
      expect(screen.text()).toContain('2 to 10 times');
      expect(screen.all('.wear-day')).toHaveLength(30);
      expect(screen.get('.wear-days').getAttribute('aria-label')).toMatch(/^Written a day.*Most: 1\.50 GB on \d{4}-\d\d-\d\d\.$/);
      expect(screen.text()).toContain('12 of 64');
    });
  });

  describe('local sessions', () => {
    it('shows who is here and away, and forgets one only when confirmed', async () => {
      screen = await openConsole('#/data/sessions');
      expect(screen.get('.table-row', 'scada-historian').textContent).toContain('Away, full');
      await screen.click(screen.get('button', 'Forget label-printer-2'));
      expect(screen.get('dialog[open]').textContent).toContain('214 messages that wait in it are removed');
      await hold(screen, 'Hold to forget');
      expect(asked(screen, 'session.forget')).toEqual([{ id: 'label-printer-2' }]);
      await screen.pass(1500);
      expect(screen.all('.table-row', 'label-printer-2')).toHaveLength(0);
    });

    it('says what a full session means', async () => {
      screen = await openConsole('#/data/sessions');
      expect(screen.text()).toContain('newer messages are not kept for it, and are counted');
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
    expect(screen.get('.link-tabs a[aria-current]').textContent).toBe('What is promised');
  });

  it('offers the way back from an address that does not exist', async () => {
    screen = await openConsole('#/data/nowhere');
    await screen.click(screen.get('main button', 'Back to the outbox'));
    expect(window.location.hash).toBe('#/data');
  });
});
