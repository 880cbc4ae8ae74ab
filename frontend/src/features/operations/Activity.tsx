import { SegmentedControl } from '@mantine/core';
import { IconListDetails } from '@tabler/icons-react';
import type { Operation } from '@/api/types';
import { inScope, useScope } from '@/features/scope/scope';
import { useUrlParam } from '@/lib/useUrlParam';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { Section } from '@/ui/Section';
import { OperationList } from './OperationList';
import { isOpen, useRecentOperations } from './queries';

const KINDS = ['all', 'open', 'failed'];

function ofKind(operations: Operation[], kind: string): Operation[] {
  if (kind === 'open') return operations.filter(isOpen);
  if (kind === 'failed')
    return operations.filter(({ state }) => state === 'failed' || state === 'lost');
  return operations;
}

/** The newest operations of everyone. */
export function Activity() {
  const [kind, setKind] = useUrlParam('show', 'all');
  return (
    <>
      <PageHeader title="Activity">
        <SegmentedControl
          size="xs"
          aria-label="Show"
          data={KINDS}
          value={kind}
          onChange={setKind}
        />
      </PageHeader>
      <ActivityContent kind={kind} />
    </>
  );
}

function ActivityContent({ kind }: { kind: string }) {
  const scope = useScope();
  const operations = useRecentOperations();
  if (operations.isPending) return <Loading what="operations" />;
  if (operations.isLoadingError)
    return (
      <Failure
        what="Operations could not be read"
        error={operations.error}
        retry={operations.refetch}
      />
    );
  const shown = ofKind(inScope(operations.data, scope), kind);
  if (shown.length === 0)
    return (
      <Empty icon={IconListDetails} title="No such operations">
        Pulls, creates, starts, stops and removals show up here with who asked and how it went.
      </Empty>
    );
  return (
    <Section title="Operations">
      <OperationList operations={shown} />
    </Section>
  );
}
