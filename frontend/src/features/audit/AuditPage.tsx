import { Button, Group, Text } from '@mantine/core';
import { IconDownload, IconHistory } from '@tabler/icons-react';
import { usePermit } from '@/features/session/permissions';
import { Empty } from '@/ui/Empty';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { DataTable } from '@/ui/table/DataTable';
import { AuditFilters } from './AuditFilters';
import { auditColumns } from './columns';
import { PAGE_SIZE, useAudit } from './queries';
import { exportUrl, type AuditSearch } from './search';
import { useAuditSearch } from './useAuditSearch';

/** Who did what, from where, and what was refused. */
export function AuditPage() {
  const { search, page, set } = useAuditSearch();
  return (
    <>
      <PageHeader title="Audit">
        <ExportButton search={search} form="jsonl" label="JSON lines" />
        <ExportButton search={search} form="csv" label="CSV" />
      </PageHeader>
      <AuditFilters search={search} onChange={set} />
      <Entries
        search={search}
        page={page}
        onPage={(next) => {
          set('page', String(next));
        }}
      />
    </>
  );
}

interface ExportProps {
  search: AuditSearch;
  form: 'jsonl' | 'csv';
  label: string;
}

function ExportButton({ search, form, label }: ExportProps) {
  const permit = usePermit('export:audit');
  const look = { variant: 'default', leftSection: <IconDownload size={15} />, children: label };
  if (permit.disabled) return <Button {...look} {...permit} />;
  return <Button component="a" href={exportUrl(search, form)} download {...look} />;
}

interface EntriesProps {
  search: AuditSearch;
  page: number;
  onPage: (page: number) => void;
}

function Entries({ search, page, onPage }: EntriesProps) {
  const entries = useAudit(search, page);
  if (entries.isPending) return <Loading what="the audit trail" />;
  if (entries.isLoadingError)
    return <Failure what="The audit trail could not be read" error={entries.error} />;
  const { results, count } = entries.data;
  if (results.length === 0)
    return (
      <Empty icon={IconHistory} title="Nothing like that was done">
        Every change, sign-in and refusal is kept. Look for less, or for another time.
      </Empty>
    );
  return (
    <>
      <DataTable
        label="Audit trail"
        rows={results}
        columns={auditColumns}
        rowId={(entry) => String(entry.id)}
        sort="-at"
      />
      <Pages page={page} count={count} onPage={onPage} />
    </>
  );
}

function Pages({ page, count, onPage }: Omit<EntriesProps, 'search'> & { count: number }) {
  const pages = Math.max(Math.ceil(count / PAGE_SIZE), 1);
  const go = (step: number) => () => {
    onPage(page + step);
  };
  return (
    <Group mt="sm" gap="xs" justify="flex-end">
      <Text size="sm" c="dimmed">
        {count.toLocaleString()} entries · page {page} of {pages}
      </Text>
      <Button variant="default" disabled={page <= 1} onClick={go(-1)}>
        Newer
      </Button>
      <Button variant="default" disabled={page >= pages} onClick={go(1)}>
        Older
      </Button>
    </Group>
  );
}
