import { Checkbox, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useNetworks } from '@/features/networks/queries';
import { Section } from '@/ui/Section';
import type { ContainerForm } from './formValues';
import { networkChoices } from './networkChoices';

export function MoreFields({ form }: { form: ContainerForm }) {
  const networks = useNetworks().data ?? [];
  return (
    <Section title="Network and identity">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <Select
            label="Network"
            allowDeselect={false}
            data={networkChoices(networks, form.values.host)}
            {...form.getInputProps('network')}
          />
          <TextInput
            label="Host name"
            placeholder="its short id"
            {...form.getInputProps('hostname')}
          />
          <TextInput
            label="User"
            placeholder="the image's own"
            description="name or number, with :group"
            {...form.getInputProps('user')}
          />
          <TextInput
            label="Working folder"
            placeholder="the image's own"
            description="an absolute path"
            {...form.getInputProps('workingDir')}
          />
        </SimpleGrid>
        <Checkbox
          label="Give it a terminal (tty)"
          {...form.getInputProps('isTty', { type: 'checkbox' })}
        />
      </Stack>
    </Section>
  );
}
