import { ActionIcon, useMantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { lazy } from 'react';
import { DeferredMenu } from '@/ui/DeferredMenu';

const ThemeMenu = lazy(async () => ({ default: (await import('./ThemeMenu')).ThemeMenu }));

const ICONS = { light: IconSun, dark: IconMoon, auto: IconDeviceDesktop };

export function ThemeSwitch() {
  const { colorScheme } = useMantineColorScheme();
  const Current = ICONS[colorScheme];
  return (
    <DeferredMenu
      button={
        <ActionIcon variant="subtle" color="gray" aria-label="Theme">
          <Current size={18} />
        </ActionIcon>
      }
      menu={(button) => <ThemeMenu button={button} />}
    />
  );
}
