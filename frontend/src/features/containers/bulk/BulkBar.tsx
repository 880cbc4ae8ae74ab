import { Button, Group, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import type { Container } from '@/api/types';
import { useVerbPermit } from '../permit';
import type { Verb } from '../queries';

const BulkDialog = lazy(async () => ({ default: (await import('./BulkDialog')).BulkDialog }));

const VERBS: [Verb, string][] = [
  ['start', 'Start'],
  ['stop', 'Stop'],
  ['restart', 'Restart'],
  ['remove', 'Remove…'],
];

interface Task {
  verb: Verb;
  containers: Container[];
}

export function BulkBar({ selected, onClear }: { selected: Container[]; onClear: () => void }) {
  const [task, setTask] = useState<Task | null>(null);
  const permit = useVerbPermit(selected);
  return (
    <>
      {selected.length > 0 && (
        <Group gap={6} role="toolbar" aria-label="Selected containers">
          <Text size="sm">{selected.length} selected:</Text>
          {VERBS.map(([verb, label]) => (
            <Button
              key={verb}
              variant="default"
              size="compact-sm"
              {...permit(verb)}
              onClick={() => {
                setTask({ verb, containers: selected });
              }}
            >
              {label}
            </Button>
          ))}
        </Group>
      )}
      <Suspense fallback={null}>
        {task && (
          <BulkDialog
            verb={task.verb}
            containers={task.containers}
            onClose={() => {
              setTask(null);
              onClear();
            }}
          />
        )}
      </Suspense>
    </>
  );
}
