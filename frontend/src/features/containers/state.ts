import type { Container } from '@/api/types';

const SIGNALS: Record<number, string> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
};

type Ended = Pick<Container, 'exit_code' | 'oom_killed'>;

/** What an exit code says about why the container ended. */
export function exitReason({ exit_code: code, oom_killed: isOom }: Ended): string {
  if (isOom) return 'killed by the kernel: it used more memory than its limit allows';
  if (code === null) return 'ended without an exit code';
  if (code === 0) return 'finished without error';
  if (code === 126) return 'the command was found but could not be executed';
  if (code === 127) return 'the command was not found in the image';
  const signal = SIGNALS[code - 128];
  if (signal) return `ended by ${signal}`;
  return `the program ended with code ${code}`;
}

/** The state in a few words: `running`, `exited 1`, `exited 137 OOM`. */
export function stateWords(container: Pick<Container, 'state' | 'error'> & Ended): string {
  if (container.state === 'created' && container.error) return 'not started';
  if (container.state !== 'exited') return container.state;
  const code = container.exit_code === null ? '' : ` ${container.exit_code}`;
  return `exited${code}${container.oom_killed ? ' OOM' : ''}`;
}

export function isRunning({ state }: Pick<Container, 'state'>): boolean {
  return state === 'running' || state === 'paused' || state === 'restarting';
}

/** Ended by an error rather than by its own will or a stop. */
export function hasFailed(container: Pick<Container, 'state' | 'error'> & Ended): boolean {
  if (container.state === 'dead') return true;
  if (container.state === 'created') return container.error !== '';
  if (container.state !== 'exited') return false;
  return container.oom_killed || (container.exit_code ?? 0) !== 0;
}
