import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Lines of `+ pid` and `- pid`; at their end, which is that of the gateway, what is left gets its time to end by itself and is killed.
 * A signal to the gateway's group (Ctrl-C) must not end it early.
 */
const SCRIPT = `trap '' HUP INT TERM
left=' '
while read -r what pid; do
  case $what in
    +) left="$left$pid " ;;
    -) case $left in *" $pid "*) left="\${left%%" $pid "*} \${left#*" $pid "}" ;; esac ;;
  esac
done
case $left in *[0-9]*) sleep 2 ;; esac
for pid in $left; do kill -9 "$pid"; done 2>/dev/null`;

/**
 * Ends the processes of a gateway that was killed. Such a process sees by itself that the gateway is gone, unless its own code never
 * comes back; it cannot have a thread that looks, for one would be free of its permissions. So a shell beside the gateway does it.
 */
export interface Warden {
  watch(child: ChildProcess): void;
}

/** Nothing to do on Windows, where Node's children end with it; and where there is no shell, all is as without a warden. */
export function createWarden(): Warden {
  const watched = new Set<number>();
  let shell: ChildProcess | undefined;

  function open(): ChildProcess {
    const own = spawn('/bin/sh', ['-c', SCRIPT], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
    const gone = (): void => {
      if (shell === own) shell = undefined; // the next process to watch starts another one
    };
    own.once('exit', gone);
    own.once('error', gone);
    own.stdin?.on('error', gone);
    own.unref();
    for (const pid of watched) own.stdin?.write(`+ ${pid}\n`);
    return own;
  }
  return {
    watch(child) {
      const { pid } = child;
      if (pid === undefined || process.platform === 'win32') return;
      shell ??= open();
      watched.add(pid);
      shell.stdin?.write(`+ ${pid}\n`);
      child.once('exit', () => {
        watched.delete(pid);
        shell?.stdin?.write(`- ${pid}\n`);
      });
    },
  };
}
