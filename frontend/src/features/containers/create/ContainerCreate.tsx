import { Box, Button, Checkbox, Grid, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate, useSearchParams } from 'react-router';
import type { Host } from '@/api/types';
import { useHosts } from '@/features/hosts/queries';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { Section } from '@/ui/Section';
import { BasicFields } from './BasicFields';
import { CreateFailure } from './CreateFailure';
import { EMPTY, type ContainerForm } from './formValues';
import { LimitFields } from './LimitFields';
import { MoreFields } from './MoreFields';
import { PairFields } from './PairFields';
import { PortFields } from './PortFields';
import { ShowAs } from './ShowAs';
import { toRequest } from './toRequest';
import { useSubmit } from './useSubmit';
import { validate } from './validation';

export function ContainerCreate() {
  const hosts = useHosts();
  return (
    <>
      <PageHeader title="New container" />
      {hosts.isPending && <Loading what="hosts" />}
      {hosts.isLoadingError && (
        <Failure what="Hosts could not be read" error={hosts.error} retry={hosts.refetch} />
      )}
      {hosts.data && <CreateForm hosts={hosts.data} />}
    </>
  );
}

/** The host that a new container goes to unless another is chosen. */
function firstHost(hosts: Host[], wanted: string | null): string {
  return (hosts.find((host) => host.name === wanted) ?? hosts[0])?.id ?? '';
}

function CreateForm({ hosts }: { hosts: Host[] }) {
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const form: ContainerForm = useForm({
    initialValues: {
      ...EMPTY,
      host: firstHost(hosts, parameters.get('host')),
      image: parameters.get('image') ?? '',
    },
    validate,
    validateInputOnChange: true,
  });
  const create = useSubmit(form, (path) => void navigate(path));
  return (
    <form onSubmit={form.onSubmit(create.submit)} noValidate>
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack gap="md">
            {create.error && <CreateFailure error={create.error} values={form.values} />}
            <BasicFields form={form} hosts={hosts} />
            <PortFields form={form} />
            <PairFields form={form} field="env" title="Environment" add="Add a variable" />
            <LimitFields form={form} />
            <PairFields form={form} field="labels" title="Labels" add="Add a label" />
            <MoreFields form={form} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Box pos="sticky" top={64}>
            <Section title="The same as">
              <ShowAs request={toRequest(form.values)} />
            </Section>
            <Group mt="md" justify="space-between">
              <Checkbox
                label="Start it at once"
                {...form.getInputProps('isStarted', { type: 'checkbox' })}
              />
              <Button type="submit" size="sm" loading={create.isPending}>
                Create
              </Button>
            </Group>
          </Box>
        </Grid.Col>
      </Grid>
    </form>
  );
}
