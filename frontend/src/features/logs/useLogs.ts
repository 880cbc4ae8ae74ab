import { useCallback, useEffect, useRef, useState } from 'react';
import { LogBuffer, type ReceivedLine } from './buffer';
import { followLogs, type LogQuery } from './stream';

export type LogState = 'connecting' | 'following' | 'ended' | 'failed';

export const LONGEST = 100_000;
const REDRAW = 100;

interface Shown {
  /** Counts redraws: the buffer itself stays one object. */
  revision: number;
  state: LogState;
  problem: string;
}

const START: Shown = { revision: 0, state: 'connecting', problem: '' };

/** A container's log, followed, and read anew when it is *started* again; drawn anew at most ten times a second. */
export function useLogs(
  container: string,
  started: string | null,
  { tail, since, stdout, stderr }: LogQuery,
) {
  const [buffer] = useState(() => new LogBuffer(LONGEST));
  const [shown, setShown] = useState(START);
  const [attempt, setAttempt] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const show = (state: LogState, problem = '') => {
      clearTimeout(timer.current);
      timer.current = undefined;
      setShown(({ revision }) => ({ revision: revision + 1, state, problem }));
    };
    buffer.clear();
    show('connecting');
    const stop = followLogs(
      container,
      { tail, since, stdout, stderr },
      {
        onLines: (lines: ReceivedLine[]) => {
          buffer.append(lines);
          timer.current ??= setTimeout(show, REDRAW, 'following');
        },
        onEnd: () => {
          show('ended');
        },
        onError: (problem) => {
          show('failed', problem);
        },
      },
    );
    return () => {
      clearTimeout(timer.current);
      timer.current = undefined;
      stop();
    };
  }, [buffer, container, tail, since, stdout, stderr, started, attempt]);

  const retry = useCallback(() => {
    setAttempt((count) => count + 1);
  }, []);
  return { buffer, ...shown, retry };
}
