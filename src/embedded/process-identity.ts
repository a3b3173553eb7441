import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Says which process a pid is right now: boot, start time and command line. Two readings are equal only when
 * they saw the same process, so a recycled pid is never taken for ours. `null`: no such process, or a zombie.
 * One that renames itself (`process.title`) counts as another: ours do not.
 */
export function identityOf(pid: number): string | null {
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
}

/** True while the process that had this identity still runs. */
export function isSameProcess(pid: number, identity: string): boolean {
  return identityOf(pid) === identity;
}

/** `/proc/<pid>/stat`, proc_pid_stat(5): field 3 is the state, field 22 the start time in ticks since boot. */
function fromProc(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may hold blanks and brackets itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X') return null;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return `${bootId()} ${startTicks} ${command}`;
  } catch (error) {
    // Gone between two reads is the same answer as never there; anything else (too many open files) is no answer.
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function fromPs(pid: number): string | null {
  const ps = spawnSync('ps', ['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)], {
    encoding: 'utf8',
  });
  const [, state, rest] = /^(\S+)\s+(.*)$/.exec(ps.stdout?.trim() ?? '') ?? [];
  return ps.status !== 0 || !state || state.startsWith('Z') ? null : (rest ?? null);
}
