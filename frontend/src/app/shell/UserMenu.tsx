import { Button, Text } from '@mantine/core';
import { IconUser } from '@tabler/icons-react';
import { lazy } from 'react';
import type { User } from '@/api/types';
import { DeferredMenu } from '@/ui/DeferredMenu';

const UserItems = lazy(async () => ({ default: (await import('./UserItems')).UserItems }));

export function UserMenu({ user, onHelp }: { user: User; onHelp: () => void }) {
  return (
    <DeferredMenu
      button={
        <Button
          variant="subtle"
          color="gray"
          size="compact-sm"
          leftSection={<IconUser size={16} />}
          aria-label={`Account of ${user.username}`}
        >
          <Text span inherit visibleFrom="sm" maw={120} truncate>
            {user.username}
          </Text>
        </Button>
      }
      menu={(button) => <UserItems button={button} onHelp={onHelp} />}
    />
  );
}
