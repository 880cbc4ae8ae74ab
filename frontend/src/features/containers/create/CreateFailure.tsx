import { Stack } from '@mantine/core';
import { isApiError } from '@/api/errors';
import { PullInline } from '@/features/images/PullInline';
import { Failure } from '@/ui/Failure';
import type { FormValues } from './formValues';

/** Why it was not created; where the image is missing, the pull that helps. */
export function CreateFailure({ error, values }: { error: Error; values: FormValues }) {
  return (
    <Stack gap="xs">
      <Failure what="Not created" error={error} />
      {isApiError(error, 'image_not_found') && (
        <PullInline host={values.host} project={values.project} reference={values.image} />
      )}
    </Stack>
  );
}
