import { Box, Button, Menu, Text } from '@mantine/core';
import { IconKey, IconKeyboard, IconLogout, IconUser } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { User } from '@/api/types';
import { useSignOut } from '@/features/session/queries';
import { ThemeItems } from './ThemeSwitch';

export function UserMenu({ user, onHelp }: { user: User; onHelp: () => void }) {
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
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
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/tokens" leftSection={<IconKey size={15} />}>
          Access tokens
        </Menu.Item>
        <Menu.Item leftSection={<IconKeyboard size={15} />} onClick={onHelp}>
          Keyboard shortcuts
        </Menu.Item>
        <Box hiddenFrom="xs">
          <Menu.Divider />
          <ThemeItems />
        </Box>
        <Menu.Divider />
        <Menu.Item
          leftSection={<IconLogout size={15} />}
          onClick={() => {
            signOut.mutate();
          }}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
