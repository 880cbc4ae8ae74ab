import { ActionIcon, Menu, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconCheck, IconDeviceDesktop, IconMoon, IconSun, type Icon } from '@tabler/icons-react';

const SCHEMES: [MantineColorScheme, string, Icon][] = [
  ['light', 'Light', IconSun],
  ['dark', 'Dark', IconMoon],
  ['auto', 'System', IconDeviceDesktop],
];

export function ThemeSwitch() {
  const { colorScheme } = useMantineColorScheme();
  const [, , Current] = SCHEMES.find(([name]) => name === colorScheme) ?? ['', '', IconSun];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label="Theme">
          <Current size={18} />
        </ActionIcon>
      </Menu.Target>
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
