import { Text } from '@mantine/core';
import { IconBolt, IconLoader2, IconPlugOff, type Icon } from '@tabler/icons-react';
import { useConnection } from '@/api/connection';
import type { ConnectionState as State } from '@/api/socket';
import { StatusWord, type Tone } from '@/ui/StatusWord';

const LOOK: Record<State, [Icon, Tone, string, string]> = {
  connecting: [IconLoader2, 'quiet', 'connecting', 'Waiting for the live connection'],
  live: [IconBolt, 'good', 'live', 'Changes appear by themselves'],
  lost: [IconPlugOff, 'warn', 'offline', 'Connection lost; trying again by itself'],
};

export function ConnectionState() {
  const [icon, tone, word, hint] = LOOK[useConnection()];
  return (
    <Text size="sm" component="span" role="status" title={hint} aria-label={`Connection: ${word}`}>
      <StatusWord icon={icon} tone={tone}>
        <Text span inherit visibleFrom="sm">
          {word}
        </Text>
      </StatusWord>
    </Text>
  );
}
