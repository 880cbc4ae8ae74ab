import { Box, Button, Checkbox, Grid, Group, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useNavigate, useSearchParams } from 'react-router';
import type { Host } from '@/api/types';
import { useHosts } from '@/features/hosts/queries';
import { useInitialProject } from '@/features/projects/choices';
import { useProjects } from '@/features/projects/queries';
import { Failure } from '@/ui/Failure';
import { Loading } from '@/ui/Loading';
import { PageHeader } from '@/ui/PageHeader';
import { Section } from '@/ui/Section';
import { BasicFields } from './BasicFields';
import { CreateFailure } from './CreateFailure';
import { EMPTY, type ContainerForm, type FormValues } from './formValues';
import { LimitFields } from './LimitFields';
import { MoreOptions } from './MoreOptions';
import { NetworkField } from './NetworkField';
import { PairFields } from './PairFields';
import { PortFields } from './PortFields';
import { ShowAs } from './ShowAs';
import { toRequest } from './toRequest';
import { useContainer } from '../queries';
import { useSubmit } from './useSubmit';
import { validate } from './validation';
import { valuesOf } from './valuesOf';

export function ContainerCreate() {
  const [parameters] = useSearchParams();
  const like = parameters.get('like');
  const hosts = useHosts();
  const projects = useProjects();
  return (
    <>
      <PageHeader title="New container" />
      {(hosts.isPending || projects.isPending) && <Loading what="hosts and projects" />}
      {hosts.isLoadingError && (
        <Failure what="Hosts could not be read" error={hosts.error} retry={hosts.refetch} />
      )}
      {hosts.data &&
        !projects.isPending &&
        (like ? <CopyForm id={like} hosts={hosts.data} /> : <NewForm hosts={hosts.data} />)}
    </>
  );
}

/** The host that a new container goes to unless another is chosen. */
function firstHost(hosts: Host[], wanted: string | null): string {
  return (hosts.find((host) => host.name === wanted) ?? hosts[0])?.id ?? '';
}

function NewForm({ hosts }: { hosts: Host[] }) {
  const [parameters] = useSearchParams();
  const host = firstHost(hosts, parameters.get('host'));
  const image = parameters.get('image') ?? '';
  const project = useInitialProject('create:container');
  return <CreateForm hosts={hosts} initialValues={{ ...EMPTY, host, project, image }} />;
}

/** The form, filled in as the container with that id was made. */
function CopyForm({ id, hosts }: { id: string; hosts: Host[] }) {
  const model = useContainer(id);
  if (model.isPending) return <Loading what="the container to copy" />;
  if (model.isLoadingError)
    return (
      <Failure
        what="The container to copy could not be read"
        error={model.error}
        retry={model.refetch}
      />
    );
  return <CreateForm hosts={hosts} initialValues={valuesOf(model.data)} />;
}

interface FormProps {
  hosts: Host[];
  initialValues: FormValues;
}

function CreateForm({ hosts, initialValues }: FormProps) {
  const navigate = useNavigate();
  const form: ContainerForm = useForm({
    initialValues,
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
            <NetworkField form={form} />
            <MoreOptions form={form} />
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
