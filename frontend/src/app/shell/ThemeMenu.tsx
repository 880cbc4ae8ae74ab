import { Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun, type Icon } from '@tabler/icons-react';
import type { ReactElement } from 'react';

const SCHEMES: [MantineColorScheme, string, Icon][] = [
  ['light', 'Light', IconSun],
  ['dark', 'Dark', IconMoon],
  ['auto', 'System', IconDeviceDesktop],
];

export function ThemeMenu({ button }: { button: ReactElement }) {
  return (
    <Menu position="bottom-end" defaultOpened>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        <ThemeItems />
      </Menu.Dropdown>
    </Menu>
  );
}

/** The choice of theme, for any menu. */
export function ThemeItems() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return SCHEMES.map(([name, label, IconOf]) => (
    <Menu.Item
      key={name}
      leftSection={<IconOf size={15} />}
      rightSection={name === colorScheme && <IconCheck size={14} />}
      aria-current={name === colorScheme}
      onClick={() => {
        setColorScheme(name);
      }}
    >
      {label}
    </Menu.Item>
  ));
}
