import { Button, Collapse, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Section } from '@/ui/Section';
import { MORE_FIELDS, type ContainerForm } from './formValues';
import { IdentityFields } from './IdentityFields';
import { SecurityFields } from './SecurityFields';

/** What most containers leave as it is; open by itself where something in it is set or wrong. */
export function MoreOptions({ form }: { form: ContainerForm }) {
  const initial = form.getInitialValues();
  const isSet = MORE_FIELDS.some((field) => String(initial[field.name]) !== field.empty);
  const [isAskedFor, disclosure] = useDisclosure(isSet);
  const isOpen = isAskedFor || MORE_FIELDS.some(({ name }) => form.errors[name] !== undefined);
  const toggle = (
    <Button
      variant="default"
      size="compact-xs"
      leftSection={isOpen ? <IconChevronDown size={14} /> : <IconChevronRight size={14} />}
      aria-expanded={isOpen}
      aria-controls="more-options"
      onClick={disclosure.toggle}
    >
      {isOpen ? 'Fewer' : 'Show'}
    </Button>
  );
  return (
    <Section title="More options" aside={toggle}>
      {!isOpen && (
        <Text size="sm" c="dimmed">
          Entry point, user and folder, how it is stopped, privileges and capabilities.
        </Text>
      )}
      <Collapse expanded={isOpen} id="more-options">
        <Stack gap="md">
          <IdentityFields form={form} />
          <SecurityFields form={form} />
        </Stack>
      </Collapse>
    </Section>
  );
}
