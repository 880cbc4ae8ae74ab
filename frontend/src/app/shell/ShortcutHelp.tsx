import { Group, Kbd, Modal, Stack, Text } from '@mantine/core';
import { PLACES } from './places';

const GENERAL: [string[], string][] = [
  [['Ctrl', 'K'], 'Search everything'],
  [['/'], "Filter the page's list"],
  [['?'], 'Show this list'],
  [['Esc'], 'Close what is open'],
];

const JUMPS = PLACES.map((place): [string[], string] => [
  ['g', place.key],
  `Go to ${place.label.toLowerCase()}`,
]);

export function ShortcutHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts">
      <Stack gap={8}>
        {[...GENERAL, ...JUMPS].map(([keys, meaning]) => (
          <Group key={meaning} justify="space-between">
            <Text size="sm">{meaning}</Text>
            <Group gap={4}>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </Group>
          </Group>
        ))}
      </Stack>
    </Modal>
  );
}
