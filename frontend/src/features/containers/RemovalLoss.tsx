import { List, Text } from '@mantine/core';
import type { Container } from '@/api/types';
import { isRunning } from './state';

/** What is gone for good once *containers* are removed. */
export function RemovalLoss({ containers }: { containers: Container[] }) {
  const running = containers.filter(isRunning);
  return (
    <div>
      <Text size="sm">This cannot be undone. What is lost:</Text>
      <List size="sm" mt={4} spacing={2}>
        {running.length > 0 && (
          <List.Item>
            {containers.length === 1
              ? 'the running program, which is killed'
              : `${running.length} running programs, which are killed`}
          </List.Item>
        )}
        <List.Item>every file written inside</List.Item>
        <List.Item>the logs and the settings</List.Item>
      </List>
      <Text size="sm" c="dimmed" mt={4}>
        The image stays.
      </Text>
    </div>
  );
}
