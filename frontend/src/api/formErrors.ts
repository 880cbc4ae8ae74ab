import type { UseFormReturnType } from '@mantine/form';
import { isApiError } from './errors';

/** For a mutation's onError: the platform's complaints go to the fields they are about. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- forms of any fields
export function complainTo(form: Pick<UseFormReturnType<any>, 'setErrors'>) {
  return (error: Error) => {
    if (isApiError(error)) form.setErrors(error.fieldErrors());
  };
}
