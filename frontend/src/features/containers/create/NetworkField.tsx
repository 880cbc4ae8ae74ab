import { Select } from '@mantine/core';
import { useNetworks } from '@/features/networks/queries';
import { Section } from '@/ui/Section';
import type { ContainerForm } from './formValues';
import { networkChoices } from './networkChoices';

export function NetworkField({ form }: { form: ContainerForm }) {
  const networks = useNetworks().data ?? [];
  return (
    <Section title="Network">
      <Select
        aria-label="Network"
        allowDeselect={false}
        data={networkChoices(networks, form.values.host, form.values.project)}
        {...form.getInputProps('network')}
      />
    </Section>
  );
}
