import { Button, Group } from '@mantine/core';
import type { Container, ContainerState } from '@/api/types';

interface Props {
  containers: Container[];
  query: string;
  onQuery: (query: string) => void;
}

const STATES: ContainerState[] = ['running', 'paused', 'restarting', 'created', 'exited', 'dead'];

/** How many are in each state; pressing one adds it to the filter, pressing again takes it out. */
export function StateChips({ containers, query, onQuery }: Props) {
  const words = query.split(/\s+/).filter(Boolean);
  return (
    <Group gap={4}>
      {STATES.map((state) => {
        const count = containers.filter((container) => container.state === state).length;
        const word = `state:${state}`;
        const isOn = words.includes(word);
        const others = words.filter((each) => !each.startsWith('state:'));
        if (count === 0 && !isOn) return null;
        return (
          <Button
            key={state}
            size="compact-xs"
            variant={isOn ? 'filled' : 'default'}
            aria-pressed={isOn}
            onClick={() => {
              onQuery((isOn ? others : [...others, word]).join(' '));
            }}
          >
            {state} {count}
          </Button>
        );
      })}
    </Group>
  );
}
