import { ActionIcon, Anchor, Box, Burger, Group, Kbd, Text, UnstyledButton } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { User } from '@/api/types';
import { useScopedPath } from '@/features/scope/scope';
import { OperationsTray } from '@/features/operations/OperationsTray';
import { ConnectionState } from './ConnectionState';
import classes from './Header.module.css';
import { HostSwitch } from './HostSwitch';
import { ProjectSwitch } from './ProjectSwitch';
import { ThemeSwitch } from './ThemeSwitch';
import { UserMenu } from './UserMenu';

interface Props {
  user: User;
  isMenuOpen: boolean;
  onMenu: () => void;
  onPalette: () => void;
  onHelp: () => void;
}

export function Header({ user, isMenuOpen, onMenu, onPalette, onHelp }: Props) {
  const scoped = useScopedPath();
  return (
    <Group h="100%" px={{ base: 8, sm: 'md' }} gap="xs" wrap="nowrap">
      <Burger opened={isMenuOpen} onClick={onMenu} hiddenFrom="sm" size="sm" aria-label="Menu" />
      <Anchor component={Link} to={scoped('/')} className={classes.brand} underline="never">
        Berth
      </Anchor>
      <Group gap={6} wrap="nowrap" visibleFrom="sm">
        <ProjectSwitch />
        <HostSwitch />
      </Group>
      <UnstyledButton className={classes.search} onClick={onPalette} visibleFrom="md">
        <IconSearch size={15} />
        <Text span size="sm">
          Search…
        </Text>
        <Kbd size="xs">Ctrl K</Kbd>
      </UnstyledButton>
      <Group gap={6} wrap="nowrap" ml="auto">
        <ActionIcon
          variant="subtle"
          color="gray"
          onClick={onPalette}
          hiddenFrom="md"
          aria-label="Search"
        >
          <IconSearch size={18} />
        </ActionIcon>
        <ConnectionState />
        <OperationsTray />
        <Box visibleFrom="xs">
          <ThemeSwitch />
        </Box>
        <UserMenu user={user} onHelp={onHelp} />
      </Group>
    </Group>
  );
}
