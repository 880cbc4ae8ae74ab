import { SimpleGrid, TextInput } from '@mantine/core';
import type { ContainerForm } from './formValues';

const MONOSPACE = { input: { fontFamily: 'var(--mantine-font-family-monospace)' } };
const OF_IMAGE = "the image's own";

/** As what it runs and how it ends. */
export function IdentityFields({ form }: { form: ContainerForm }) {
  return (
    <>
      <TextInput
        label="Entry point"
        description="Instead of the image's own; the command is given to it"
        placeholder="/usr/local/bin/start --verbose"
        styles={MONOSPACE}
        autoComplete="off"
        {...form.getInputProps('entrypoint')}
      />
      <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="sm">
        <TextInput
          label="Working folder"
          placeholder={OF_IMAGE}
          description="an absolute path"
          {...form.getInputProps('workingDir')}
        />
        <TextInput
          label="User"
          placeholder={OF_IMAGE}
          description="name or number, with :group"
          {...form.getInputProps('user')}
        />
        <TextInput
          label="Host name"
          placeholder="its short id"
          description="as the program sees it"
          {...form.getInputProps('hostname')}
        />
        <TextInput
          label="Stop signal"
          placeholder={OF_IMAGE}
          description="SIGTERM, QUIT, 15"
          {...form.getInputProps('stopSignal')}
        />
        <TextInput
          label="Seconds to stop"
          placeholder="10"
          description="between that signal and KILL"
          inputMode="numeric"
          {...form.getInputProps('stopTimeout')}
        />
      </SimpleGrid>
    </>
  );
}
