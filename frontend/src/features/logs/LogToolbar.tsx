import { Button, Checkbox, Group, Select, Text } from '@mantine/core';
import { IconDownload, IconPlayerPause, IconPlayerPlay } from '@tabler/icons-react';
import type { Container } from '@/api/types';
import { downloadUrl } from './downloadUrl';
import { LogSearchField } from './LogSearchField';
import { SincePicker } from './SincePicker';
import type { LogState } from './useLogs';
import { TAILS, type LogSettings } from './useLogSettings';

interface Props {
  container: Container;
  settings: LogSettings;
  isFollowing: boolean;
  state: LogState;
  found: number;
  current: number;
  onFollow: (isFollowing: boolean) => void;
  onMove: (step: number) => void;
}

const WORDS: Record<LogState, string> = {
  connecting: 'connecting…',
  following: '',
  ended: 'the log has ended',
  failed: 'broken off',
};

export function LogToolbar({ container, settings, isFollowing, state, ...rest }: Props) {
  return (
    <Group gap="sm" role="toolbar" aria-label="Log">
      <Button
        variant={isFollowing ? 'light' : 'default'}
        leftSection={isFollowing ? <IconPlayerPause size={15} /> : <IconPlayerPlay size={15} />}
        aria-pressed={isFollowing}
        onClick={() => {
          rest.onFollow(!isFollowing);
        }}
      >
        {isFollowing ? 'Pause' : 'Follow'}
      </Button>
      <Select
        aria-label="Streams"
        size="xs"
        w={150}
        allowDeselect={false}
        value={settings.streams}
        data={[
          { value: 'both', label: 'stdout + stderr' },
          { value: 'stdout', label: 'stdout' },
          { value: 'stderr', label: 'stderr' },
        ]}
        onChange={(value) => {
          settings.setStreams(value ?? 'both');
        }}
      />
      <Select
        aria-label="Lines from before"
        size="xs"
        w={140}
        allowDeselect={false}
        value={settings.query.tail}
        data={TAILS.map((tail) => ({
          value: tail,
          label: tail === 'all' ? 'whole log' : `last ${Number(tail).toLocaleString()}`,
        }))}
        onChange={(value) => {
          settings.setTail(value ?? '');
        }}
      />
      <SincePicker settings={settings} />
      <ViewSwitches settings={settings} />
      <LogSearchField settings={settings} {...rest} />
      <Button
        component="a"
        href={downloadUrl(container.id, settings.isTimed, settings.query.since)}
        download={`${container.name}.log`}
        variant="default"
        leftSection={<IconDownload size={15} />}
      >
        Download
      </Button>
      <Text size="xs" c="dimmed" role="status">
        {WORDS[state]}
      </Text>
    </Group>
  );
}

function ViewSwitches({ settings }: { settings: LogSettings }) {
  return (
    <>
      <Checkbox
        size="xs"
        label="time (UTC)"
        checked={settings.isTimed}
        onChange={(event) => {
          settings.setTimed(event.currentTarget.checked);
        }}
      />
      <Checkbox
        size="xs"
        label="wrap"
        checked={settings.isWrapped}
        onChange={(event) => {
          settings.setWrapped(event.currentTarget.checked);
        }}
      />
      <Checkbox
        size="xs"
        label="pretty JSON"
        checked={settings.isPretty}
        onChange={(event) => {
          settings.setPretty(event.currentTarget.checked);
        }}
      />
    </>
  );
}
