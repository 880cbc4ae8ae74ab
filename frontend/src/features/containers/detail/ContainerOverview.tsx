import { Alert, SimpleGrid, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Container } from '@/api/types';
import { usePermit } from '@/features/session/permissions';
import { LinkButton } from '@/ui/LinkButton';
import { Section } from '@/ui/Section';
import { ShowAs } from '../create/ShowAs';
import { exitReason, hasFailed } from '../state';
import { ConfigurationFacts } from './ConfigurationFacts';
import { LimitFacts } from './LimitFacts';
import { NetworkFacts } from './NetworkFacts';
import { requestOf } from './requestOf';
import { StateFacts } from './StateFacts';

export function ContainerOverview({ container }: { container: Container }) {
  return (
    <Stack gap="md">
      {hasFailed(container) && <Problem container={container} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
        <Stack gap="md">
          <Section title="State">
            <StateFacts container={container} />
          </Section>
          <Section title="Limits">
            <LimitFacts resources={container.spec.resources} />
          </Section>
        </Stack>
        <Stack gap="md">
          <Section title="Network">
            <NetworkFacts container={container} />
          </Section>
          <Section title="Configuration">
            <ConfigurationFacts spec={container.spec} />
          </Section>
        </Stack>
      </SimpleGrid>
      <Section title="Create another like it" aside={<CopyButton container={container} />}>
        <ShowAs request={requestOf(container)} />
      </Section>
    </Stack>
  );
}

function CopyButton({ container }: { container: Container }) {
  const permit = usePermit('create:container', { project: container.project });
  const path = `/containers/new?like=${container.id}`;
  return (
    <LinkButton to={path} variant="default" size="compact-xs" {...permit}>
      In the form
    </LinkButton>
  );
}

function Problem({ container }: { container: Container }) {
  const title = container.error
    ? 'The last start failed'
    : `Exit code ${container.exit_code ?? '?'}`;
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle />} title={title}>
      {container.error || `${exitReason(container)}.`}
    </Alert>
  );
}
