import { TextInput } from '@mantine/core';
import { matches, useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import type { Role } from '@/api/types';
import { NAME, NAME_RULE } from '@/lib/names';
import { FormModal } from '@/ui/FormModal';
import { PermissionPicker } from './PermissionPicker';
import { useSaveRole } from './queries';

interface Props {
  /** Null for a new one. */
  role: Role | null;
  isLocked?: boolean;
  onClose: () => void;
}

export function RoleDialog({ role, isLocked = false, onClose }: Props) {
  const save = useSaveRole(role === null);
  const form = useForm({
    initialValues: {
      name: role?.name ?? '',
      description: role?.description ?? '',
      permissions: role?.permissions ?? [],
    },
    validate: { name: matches(NAME, NAME_RULE) },
  });
  return (
    <FormModal
      title={role ? `Role ${role.name}` : 'New role'}
      submit="Save"
      failure="Not saved"
      error={save.error}
      isPending={save.isPending}
      isLocked={isLocked}
      size="xl"
      onSubmit={form.onSubmit((values) => {
        save.mutate(values, { onSuccess: onClose, onError: complainTo(form) });
      })}
      onClose={onClose}
    >
      {role === null && <TextInput label="Name" data-autofocus {...form.getInputProps('name')} />}
      <TextInput
        label="What it is for"
        readOnly={isLocked}
        {...form.getInputProps('description')}
      />
      <PermissionPicker
        value={form.values.permissions}
        isLocked={isLocked}
        onChange={(permissions) => {
          form.setFieldValue('permissions', permissions);
        }}
      />
    </FormModal>
  );
}
