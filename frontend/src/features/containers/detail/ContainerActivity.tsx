import { Text } from '@mantine/core';
import { OperationList } from '@/features/operations/OperationList';
import { useOperationsOf } from '@/features/operations/queries';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { Section } from '@/ui/Section';

/** What was asked of this container, by whom, and how it went. */
export function ContainerActivity({ id }: { id: string }) {
  const operations = useOperationsOf(id);
  if (operations.isPending) return <Loading what="operations" />;
  if (operations.isLoadingError)
    return (
      <Failure
        what="Operations could not be read"
        error={operations.error}
        retry={operations.refetch}
      />
    );
  if (operations.data.length === 0)
    return (
      <Text size="sm" c="dimmed">
        Nothing was asked of this container through the platform.
      </Text>
    );
  return (
    <Section title="Operations">
      <OperationList operations={operations.data} />
    </Section>
  );
}
