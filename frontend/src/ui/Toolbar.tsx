import { Group } from '@mantine/core';
import type { ReactNode } from 'react';

/** What can be done with the list below. */
export function Toolbar({ children }: { children: ReactNode }) {
  return (
    <Group mb="sm" gap="sm" justify="flex-end">
      {children}
    </Group>
  );
}
