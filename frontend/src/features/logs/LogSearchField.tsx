import { ActionIcon, Group, Text, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconSearch } from '@tabler/icons-react';
import type { LogSettings } from './useLogSettings';

interface Props {
  settings: LogSettings;
  found: number;
  current: number;
  onMove: (step: number) => void;
}

/** Text or `/expression/`; Enter and Shift-Enter go through what was found. */
export function LogSearchField({ settings, found, current, onMove }: Props) {
  return (
    <Group gap={4} wrap="nowrap">
      <TextInput
        data-filter
        size="xs"
        w={190}
        aria-label="Search the log"
        placeholder="text or /expression/"
        leftSection={<IconSearch size={14} />}
        value={settings.search}
        onChange={(event) => {
          settings.setSearch(event.currentTarget.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onMove(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') event.currentTarget.blur();
        }}
      />
      {settings.search !== '' && (
        <>
          <Text size="xs" c="dimmed" miw={56} ta="center" role="status">
            {found === 0 ? 'none' : `${current + 1} of ${found}`}
          </Text>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Previous match"
            onClick={() => {
              onMove(-1);
            }}
          >
            <IconChevronUp size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label="Next match"
            onClick={() => {
              onMove(1);
            }}
          >
            <IconChevronDown size={16} />
          </ActionIcon>
        </>
      )}
    </Group>
  );
}
