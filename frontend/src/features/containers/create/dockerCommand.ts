import type { ContainerRequest, PortBinding } from '@/api/types';
import { quoteWord } from '@/lib/shell';

/** Seconds; what both we and docker wait where nothing is said. */
const STOP_TIMEOUT = 10;

function publish(port: PortBinding): string {
  const isEverywhere = port.host_address === '' || port.host_address === '0.0.0.0';
  const address = isEverywhere ? '' : `${port.host_address}:`;
  const hostPort = port.host_port || '';
  const outside = address || hostPort ? `${address}${hostPort}:` : '';
  return `${outside}${port.container_port}${port.protocol === 'tcp' ? '' : `/${port.protocol}`}`;
}

function option(name: string, value: string | number | null | undefined): string[] {
  return value ? [`${name} ${quoteWord(String(value))}`] : [];
}

function limits({ resources }: ContainerRequest): string[] {
  return [
    ...option('--memory', resources?.memory),
    ...option('--cpus', resources?.cpus),
    ...option('--cpu-shares', resources?.cpu_shares),
    ...option('--pids-limit', resources?.pids),
  ];
}

function privileges(request: ContainerRequest): string[] {
  return [
    ...(request.readonly_rootfs ? ['--read-only'] : []),
    ...(request.privileged ? ['--privileged'] : []),
    ...(request.cap_add ?? []).map((name) => `--cap-add ${name}`),
    ...(request.cap_drop ?? []).map((name) => `--cap-drop ${name}`),
    ...(request.no_new_privileges ? ['--security-opt no-new-privileges'] : []),
    ...(request.seccomp === 'unconfined' ? ['--security-opt seccomp=unconfined'] : []),
    ...(request.userns === 'host' ? ['--userns host'] : []),
  ];
}

function stopping({ stop_signal, stop_timeout = STOP_TIMEOUT }: ContainerRequest): string[] {
  return [
    ...option('--stop-signal', stop_signal),
    ...(stop_timeout === STOP_TIMEOUT ? [] : [`--stop-timeout ${stop_timeout}`]),
  ];
}

/** The parts of the `docker` command that does what *request* asks, one option each. */
function dockerArguments(request: ContainerRequest): string[] {
  // Of the entry point docker takes one word as an option; the others come before the command.
  const [entry, ...rest] = request.entrypoint ?? [];
  const network = request.network === 'bridge' ? '' : request.network;
  return [
    request.start === false ? 'docker create' : 'docker run --detach',
    ...option('--name', request.name),
    ...(request.tty ? ['--tty'] : []),
    ...(request.ports ?? []).map((port) => `--publish ${publish(port)}`),
    ...(request.env ?? []).map((line) => `--env ${quoteWord(line)}`),
    ...Object.entries(request.labels ?? {}).map(
      ([name, value]) => `--label ${quoteWord(`${name}=${value}`)}`,
    ),
    ...limits(request),
    ...option('--network', network),
    ...option('--hostname', request.hostname),
    ...option('--user', request.user),
    ...option('--workdir', request.working_dir),
    ...privileges(request),
    ...stopping(request),
    ...option('--entrypoint', entry),
    [request.image || 'IMAGE', ...rest, ...(request.command ?? [])].map(quoteWord).join(' '),
  ];
}

/** The whole command, a line for each option. */
export function dockerCommand(request: ContainerRequest): string {
  return dockerArguments(request).join(' \\\n  ');
}

/** The REST call that does the same, for a shell with a token in $BERTH_TOKEN. */
export function restCall(request: ContainerRequest, origin: string): string {
  const body = JSON.stringify(request, null, 2).replaceAll("'", String.raw`'\''`);
  return [
    `curl ${origin}/api/v1/containers`,
    `--header "Authorization: Bearer $BERTH_TOKEN"`,
    `--header 'Content-Type: application/json'`,
    `--data '${body}'`,
  ].join(' \\\n  ');
}
