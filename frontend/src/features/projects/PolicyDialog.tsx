import { Modal } from '@mantine/core';
import { useForm } from '@mantine/form';
import { complainTo } from '@/api/formErrors';
import type { Policy, Project } from '@/api/types';
import { usePermit } from '@/features/session/permissions';
import { Failure } from '@/ui/Failure';
import { FormModal } from '@/ui/FormModal';
import { Loading } from '@/ui/Loading';
import { PolicyFields } from './PolicyFields';
import { policyOf, validatePolicy, valuesOfPolicy, type PolicyValues } from './policyValues';
import { usePolicy, useSavePolicy } from './queries';

interface Props {
  project: Project;
  onClose: () => void;
}

/** What containers of a project may ask for. */
export function PolicyDialog({ project, onClose }: Props) {
  const policy = usePolicy(project.id);
  if (policy.data) return <PolicyForm project={project} policy={policy.data} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title={`Policy of ${project.name}`}>
      {policy.isPending && <Loading what="the policy" />}
      {policy.isLoadingError && (
        <Failure what="The policy could not be read" error={policy.error} retry={policy.refetch} />
      )}
    </Modal>
  );
}

function PolicyForm({ project, policy, onClose }: Props & { policy: Policy }) {
  const save = useSavePolicy(project.id);
  const permit = usePermit('update:policy', { project: project.id });
  const form = useForm<PolicyValues>({
    initialValues: valuesOfPolicy(policy),
    validate: validatePolicy,
    validateInputOnChange: true,
  });
  return (
    <FormModal
      title={`Policy of ${project.name}`}
      submit="Save"
      failure="Not saved"
      error={save.error}
      isPending={save.isPending}
      isLocked={permit.disabled}
      size="lg"
      onSubmit={form.onSubmit((values) => {
        save.mutate(policyOf(values), { onSuccess: onClose, onError: complainTo(form) });
      })}
      onClose={onClose}
    >
      <fieldset disabled={permit.disabled} style={{ border: 0, margin: 0, padding: 0 }}>
        <PolicyFields form={form} />
      </fieldset>
    </FormModal>
  );
}
