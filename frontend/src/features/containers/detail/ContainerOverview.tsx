import { Alert, Button, SimpleGrid, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from 'react-router';
import type { Container } from '@/api/types';
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
      <Section title="Create another like it" aside={<CopyButton id={container.id} />}>
        <ShowAs request={requestOf(container)} />
      </Section>
    </Stack>
  );
}

function CopyButton({ id }: { id: string }) {
  return (
    <Button component={Link} to={`/containers/new?like=${id}`} variant="default" size="compact-xs">
      In the form
    </Button>
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
