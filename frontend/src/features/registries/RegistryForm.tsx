import { Button, Checkbox, Group, PasswordInput, Stack, Textarea, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { isApiError } from '@/api/errors';
import type { Registry } from '@/api/types';
import { useInitialProject } from '@/features/projects/choices';
import { ProjectSelect } from '@/features/projects/ProjectSelect';
import { Failure } from '@/ui/Failure';
import { initialValues, toRequest } from './formValues';
import { useSaveRegistry } from './queries';

export function RegistryForm({
  registry,
  onDone,
}: {
  registry: Registry | null;
  onDone: () => void;
}) {
  const save = useSaveRegistry(registry?.id ?? null);
  const project = useInitialProject('create:registry');
  const form = useForm({
    initialValues: initialValues(registry, project),
    validate: { host: isNotEmpty('Write its host, with the port where it has one') },
  });
  const submit = form.onSubmit((values) => {
    save.mutate(toRequest(values), {
      onSuccess: onDone,
      onError: (error) => {
        if (isApiError(error)) form.setErrors(error.fieldErrors());
      },
    });
  });
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {save.isError && <Failure what="Not saved" error={save.error} />}
        {!registry && (
          <ProjectSelect permission="create:registry" {...form.getInputProps('project')} />
        )}
        <TextInput
          label="Address"
          description="As references name it: ghcr.io, registry.local:5000"
          data-autofocus
          {...form.getInputProps('host')}
        />
        <TextInput label="Name" placeholder="its address" {...form.getInputProps('name')} />
        <TextInput
          label="User name"
          placeholder="none: public images only"
          autoComplete="off"
          {...form.getInputProps('username')}
        />
        <PasswordInput
          label="Password or token"
          placeholder={registry?.has_password ? 'unchanged' : ''}
          autoComplete="new-password"
          {...form.getInputProps('password')}
        />
        <Checkbox
          label="Plain HTTP, without TLS"
          {...form.getInputProps('insecure', { type: 'checkbox' })}
        />
        <Textarea
          label="CA certificate"
          description="PEM text, where its certificate is signed by an authority of your own"
          autosize
          minRows={2}
          maxRows={6}
          {...form.getInputProps('ca')}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
