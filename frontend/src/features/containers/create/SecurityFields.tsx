import { Checkbox, Select, SimpleGrid, Stack, TagsInput } from '@mantine/core';
import { CAPABILITIES, DEFAULT_CAPABILITIES } from './capabilities';
import type { ContainerForm } from './formValues';

const DROPPABLE = ['ALL', ...DEFAULT_CAPABILITIES];
const ADDABLE = ['ALL', ...CAPABILITIES.filter((name) => !DEFAULT_CAPABILITIES.includes(name))];

/** What it may do: less of it with the first three, more with the rest. */
export function SecurityFields({ form }: { form: ContainerForm }) {
  const check = (name: string) => form.getInputProps(name, { type: 'checkbox' });
  return (
    <Stack gap="sm">
      <Checkbox
        label="Read-only files"
        description="nothing in its root can be written"
        {...check('isReadOnly')}
      />
      <Checkbox
        label="No new privileges"
        description="setuid programs gain nothing"
        {...check('isUnprivileging')}
      />
      <TagsInput
        label="Drop capabilities"
        description="of those that every container has"
        placeholder="NET_RAW"
        data={DROPPABLE}
        {...form.getInputProps('capDrop')}
      />
      <TagsInput
        label="Add capabilities"
        description="the project's policy says which may be added"
        placeholder="NET_ADMIN"
        data={ADDABLE}
        {...form.getInputProps('capAdd')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <Select
          label="Seccomp"
          description="which system calls it may make"
          allowDeselect={false}
          data={[
            { value: 'default', label: 'default profile' },
            { value: 'unconfined', label: 'unconfined – all of them' },
          ]}
          {...form.getInputProps('seccomp')}
        />
        <Select
          label="User ids"
          description="whether its root is the host's"
          allowDeselect={false}
          data={[
            { value: 'auto', label: 'of its own, where possible' },
            { value: 'host', label: "the host's" },
          ]}
          {...form.getInputProps('userns')}
        />
      </SimpleGrid>
      <Checkbox
        label="Privileged"
        description="every capability and every device: as good as root on the host"
        {...check('isPrivileged')}
      />
    </Stack>
  );
}
