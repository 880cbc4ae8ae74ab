import { useSyncExternalStore } from 'react';
import { formatAbsolute, formatDuration } from '@/lib/format';

const TICK = 5000;
const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

// One clock for every time on the page.
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, TICK);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

interface Props {
  time: string | null | undefined;
  suffix?: string;
}

/** `3 min ago`; the full date and time on hover. */
export function RelativeTime({ time, suffix = ' ago' }: Props) {
  const at = useNow();
  if (!time) return <span>–</span>;
  const passed = Math.max(at, Date.now() - TICK) - Date.parse(time);
  return (
    <time dateTime={time} title={formatAbsolute(time)}>
      {passed < TICK ? 'just now' : `${formatDuration(passed)}${suffix}`}
    </time>
  );
}
