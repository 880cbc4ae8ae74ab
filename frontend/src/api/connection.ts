import { useSyncExternalStore } from 'react';
import type { ConnectionState } from './socket';

const listeners = new Set<() => void>();
let state: ConnectionState = 'connecting';

export function setConnection(next: ConnectionState): void {
  state = next;
  for (const listener of listeners) listener();
}

/** Whether changes are being heard right now. */
export function useConnection(): ConnectionState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );
}
