import type { Clock } from '../../base/clock.ts';
import type { LinkConfig } from '../../contract/document/links.ts';
import type { ToolSession } from '../sessions.ts';
import { createAsciiSplitter } from './sniffer/ascii-splitter.ts';
import { createConversation } from './sniffer/conversation.ts';
import { createRtuSplitter } from './sniffer/rtu-splitter.ts';
import type { Terminal } from './terminal.ts';

/** USB adapters hold bytes back for up to 16 ms; a shorter pause says nothing. */
const LEAST_SILENCE_MS = 20;
/** An ASCII frame may pause for a second between two characters (Modbus over serial line V1.02, 2.5.2.1). */
const ASCII_SILENCE_MS = 1000;
/** A network delivers up to 64 KiB at once; cutting a frame from the front of so much costs as much as all of it. */
const MOST_BYTES = 256;
/** 3.5 characters of 11 bits. */
const SILENT_BITS = 38.5;

/** Listens to a bus: what it hears becomes requests and answers in words. It never writes. */
export function createSnifferLine(session: ToolSession, config: LinkConfig, clock: Clock): Terminal {
  const ascii = session.framing === 'ascii';
  const conversation = createConversation(({ line, at }) => session.say(line, at));
  const splitter = ascii ? createAsciiSplitter(conversation) : createRtuSplitter(conversation);
  const baud = 'baudRate' in config ? config.baudRate : 9600;
  const silenceMs = ascii ? ASCII_SILENCE_MS : LEAST_SILENCE_MS + (SILENT_BITS * 1000) / baud;
  let cancel = (): void => {};
  function flush(): void {
    cancel();
    splitter.silence();
  }
  return {
    heard(chunk) {
      cancel();
      const at = clock.monotonic();
      for (let from = 0; from < chunk.length; from += MOST_BYTES) splitter.push(chunk.subarray(from, from + MOST_BYTES), at);
      if (splitter.pending) cancel = clock.after(silenceMs, flush);
    },
    flush,
  };
}
