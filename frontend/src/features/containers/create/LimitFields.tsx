import { SimpleGrid, TextInput } from '@mantine/core';
import { Section } from '@/ui/Section';
import type { ContainerForm } from './formValues';

export function LimitFields({ form }: { form: ContainerForm }) {
  return (
    <Section title="Limits">
      <SimpleGrid cols={{ base: 1, xs: 3 }} spacing="sm">
        <TextInput
          label="Memory"
          placeholder="no limit"
          description="512 MiB, 1.5g"
          {...form.getInputProps('memory')}
        />
        <TextInput
          label="Processors"
          placeholder="no limit"
          description="0.5 is half of one"
          inputMode="decimal"
          {...form.getInputProps('cpus')}
        />
        <TextInput
          label="Processes"
          placeholder="no limit"
          description="and threads, at once"
          inputMode="numeric"
          {...form.getInputProps('pids')}
        />
      </SimpleGrid>
    </Section>
  );
}
