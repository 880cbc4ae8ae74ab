import { Box, Menu } from '@mantine/core';
import { IconKey, IconKeyboard, IconLogout } from '@tabler/icons-react';
import type { ReactElement } from 'react';
import { Link } from 'react-router';
import { useSignOut } from '@/features/session/queries';
import { ThemeItems } from './ThemeMenu';

export function UserItems({ button, onHelp }: { button: ReactElement; onHelp: () => void }) {
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={200} defaultOpened>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component={Link} to="/access/tokens" leftSection={<IconKey size={15} />}>
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
