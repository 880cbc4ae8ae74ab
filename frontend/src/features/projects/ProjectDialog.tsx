import { TextInput } from '@mantine/core';
import { isNotEmpty, matches, useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import { PROJECT_ID } from '@/lib/names';
import { FormModal } from '@/ui/FormModal';
import { useCreateProject } from './queries';

export function ProjectDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateProject();
  const form = useForm({
    initialValues: { id: '', name: '' },
    validate: {
      id: matches(PROJECT_ID, 'Lower-case letters, digits and “-”'),
      name: isNotEmpty('Give it a name'),
    },
  });
  return (
    <FormModal
      title="New project"
      submit="Create"
      failure="Not created"
      error={create.error}
      isPending={create.isPending}
      onSubmit={form.onSubmit((values) => {
        create.mutate(values, { onSuccess: onClose, onError: complainTo(form) });
      })}
      onClose={onClose}
    >
      <TextInput
        label="Id"
        description="Never changes"
        data-autofocus
        {...form.getInputProps('id')}
      />
      <TextInput label="Name" {...form.getInputProps('name')} />
    </FormModal>
  );
}
