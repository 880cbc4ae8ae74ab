import type { FormErrors } from '@mantine/form';
import type { ApiError } from '@/api/errors';
import { formatBytes, parseBytes } from '@/lib/format';
import { splitWords, UnclosedQuote } from '@/lib/shell';
import type { FormValues } from './formValues';
import { moreProblems } from './moreValidation';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const REFERENCE = /^[a-z0-9]+(?:[._:/@-]+[\w]+)*$/i;
const LEAST_MEMORY = 6 * 1024 ** 2;
const LAST_PORT = 65_535;

function nameProblem(name: string): string | null {
  if (!name.trim()) return 'Give it a name';
  return NAME.test(name.trim())
    ? null
    : 'Letters, digits, “_”, “.” and “-”; at least two, starting with a letter or digit';
}

function imageProblem(image: string): string | null {
  if (!image.trim()) return 'Choose an image or write a reference';
  return REFERENCE.test(image.trim()) ? null : 'Write name[:tag][@digest]';
}

const ADDRESS = /^(\d{1,3}(\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:.]*)$/i;

function commandProblem(command: string): string | null {
  try {
    splitWords(command);
    return null;
  } catch (error) {
    if (error instanceof UnclosedQuote) return 'A quote is not closed';
    throw error;
  }
}

function memoryProblem(memory: string): string | null {
  if (!memory) return null;
  const bytes = parseBytes(memory);
  if (bytes === null) return 'Write a size such as 512 MiB or 1.5g';
  return bytes < LEAST_MEMORY ? `At least ${formatBytes(LEAST_MEMORY)}` : null;
}

function positiveProblem(text: string, isWhole: boolean): string | null {
  if (!text) return null;
  const number = Number(text);
  if (!(number > 0)) return 'Write a number above 0';
  return isWhole && !Number.isInteger(number) ? 'Write a whole number' : null;
}

function portProblem(text: string, isRequired: boolean): string | null {
  if (!text) return isRequired ? 'Which port inside?' : null;
  const port = Number(text);
  return Number.isInteger(port) && port >= 1 && port <= LAST_PORT ? null : `1 to ${LAST_PORT}`;
}

function addressProblem(text: string): string | null {
  return text === '' || ADDRESS.test(text) ? null : 'An address of the host';
}

function portProblems({ ports }: FormValues): [string, string | null][] {
  const taken = new Set<string>();
  return ports.flatMap((row, index): [string, string | null][] => {
    const place = `${row.address}/${row.host}/${row.protocol}`;
    const isTwice = row.host !== '' && taken.has(place);
    taken.add(place);
    return [
      [`ports.${index}.address`, addressProblem(row.address.trim())],
      [`ports.${index}.host`, isTwice ? 'Twice in this list' : portProblem(row.host, false)],
      [`ports.${index}.container`, portProblem(row.container, row.host !== '')],
    ];
  });
}

/** What is wrong with each field, by its path in the form. */
export function validate(values: FormValues): FormErrors {
  const problems: [string, string | null][] = [
    ['host', values.host ? null : 'Choose a host'],
    ['project', values.project ? null : 'Choose a project'],
    ['name', nameProblem(values.name)],
    ['image', imageProblem(values.image)],
    ['command', commandProblem(values.command)],
    ['entrypoint', commandProblem(values.entrypoint)],
    ['memory', memoryProblem(values.memory)],
    ['cpus', positiveProblem(values.cpus, false)],
    ['pids', positiveProblem(values.pids, true)],
    ...portProblems(values),
    ...moreProblems(values),
    ...values.env.map((row, index): [string, string | null] => [
      `env.${index}.name`,
      row.name.includes('=') ? 'No “=” in a name' : null,
    ]),
  ];
  return Object.fromEntries(problems.filter(([, problem]) => problem !== null));
}

const FORM_FIELD: Record<string, string> = {
  'resources.memory': 'memory',
  'resources.cpus': 'cpus',
  'resources.pids': 'pids',
  memory: 'memory',
  working_dir: 'workingDir',
  readonly_rootfs: 'isReadOnly',
  no_new_privileges: 'isUnprivileging',
  privileged: 'isPrivileged',
  cap_add: 'capAdd',
  cap_drop: 'capDrop',
  stop_signal: 'stopSignal',
  stop_timeout: 'stopTimeout',
};

/** Errors that are about one field without naming it. */
const FIELD_OF_CODE: Record<string, string> = {
  memory_limit_too_low: 'memory',
  name_in_use: 'name',
  image_not_found: 'image',
  invalid_reference: 'image',
  network_not_found: 'network',
  command_not_found: 'command',
  command_not_executable: 'command',
  user_not_found: 'user',
  host_unavailable: 'host',
};

/** The fields that break each rule of a project's policy. */
const FIELD_OF_RULE: Record<string, string> = {
  privileged: 'isPrivileged',
  host_network: 'network',
  host_user_namespace: 'userns',
  unconfined_seccomp: 'seccomp',
  capabilities: 'capAdd',
  registries: 'image',
  hosts: 'host',
  max_memory: 'memory',
  max_pids: 'pids',
  no_new_privileges: 'isUnprivileging',
};

function brokenRules(error: ApiError): FormErrors {
  return Object.fromEntries(
    Object.entries(error.problem.facts).flatMap(([rule, text]) => {
      const field = FIELD_OF_RULE[rule];
      return field ? [[field, text]] : [];
    }),
  );
}

/** The form's own names for the fields that the platform complains about. */
export function toFormErrors(error: ApiError): FormErrors {
  if (error.code === 'policy_violation') return brokenRules(error);
  const field = FIELD_OF_CODE[error.code];
  if (field) return { [field]: error.message };
  return Object.fromEntries(
    Object.entries(error.fieldErrors()).map(([name, problem]) => [formField(name), problem]),
  );
}

function formField(name: string): string {
  const capability = /^cap_(?:add|drop)(?=\.\d+$)/.exec(name);
  if (capability) return FORM_FIELD[capability[0]] ?? name;
  const port = /^ports\.(\d+)\.(host|container)_port$/.exec(name);
  return port ? `ports.${port[1] ?? ''}.${port[2] ?? ''}` : (FORM_FIELD[name] ?? name);
}
