import { TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import type { Project } from '@/api/types';
import { FormModal } from '@/ui/FormModal';
import { useRenameProject } from './queries';

export function RenameDialog({ project, onClose }: { project: Project; onClose: () => void }) {
  const rename = useRenameProject(project.id);
  const form = useForm({
    initialValues: { name: project.name },
    validate: { name: isNotEmpty('Give it a name') },
  });
  return (
    <FormModal
      title={`Rename ${project.name}`}
      submit="Rename"
      failure="Not renamed"
      error={rename.error}
      isPending={rename.isPending}
      onSubmit={form.onSubmit(({ name }) => {
        rename.mutate(name, { onSuccess: onClose, onError: complainTo(form) });
      })}
      onClose={onClose}
    >
      <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />
    </FormModal>
  );
}
