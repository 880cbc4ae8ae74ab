import { isApiError } from '@/api/errors';
import { useCreateContainer } from '../queries';
import type { ContainerForm, FormValues } from './formValues';
import { toRequest } from './toRequest';
import { toFormErrors } from './validation';

/** Send the form; its fields take the platform's complaints, *onCreated* the page to go to. */
export function useSubmit(form: ContainerForm, onCreated: (path: string) => void) {
  const create = useCreateContainer();
  const submit = (values: FormValues) => {
    create.mutate(toRequest(values), {
      onSuccess: (answer) => {
        const id = 'subject' in answer ? answer.subject.id : answer.id;
        onCreated(`/containers/${id}`);
      },
      onError: (error) => {
        if (isApiError(error)) form.setErrors(toFormErrors(error));
      },
    });
  };
  return { submit, error: create.error, isPending: create.isPending };
}
