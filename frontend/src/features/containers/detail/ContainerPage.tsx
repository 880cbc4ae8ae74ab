import { Tabs, Text } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { IconBoxOff } from '@tabler/icons-react';
import { Link, useNavigate, useParams } from 'react-router';
import { isApiError } from '@/api/errors';
import type { Container } from '@/api/types';
import { useScopedPath } from '@/features/scope/scope';
import { usePermit } from '@/features/session/permissions';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { JsonTree } from '@/ui/JsonTree';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { Mono } from '@/ui/Mono';
import { ContainerStatus } from '../ContainerStatus';
import { useContainer } from '../queries';
import { ContainerActions } from './ContainerActions';
import { ContainerActivity } from './ContainerActivity';
import { ContainerOverview } from './ContainerOverview';

const LogsTab = lazy(async () => ({ default: (await import('@/features/logs/LogsTab')).LogsTab }));

const TABS = ['overview', 'logs', 'inspect', 'activity'] as const;
type Tab = (typeof TABS)[number];

export function ContainerPage() {
  const { id = '', tab = 'overview' } = useParams();
  const container = useContainer(id);
  if (container.isPending) return <Loading what="the container" />;
  if (container.isLoadingError)
    return (
      <Failure
        what="This container could not be read"
        error={container.error}
        retry={container.refetch}
      />
    );
  if (isApiError(container.error, 'container_not_found')) return <Gone />;
  const known = TABS.find((each) => each === tab) ?? 'overview';
  return <ContainerView container={container.data} tab={known} />;
}

function Gone() {
  return (
    <Empty icon={IconBoxOff} title="This container was removed">
      Its files and logs are gone with it. What was done last is under Activity.
    </Empty>
  );
}

function ContainerView({ container, tab }: { container: Container; tab: Tab }) {
  const navigate = useNavigate();
  const scoped = useScopedPath();
  const logs = usePermit('logs:container', { project: container.project, host: container.host.id });
  const base = `/containers/${container.id}`;
  return (
    <>
      <PageHeader title={container.name} aside={<Headline container={container} />}>
        <ContainerActions container={container} />
      </PageHeader>
      <Tabs
        value={tab}
        keepMounted={false}
        onChange={(next) => {
          void navigate(scoped(next === 'overview' ? base : `${base}/${next ?? ''}`));
        }}
      >
        <Tabs.List mb="md">
          {TABS.map((each) => (
            <Tabs.Tab key={each} value={each} tt="capitalize" {...(each === 'logs' && logs)}>
              {each}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="overview">
          <ContainerOverview container={container} />
        </Tabs.Panel>
        <Tabs.Panel value="logs">
          <Suspense fallback={<Loading what="the log viewer" />}>
            {logs.disabled ? (
              <Text size="sm">{logs.title}</Text>
            ) : (
              <LogsTab container={container} />
            )}
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="inspect">
          <JsonTree value={container} />
        </Tabs.Panel>
        <Tabs.Panel value="activity">
          <ContainerActivity id={container.id} />
        </Tabs.Panel>
      </Tabs>
    </>
  );
}

function Headline({ container }: { container: Container }) {
  return (
    <Text span inherit>
      <ContainerStatus container={container} /> · <Mono>{container.image}</Mono> ·{' '}
      <Link to="/hosts" style={{ color: 'inherit' }}>
        {container.host.name}
      </Link>
    </Text>
  );
}
