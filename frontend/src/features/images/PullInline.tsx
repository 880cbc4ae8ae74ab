import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useOperation } from '@/features/operations/queries';
import { Mono } from '@/ui/Mono';
import { PullProgress } from './PullProgress';
import { usePullImage } from './queries';

interface Props {
  host: string;
  project: string;
  reference: string;
}

/** Offers to pull what the host does not have, and shows how far it is. */
export function PullInline({ host, project, reference }: Props) {
  const pull = usePullImage();
  const [id, setId] = useState<string | null>(null);
  const operation = useOperation(id);
  if (operation) return <PullProgress operation={operation} />;
  return (
    <Stack gap={4} mt={6}>
      <Group gap="xs">
        <Text size="sm" c="var(--state-warn)">
          <Mono>{reference}</Mono> is not on this host yet.
        </Text>
        <Button
          variant="default"
          size="compact-xs"
          loading={pull.isPending}
          onClick={() => {
            pull.mutate(
              { host, project, reference },
              {
                onSuccess: (started) => {
                  setId(started.id);
                },
              },
            );
          }}
        >
          Pull it
        </Button>
      </Group>
    </Stack>
  );
}
