/** One row of the table of promises: under this fault, this holds, and so it is tested. The README says the same. */
export interface PromiseRow {
  readonly fault: string;
  readonly holds: string;
  readonly tested: string;
}

export const promises = {
  title: 'What is promised',
  intro:
    'A message to the cloud counts as accepted when it is committed to the disk (synchronous=FULL): only then is a QoS 1 publish acknowledged. It is removed when the cloud has confirmed it, or by a policy that counts what it drops. Delivery is at least once, in order per source; duplicates carry the same id.',
  table: 'Under which fault, what holds, and how it is tested',
  columns: { fault: 'When this happens', holds: 'this holds', tested: 'and is tested so' },
  rows: [
    {
      fault: 'The process is killed',
      holds: 'Nothing accepted is lost, the order holds. What was on the way is sent again with the same id.',
      tested:
        'Killed at random moments of accept, commit, acknowledgement, drain, checkpoint and salvage; both ends keep a ledger.',
    },
    {
      fault: 'The power is cut',
      holds: 'The same, as far as the disk keeps what it has confirmed as written.',
      tested: 'An emulated machine is switched off while the gateway runs on its disk, again and again.',
    },
    {
      fault: 'The disk is full or read-only',
      holds:
        'The policy acts before the disk is full; room stays untouched. What cannot be committed is not acknowledged. It goes on by itself when there is room.',
      tested: 'Small disks are filled at every step, and mounted read-only.',
    },
    {
      fault: 'The database is damaged',
      holds:
        'It is moved aside and kept, salvaged row by row; the loss is counted and raised as an alarm. It is never silently made anew.',
      tested: 'Pages of the file are flipped; the counted loss is compared with the ledger.',
    },
    {
      fault: 'The line is cut, slow, or swallows everything',
      holds: 'Messages wait on the disk within the limits of their stream. Only an acknowledgement removes them.',
      tested: 'Resets, black holes, slow lines, missing and doubled acknowledgements.',
    },
    {
      fault: 'The cloud’s broker restarts or refuses',
      holds: 'What was not confirmed is sent again. What is refused for good goes to the refused messages and holds up nothing.',
      tested: 'A real broker is restarted and made to refuse while messages flow.',
    },
    {
      fault: 'The clock jumps, or was never set',
      holds:
        'Ages, expiry and order are measured in time that only moves forward. What was stamped in the dark is put right when the clock is set.',
      tested: 'Jumps of a year both ways, and starts in 1970.',
    },
    {
      fault: 'More comes in than fits',
      holds:
        'The stream’s policy decides; every message it drops is counted with its reason. What was refused stays with its device.',
      tested: 'Limits in size, number and age are met under load, and the books are balanced.',
    },
    {
      fault: 'The gateway is replaced or its disk destroyed',
      holds: 'Nothing is promised: what had not been delivered is lost with its disk. Every source’s numbers show the gap.',
      tested: 'Not tested. Move the disk to the new machine to keep what waits.',
    },
  ] as readonly PromiseRow[],
} as const;
