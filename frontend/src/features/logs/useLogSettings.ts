import { useMemo } from 'react';
import { useUrlParam } from '@/lib/useUrlParam';
import type { LogQuery } from './stream';

export const TAILS = ['100', '1000', '10000', '100000', 'all'];
const TAIL = '1000';

/** What of the log is shown and how, all of it in the address. */
export function useLogSettings() {
  const [tail, setTail] = useUrlParam('tail', TAIL);
  const [since, setSince] = useUrlParam('since');
  const [streams, setStreams] = useUrlParam('streams', 'both');
  const [time, setTime] = useUrlParam('time', '0');
  const [wrap, setWrap] = useUrlParam('wrap', '0');
  const [json, setJson] = useUrlParam('json', '0');
  const [search, setSearch] = useUrlParam('search');
  const query = useMemo<LogQuery>(
    () => ({
      tail: TAILS.includes(tail) ? tail : TAIL,
      since,
      stdout: streams !== 'stderr',
      stderr: streams !== 'stdout',
    }),
    [tail, since, streams],
  );
  return {
    query,
    search,
    streams,
    isTimed: time === '1',
    isWrapped: wrap === '1',
    isPretty: json === '1',
    setTail,
    setSince,
    setStreams,
    setSearch,
    setTimed: (isOn: boolean) => {
      setTime(isOn ? '1' : '0');
    },
    setPretty: (isOn: boolean) => {
      setJson(isOn ? '1' : '0');
    },
    setWrapped: (isOn: boolean) => {
      setWrap(isOn ? '1' : '0');
    },
  };
}

export type LogSettings = ReturnType<typeof useLogSettings>;
