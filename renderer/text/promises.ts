/** One row of the table of promises: under this fault, this holds, and so it is tested. The README says the same. */
export interface PromiseRow {
  readonly fault: string;
  readonly holds: string;
  readonly tested: string;
}

export const promises = {
  title: 'What is promised',
  intro:
    'A message to the cloud counts as accepted when it is committed to the disk (synchronous=FULL): only then is a QoS 1 publish acknowledged and a function’s publish resolved. It is removed when the cloud has confirmed it, or by a policy that counts what it drops. Delivery is at least once, in order per source within a stream; duplicates carry the same id.',
  table: 'Under which fault, what holds, and how it is tested',
  columns: { fault: 'When this happens', holds: 'this holds', tested: 'and is tested so' },
  rows: [
    {
      fault: 'The process is killed',
      holds: 'Nothing accepted is lost, the order holds; what was on the way is sent again with the same id.',
      tested:
        'Killed at random moments of accept, commit, acknowledgement, drain, checkpoint, start and salvage, with a ledger on both ends.',
    },
    {
      fault: 'The power is cut',
      holds: 'The same, as far as the disk keeps what it has confirmed as written.',
      tested: 'An emulated machine is switched off while the gateway runs on its disk.',
    },
    {
      fault: 'The disk is full or read-only',
      holds:
        'The policy acts before the disk is full, room stays untouched; what cannot be committed is not acknowledged; it goes on by itself when there is room.',
      tested: 'Small disks are filled while messages flow, at a start and before a kill, and are made read-only.',
    },
    {
      fault: 'The database is damaged',
      holds:
        'It is moved aside and kept, salvaged row by row, never silently made anew; the loss is counted and raised as an alarm.',
      tested: 'Pages and bits are flipped; the counted loss is compared with the ledger.',
    },
    {
      fault: 'The line is cut, slow, or swallows everything',
      holds: 'Messages wait on the disk within the limits of their stream; only an acknowledgement removes them.',
      tested: 'Resets, black holes, slow lines, missing and doubled acknowledgements.',
    },
    {
      fault: 'The cloud’s broker restarts or refuses',
      holds: 'What was not confirmed is sent again; what is refused for good goes to the refused messages and holds up nothing.',
      tested: 'Mosquitto is killed and restarted in traffic; a far end of ours refuses, declines and hangs up.',
    },
    {
      fault: 'Sixty days offline, a certificate ends meanwhile',
      holds: 'Local work goes on; the renewed certificate is taken without a restart; all of it arrives in order.',
      tested: 'A gateway whose clock runs fast.',
    },
    {
      fault: 'The clock jumps, or was never set',
      holds:
        'Ages, expiry and order are measured in time that only moves forward; what was stamped in the dark is put right when the clock is set.',
      tested: 'Jumps of a year both ways, and a start in 1970.',
    },
    {
      fault: 'More comes in than fits',
      holds:
        'The policy decides; what it drops is counted with its reason, what it refuses stays with its device; the books always balance.',
      tested: 'Random limits and loads against a model.',
    },
    {
      fault: 'A local client is away',
      holds:
        'Its subscriptions, its queue and retained messages survive a restart, up to the session’s cap (1,000 messages unless set otherwise); newer ones beyond it are acknowledged to their sender, not kept, and counted.',
      tested: 'The abstract suite of aedes-persistence on our store, and SIGKILL in traffic.',
    },
    {
      fault: 'The gateway stops, restarts or takes a new version while events wait for functions',
      holds:
        'All of them are handled, by the new version or after the next start; a kill loses what waited for a function and for nothing durable.',
      tested:
        'Queues, attempts and hung events at a stop, and a real gateway that is stopped and started with a paused function.',
    },
    {
      fault: 'The gateway or its disk is destroyed',
      holds: 'Nothing: what had not been delivered is lost with its disk; every source’s numbers show the gap.',
      tested: 'Not tested.',
    },
  ] as readonly PromiseRow[],
} as const;
