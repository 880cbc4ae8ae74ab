import { Group, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';

interface Props {
  title: string;
  aside?: ReactNode;
  children?: ReactNode;
}

/** The page's name, a few facts beside it, and its actions at the right. */
export function PageHeader({ title, aside, children }: Props) {
  useDocumentTitle(`${title} · Berth`);
  return (
    <Group justify="space-between" gap="sm" mb="md" mih={36}>
      <Group gap="sm" align="baseline">
        <Title order={1} size="h3">
          {title}
        </Title>
        {aside && (
          <Text size="sm" c="dimmed" component="div">
            {aside}
          </Text>
        )}
      </Group>
      {children && <Group gap="xs">{children}</Group>}
    </Group>
  );
}
