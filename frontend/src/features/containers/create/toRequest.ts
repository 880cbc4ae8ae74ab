import type { ContainerRequest, PortBinding } from '@/api/types';
import { parseBytes } from '@/lib/format';
import { splitWords, UnclosedQuote } from '@/lib/shell';
import { capabilityName } from './capabilities';
import { EMPTY, type FormValues, type PairRow } from './formValues';

/** The words of a command, or null where the image's own is meant or the text is not complete. */
function commandWords(text: string): string[] | null {
  try {
    const words = splitWords(text);
    return words.length > 0 ? words : null;
  } catch (error) {
    if (error instanceof UnclosedQuote) return null;
    throw error;
  }
}

function named(rows: PairRow[]): PairRow[] {
  return rows.filter((row) => row.name.trim() !== '');
}

function environment({ env }: FormValues): string[] {
  return named(env).map((row) => `${row.name.trim()}=${row.value}`);
}

function labels(values: FormValues): Record<string, string> {
  return Object.fromEntries(named(values.labels).map((row) => [row.name.trim(), row.value]));
}

function ports(values: FormValues): PortBinding[] {
  return values.ports
    .filter((row) => row.container !== '')
    .map((row) => ({
      container_port: Number(row.container),
      host_port: Number(row.host),
      host_address: row.address.trim() || '0.0.0.0',
      protocol: row.protocol,
    }));
}

function resources({ memory, cpus, pids }: FormValues): ContainerRequest['resources'] {
  return {
    ...(memory && { memory: parseBytes(memory) }),
    ...(cpus && { cpus: Number(cpus) }),
    ...(pids && { pids: Number(pids) }),
  };
}

/** What was asked for behind “More options”. */
function more(values: FormValues) {
  return {
    entrypoint: commandWords(values.entrypoint),
    user: values.user,
    working_dir: values.workingDir,
    hostname: values.hostname,
    readonly_rootfs: values.isReadOnly,
    no_new_privileges: values.isUnprivileging,
    privileged: values.isPrivileged,
    cap_add: values.capAdd.map(capabilityName),
    cap_drop: values.capDrop.map(capabilityName),
    seccomp: values.seccomp === EMPTY.seccomp ? '' : values.seccomp,
    userns: values.userns === EMPTY.userns ? '' : values.userns,
    stop_signal: values.stopSignal.trim().toUpperCase(),
    stop_timeout: values.stopTimeout === '' ? null : Number(values.stopTimeout),
  };
}

/** Whether a value says no more than the platform's own default. */
function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === '' || value === null || value === false;
}

/** The request that *values* mean. Empty fields are left out, so that the defaults stay the platform's. */
export function toRequest(values: FormValues): ContainerRequest {
  const optional = {
    command: commandWords(values.command),
    env: environment(values),
    labels: labels(values),
    ports: ports(values),
    resources: resources(values),
    tty: values.isTty,
    ...more(values),
  };
  return {
    host: values.host,
    project: values.project,
    start: values.isStarted,
    name: values.name.trim(),
    image: values.image.trim(),
    network: values.network,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => !isEmpty(value))),
  };
}
