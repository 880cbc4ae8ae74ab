import { Autocomplete } from '@mantine/core';
import { useImages } from '@/features/images/queries';
import { PullInline } from '@/features/images/PullInline';
import type { ContainerForm } from './formValues';
import { hasImage, imageTags } from './localImages';

/** The images of the chosen host to pick from, or any reference, with the pull it needs. */
export function ImageField({ form }: { form: ContainerForm }) {
  const images = useImages();
  const { host, project, image } = form.values;
  const local = (images.data ?? []).filter(
    (each) => each.host.id === host && each.project === project,
  );
  const reference = image.trim();
  const isMissing = images.data !== undefined && reference !== '' && !hasImage(local, reference);
  return (
    <div>
      <Autocomplete
        label="Image"
        description="One that the host has, or a reference to pull"
        placeholder="nginx:1.29"
        data={imageTags(local)}
        limit={50}
        autoFocus={form.getInitialValues().image === ''}
        autoComplete="off"
        {...form.getInputProps('image')}
      />
      {isMissing && !form.errors.image && (
        <PullInline host={host} project={project} reference={reference} />
      )}
    </div>
  );
}
