import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { isApiError } from '@/api/errors';
import type { Host } from '@/api/types';
import { useHosts } from '@/features/hosts/queries';
import { useOperation } from '@/features/operations/queries';
import { useInitialProject } from '@/features/projects/choices';
import { ProjectSelect } from '@/features/projects/ProjectSelect';
import { Failure } from '@/ui/Failure';
import { PullProgress } from './PullProgress';
import { usePullImage } from './queries';

export function PullDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const hosts = useHosts().data;
  return (
    <Modal opened={opened} onClose={onClose} title="Pull an image" size="lg">
      {hosts && <PullForm hosts={hosts} onClose={onClose} />}
    </Modal>
  );
}

function PullForm({ hosts, onClose }: { hosts: Host[]; onClose: () => void }) {
  const pull = usePullImage();
  const project = useInitialProject('pull:image');
  const [id, setId] = useState<string | null>(null);
  const operation = useOperation(id);
  const form = useForm({
    initialValues: { host: hosts[0]?.id ?? '', project, reference: '' },
    validate: {
      host: isNotEmpty('Choose a host'),
      reference: isNotEmpty('Write a reference such as nginx:1.29'),
    },
  });
  const start = form.onSubmit(({ reference, ...place }) => {
    pull.mutate(
      { ...place, reference: reference.trim() },
      {
        onSuccess: (started) => {
          setId(started.id);
        },
        onError: (error) => {
          if (isApiError(error)) form.setErrors(error.fieldErrors());
        },
      },
    );
  });
  return (
    <form onSubmit={start} noValidate>
      <Stack gap="sm">
        {pull.isError && <Failure what="Not pulled" error={pull.error} />}
        <TextInput
          label="Reference"
          description="name[:tag] or name@digest, with its registry where it is not docker.io"
          placeholder="registry.example.com/team/app:1.2"
          data-autofocus
          autoComplete="off"
          {...form.getInputProps('reference')}
        />
        <ProjectSelect permission="pull:image" {...form.getInputProps('project')} />
        <Select
          label="Host"
          allowDeselect={false}
          data={hosts.map((host) => ({ value: host.id, label: host.name }))}
          {...form.getInputProps('host')}
        />
        {operation && <PullProgress operation={operation} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {operation ? 'Close' : 'Cancel'}
          </Button>
          <Button type="submit" loading={pull.isPending}>
            {operation ? 'Pull again' : 'Pull'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
