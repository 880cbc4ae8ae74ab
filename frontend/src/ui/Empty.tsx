import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Empty.module.css';

interface Props {
  icon: Icon;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

/** Nothing here yet: says why, and what the next step is. */
export function Empty({ icon: IconOf, title, children, action }: Props) {
  return (
    <Stack className={classes.root} align="center" gap="xs">
      <ThemeIcon variant="light" color="gray" size={44} radius="xl">
        <IconOf size={24} stroke={1.5} />
      </ThemeIcon>
      <Title order={3} size="h4">
        {title}
      </Title>
      <Text size="sm" c="dimmed" ta="center" maw={460}>
        {children}
      </Text>
      {action}
    </Stack>
  );
}
