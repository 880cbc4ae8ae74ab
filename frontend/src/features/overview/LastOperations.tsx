import { Anchor, Text } from '@mantine/core';
import { Link } from 'react-router';
import { inScope, useScopedPath, type Scope } from '@/features/scope/scope';
import { OperationList } from '@/features/operations/OperationList';
import { useRecentOperations } from '@/features/operations/queries';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { Section } from '@/ui/Section';

const SHOWN = 5;

export function LastOperations({ scope }: { scope: Scope }) {
  const scoped = useScopedPath();
  const all = (
    <Anchor component={Link} to={scoped('/activity')} size="sm">
      all
    </Anchor>
  );
  return (
    <Section title="Last operations" aside={all}>
      <Content scope={scope} />
    </Section>
  );
}

function Content({ scope }: { scope: Scope }) {
  const operations = useRecentOperations();
  if (operations.isPending) return <Loading what="operations" rows={3} />;
  if (operations.isLoadingError)
    return (
      <Failure
        what="Operations could not be read"
        error={operations.error}
        retry={operations.refetch}
      />
    );
  const shown = inScope(operations.data, scope).slice(0, SHOWN);
  if (shown.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing was asked for yet.
      </Text>
    );
  return <OperationList operations={shown} />;
}
