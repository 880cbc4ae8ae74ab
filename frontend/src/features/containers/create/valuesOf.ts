import type { Container, PortBinding } from '@/api/types';
import { formatBytes, parseBytes } from '@/lib/format';
import { quoteWord } from '@/lib/shell';
import { EMPTY, type FormValues, type PairRow, type PortRow } from './formValues';

/** What the platform writes instead of a value that one may not see. */
const MASK = '•••';

function words(list: string[] | null): string {
  return list?.map(quoteWord).join(' ') ?? '';
}

function numberText(value: number | null): string {
  return value === null ? '' : String(value);
}

/** A size as people write it where that loses nothing. */
function bytesText(bytes: number | null): string {
  if (bytes === null) return '';
  const text = formatBytes(bytes);
  return parseBytes(text) === bytes ? text : String(bytes);
}

/** A masked value is left empty: the mask itself would be worse than nothing. */
function variable(line: string): PairRow {
  const at = line.indexOf('=');
  const value = line.slice(at + 1);
  return { key: line, name: line.slice(0, at), value: value === MASK ? '' : value };
}

function portRow(port: PortBinding): PortRow {
  const isEverywhere = port.host_address === '0.0.0.0';
  return {
    key: `${port.host_address}/${port.host_port}/${port.container_port}/${port.protocol}`,
    address: isEverywhere ? '' : port.host_address,
    host: port.host_port === 0 ? '' : String(port.host_port),
    container: String(port.container_port),
    protocol: port.protocol,
  };
}

function moreValues(spec: Container['spec']): Partial<FormValues> {
  return {
    entrypoint: words(spec.entrypoint),
    user: spec.user,
    workingDir: spec.working_dir,
    hostname: spec.hostname,
    isReadOnly: spec.readonly_rootfs,
    isUnprivileging: spec.no_new_privileges,
    isPrivileged: spec.privileged,
    capAdd: spec.cap_add,
    capDrop: spec.cap_drop,
    seccomp: spec.seccomp,
    userns: spec.userns,
    stopSignal: spec.stop_signal,
    stopTimeout: spec.stop_timeout === 10 ? '' : String(spec.stop_timeout),
  };
}

/** The form filled in with what was asked for when *container* was made; its name is taken. */
export function valuesOf({ host, project, spec }: Container): FormValues {
  return {
    ...EMPTY,
    host: host.id,
    project,
    image: spec.image,
    command: words(spec.command),
    env: spec.env.map(variable),
    labels: Object.entries(spec.labels).map(([name, value]) => ({ key: name, name, value })),
    ports: spec.ports.map(portRow),
    memory: bytesText(spec.resources.memory),
    cpus: numberText(spec.resources.cpus),
    pids: numberText(spec.resources.pids),
    network: spec.network,
    isTty: spec.tty,
    ...moreValues(spec),
  };
}
