import type { NotificationData } from '@mantine/notifications';
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let isWanted = false;

/** Say something in a corner of the page; what draws it is fetched with the first one. */
export async function notify(notification: NotificationData): Promise<void> {
  isWanted = true;
  for (const listener of listeners) listener();
  const { notifications } = await import('@mantine/notifications');
  notifications.show(notification);
}

/** Whether anything was said yet. */
export function useNotifications(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isWanted,
  );
}
