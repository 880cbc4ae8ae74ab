import { describe, expect, it } from 'vitest';
import { exitReason, hasFailed, stateWords } from './state';

describe('exitReason', () => {
  it.each([
    [0, false, 'finished without error'],
    [127, false, 'the command was not found in the image'],
    [143, false, 'ended by SIGTERM'],
    [3, false, 'the program ended with code 3'],
    [137, true, 'killed by the kernel: it used more memory than its limit allows'],
  ])('explains %d (OOM %s)', (exit_code, oom_killed, reason) => {
    expect(exitReason({ exit_code, oom_killed })).toBe(reason);
  });
});

it('names an OOM kill in the state', () => {
  const ended = { state: 'exited', exit_code: 137, oom_killed: true, error: '' } as const;
  expect(stateWords(ended)).toBe('exited 137 OOM');
});

it('tells a failed start from one that was never tried', () => {
  const made = { state: 'created', exit_code: null, oom_killed: false } as const;
  expect(stateWords({ ...made, error: 'no such program' })).toBe('not started');
  expect(stateWords({ ...made, error: '' })).toBe('created');
});

describe('hasFailed', () => {
  it.each([
    ['exited', 0, '', false],
    ['exited', 1, '', true],
    ['created', null, 'no such program', true],
    ['created', null, '', false],
    ['running', null, '', false],
    ['dead', null, '', true],
  ] as const)('%s %s %j is %s', (state, exit_code, error, failed) => {
    expect(hasFailed({ state, exit_code, error, oom_killed: false })).toBe(failed);
  });
});
