import type { UseFormReturnType } from '@mantine/form';

export interface PortRow {
  key: string;
  /** Of the host; empty for every one. */
  address: string;
  host: string;
  container: string;
  protocol: 'tcp' | 'udp';
}

export interface PairRow {
  key: string;
  name: string;
  value: string;
}

/** What the form holds: text as typed, turned into a request by toRequest. */
export interface FormValues {
  host: string;
  project: string;
  name: string;
  image: string;
  command: string;
  env: PairRow[];
  labels: PairRow[];
  ports: PortRow[];
  memory: string;
  cpus: string;
  pids: string;
  network: string;
  user: string;
  workingDir: string;
  hostname: string;
  isTty: boolean;
  isStarted: boolean;
  entrypoint: string;
  isReadOnly: boolean;
  capAdd: string[];
  capDrop: string[];
  isPrivileged: boolean;
  /** Whether it gives up gaining privileges. */
  isUnprivileging: boolean;
  seccomp: 'default' | 'unconfined';
  userns: 'auto' | 'host';
  stopSignal: string;
  stopTimeout: string;
}

export type ContainerForm = UseFormReturnType<FormValues>;

export const EMPTY: FormValues = {
  host: '',
  project: '',
  name: '',
  image: '',
  command: '',
  env: [],
  labels: [],
  ports: [],
  memory: '',
  cpus: '',
  pids: '',
  network: 'bridge',
  user: '',
  workingDir: '',
  hostname: '',
  isTty: false,
  isStarted: true,
  entrypoint: '',
  isReadOnly: false,
  capAdd: [],
  capDrop: [],
  isPrivileged: false,
  isUnprivileging: false,
  seccomp: 'default',
  userns: 'auto',
  stopSignal: '',
  stopTimeout: '',
};

/** The fields behind “More options”, each with what it holds, as text, while it is left alone. */
export const MORE_FIELDS = (
  [
    'entrypoint',
    'workingDir',
    'user',
    'hostname',
    'stopSignal',
    'stopTimeout',
    'isReadOnly',
    'isUnprivileging',
    'isPrivileged',
    'capAdd',
    'capDrop',
    'seccomp',
    'userns',
  ] as const
).map((name) => ({ name, empty: String(EMPTY[name]) }));
