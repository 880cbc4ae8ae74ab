import { Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import { useProjects } from '@/features/projects/queries';
import { PermissionPicker } from '@/features/roles/PermissionPicker';
import { FormModal } from '@/ui/FormModal';
import { LIFETIMES } from './expiry';
import { useCreateToken } from './queries';
import { NEW_TOKEN, tokenRequest } from './tokenRequest';

interface Props {
  owner: string;
  onMade: (token: string) => void;
  onClose: () => void;
}

export function TokenForm({ owner, onMade, onClose }: Props) {
  const create = useCreateToken();
  const projects = useProjects().data ?? [];
  const form = useForm({
    initialValues: NEW_TOKEN,
    validate: { name: isNotEmpty('Say what it is for') },
  });
  const { isLimited, permissions } = form.values;
  return (
    <FormModal
      title={owner ? `New access token of ${owner}` : 'New access token'}
      submit="Create"
      failure="Not created"
      error={create.error}
      isPending={create.isPending}
      size={isLimited ? 'xl' : 'md'}
      onSubmit={form.onSubmit((values) => {
        create.mutate(tokenRequest(values, owner, Date.now()), {
          onSuccess: ({ token }) => {
            onMade(token);
          },
          onError: complainTo(form),
        });
      })}
      onClose={onClose}
    >
      <TextInput
        label="Name"
        placeholder="ci"
        data-autofocus
        autoComplete="off"
        {...form.getInputProps('name')}
      />
      <Select
        label="Works for"
        allowDeselect={false}
        data={LIFETIMES}
        {...form.getInputProps('days')}
      />
      <MultiSelect
        label="Projects"
        placeholder="all that its owner may"
        data={projects.map(({ id, name }) => ({ value: id, label: name }))}
        {...form.getInputProps('projects')}
      />
      <Checkbox
        label="Only some of its owner's permissions"
        {...form.getInputProps('isLimited', { type: 'checkbox' })}
      />
      {isLimited && (
        <PermissionPicker
          value={permissions}
          onChange={(next) => {
            form.setFieldValue('permissions', next);
          }}
        />
      )}
    </FormModal>
  );
}
