import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Container } from '@/api/types';
import type { Verb } from '../queries';
import { RemovalLoss } from '../RemovalLoss';
import { BulkItem } from './BulkItem';
import { useBulk } from './useBulk';

interface Props {
  verb: Verb;
  containers: Container[];
  onClose: () => void;
}

/** Does one thing to many containers and says for each how it went. */
export function BulkDialog({ verb, containers, onClose }: Props) {
  const bulk = useBulk(verb);
  const [isStarted, setStarted] = useState(false);
  const count = `${containers.length} container${containers.length === 1 ? '' : 's'}`;
  const title = `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${count}`;
  return (
    <Modal opened onClose={onClose} title={title} centered>
      <Stack gap="sm">
        {verb === 'remove' && !isStarted && <RemovalLoss containers={containers} />}
        <Stack
          gap={4}
          mah={320}
          style={{ overflowY: 'auto' }}
          tabIndex={0}
          component="ul"
          p={0}
          m={0}
        >
          {containers.map((container) => (
            <BulkItem key={container.id} name={container.name} item={bulk.items[container.id]} />
          ))}
        </Stack>
        {isStarted && (
          <Text size="xs" c="dimmed">
            You may close this; the operations go on and stay in the tray.
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {isStarted ? 'Close' : 'Cancel'}
          </Button>
          {!isStarted && (
            <Button
              color={verb === 'remove' ? 'red.9' : 'harbor'}
              onClick={() => {
                setStarted(true);
                bulk.run(containers);
              }}
            >
              {title}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}
