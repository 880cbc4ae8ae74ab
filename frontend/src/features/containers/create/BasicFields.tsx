import { Checkbox, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import type { Host } from '@/api/types';
import { ProjectSelect } from '@/features/projects/ProjectSelect';
import { Section } from '@/ui/Section';
import type { ContainerForm } from './formValues';
import { ImageField } from './ImageField';

export function BasicFields({ form, hosts }: { form: ContainerForm; hosts: Host[] }) {
  return (
    <Section title="Program">
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
          <ProjectSelect permission="create:container" {...form.getInputProps('project')} />
          <Select
            label="Host"
            allowDeselect={false}
            data={hosts.map((host) => ({ value: host.id, label: host.name }))}
            {...form.getInputProps('host')}
          />
        </SimpleGrid>
        <ImageField form={form} />
        <TextInput
          label="Name"
          placeholder="web"
          autoComplete="off"
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Command"
          description="Instead of the image's own; written as in a shell"
          placeholder={'sh -c "sleep 60"'}
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
          autoComplete="off"
          {...form.getInputProps('command')}
        />
        <Checkbox
          label="Give it a terminal (tty)"
          {...form.getInputProps('isTty', { type: 'checkbox' })}
        />
      </Stack>
    </Section>
  );
}
