import { Stack } from '@mantine/core';
import { useMemo, useState } from 'react';
import type { Container } from '@/api/types';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { IconFileText } from '@tabler/icons-react';
import { LogToolbar } from './LogToolbar';
import { LogView } from './LogView';
import { compileQuery, LogSearch } from './search';
import { useLogs } from './useLogs';
import { useLogSettings } from './useLogSettings';

export function LogsTab({ container }: { container: Container }) {
  const settings = useLogSettings();
  const log = useLogs(container.id, container.started_at, settings.query);
  const [at, setAt] = useState(-1);
  const [isFollowing, setFollowing] = useState(true);
  const pattern = useMemo(() => compileQuery(settings.search), [settings.search]);
  const search = useMemo(() => new LogSearch(pattern), [pattern]);
  const found = search.update(log.buffer.lines);
  const current = at < 0 ? found.length - 1 : Math.min(at, found.length - 1);
  return (
    <Stack gap="xs">
      <LogToolbar
        container={container}
        settings={settings}
        isFollowing={isFollowing}
        state={log.state}
        found={found.length}
        current={current}
        onFollow={setFollowing}
        onMove={(step) => {
          setFollowing(false);
          setAt((current + step + found.length) % Math.max(found.length, 1));
        }}
      />
      {log.state === 'failed' && (
        <Failure
          what="The log cannot be followed"
          error={new Error(log.problem)}
          retry={log.retry}
        />
      )}
      {log.state === 'connecting' && <Loading what="the log" />}
      {log.state === 'ended' && log.buffer.lines.length === 0 && <NoLogs />}
      {log.buffer.lines.length > 0 && (
        <LogView
          lines={log.buffer.lines}
          dropped={log.buffer.dropped}
          settings={settings}
          pattern={pattern}
          focus={isFollowing ? null : (found[current] ?? null)}
          isFollowing={isFollowing}
          onFollow={setFollowing}
        />
      )}
    </Stack>
  );
}

function NoLogs() {
  return (
    <Empty icon={IconFileText} title="Nothing was written">
      What the program writes to its standard output and standard error shows up here.
    </Empty>
  );
}
