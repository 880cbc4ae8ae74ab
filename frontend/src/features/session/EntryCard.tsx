import { Paper, Stack, Text, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './EntryCard.module.css';

interface Props {
  title: string;
  hint?: string;
  children: ReactNode;
}

/** The one card of the pages before the shell. */
export function EntryCard({ title, hint, children }: Props) {
  useDocumentTitle(`${title} · Berth`);
  return (
    <main className={classes.page}>
      <Text className={classes.brand}>Berth</Text>
      <Paper withBorder p="lg" w="100%" maw={380} radius="md">
        <Stack gap="md">
          <div>
            <Title order={1} size="h4">
              {title}
            </Title>
            {hint && (
              <Text size="sm" c="dimmed" mt={4}>
                {hint}
              </Text>
            )}
          </div>
          {children}
        </Stack>
      </Paper>
    </main>
  );
}
