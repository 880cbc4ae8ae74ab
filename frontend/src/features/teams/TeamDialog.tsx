import { TextInput } from '@mantine/core';
import { matches, useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import { NAME, NAME_RULE } from '@/lib/names';
import { FormModal } from '@/ui/FormModal';
import { useCreateTeam } from './queries';

export function TeamDialog({ onClose }: { onClose: () => void }) {
  const create = useCreateTeam();
  const form = useForm({
    initialValues: { name: '', description: '' },
    validate: { name: matches(NAME, NAME_RULE) },
  });
  return (
    <FormModal
      title="New team"
      submit="Create"
      failure="Not created"
      error={create.error}
      isPending={create.isPending}
      onSubmit={form.onSubmit((values) => {
        create.mutate(values, { onSuccess: onClose, onError: complainTo(form) });
      })}
      onClose={onClose}
    >
      <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
      <TextInput label="What it is for" {...form.getInputProps('description')} />
    </FormModal>
  );
}
