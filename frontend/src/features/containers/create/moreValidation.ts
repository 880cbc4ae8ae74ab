import { isCapability } from './capabilities';
import type { FormValues } from './formValues';

const HOST_NAME = /^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?$/;
const LONGEST_HOST_NAME = 63;
const LONGEST_STOP = 86_400;
const LAST_SIGNAL = 64;
const SIGNALS = new Set(
  (
    'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP ' +
    'TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS RTMIN RTMAX'
  ).split(' '),
);

function folderProblem(path: string): string | null {
  return path === '' || path.startsWith('/') ? null : 'Write an absolute path';
}

function hostnameProblem(name: string): string | null {
  if (name === '') return null;
  if (name.length > LONGEST_HOST_NAME) return `At most ${LONGEST_HOST_NAME} characters`;
  return HOST_NAME.test(name) ? null : 'Letters, digits, and “.” and “-” between them';
}

function signalProblem(text: string): string | null {
  const name = text.trim().toUpperCase().replace(/^SIG/, '');
  if (name === '') return null;
  const isKnown = /^\d+$/.test(name)
    ? Number(name) >= 1 && Number(name) <= LAST_SIGNAL
    : SIGNALS.has(name) || /^(RTMIN\+|RTMAX-)\d{1,2}$/.test(name);
  return isKnown ? null : 'There is no such signal';
}

function secondsProblem(text: string): string | null {
  if (text === '') return null;
  const seconds = Number(text);
  return Number.isInteger(seconds) && seconds >= 0 && seconds <= LONGEST_STOP
    ? null
    : `0 to ${LONGEST_STOP} seconds`;
}

function capabilitiesProblem(names: string[]): string | null {
  const unknown = names.filter((name) => !isCapability(name));
  return unknown.length > 0 ? `There is no capability ${unknown.join(', ')}` : null;
}

/** What is wrong with the fields behind “More options”. */
export function moreProblems(values: FormValues): [string, string | null][] {
  return [
    ['workingDir', folderProblem(values.workingDir)],
    ['hostname', hostnameProblem(values.hostname)],
    ['stopSignal', signalProblem(values.stopSignal)],
    ['stopTimeout', secondsProblem(values.stopTimeout)],
    ['capAdd', capabilitiesProblem(values.capAdd)],
    ['capDrop', capabilitiesProblem(values.capDrop)],
  ];
}
