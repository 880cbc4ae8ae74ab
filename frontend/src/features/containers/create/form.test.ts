import { ApiError } from '@/api/errors';
import { describe, expect, it } from 'vitest';
import { EMPTY, type FormValues } from './formValues';
import { toRequest } from './toRequest';
import { toFormErrors, validate } from './validation';

const valid: FormValues = {
  ...EMPTY,
  host: 'h1',
  project: 'shop',
  name: 'web',
  image: 'nginx:1.29',
};

describe('validate', () => {
  it('has nothing to say about the least that is needed', () => {
    expect(validate(valid)).toEqual({});
  });

  it('names every empty field that is needed', () => {
    expect(Object.keys(validate(EMPTY))).toEqual(['host', 'project', 'name', 'image']);
  });

  it.each([
    ['name', '-web'],
    ['image', 'not an image'],
    ['command', "sh -c 'oops"],
    ['memory', '5m'],
    ['memory', 'lots'],
    ['cpus', '0'],
    ['pids', '1.5'],
    ['entrypoint', "/bin/sh '"],
    ['workingDir', 'srv'],
    ['hostname', 'a_b'],
    ['stopSignal', 'SIGNOT'],
    ['stopSignal', '65'],
    ['stopTimeout', '-1'],
  ])('refuses %s %j', (field, text) => {
    expect(Object.keys(validate({ ...valid, [field]: text }))).toEqual([field]);
  });

  it('finds a host port that is published twice', () => {
    const row = { key: 'a', address: '', host: '8080', container: '80', protocol: 'tcp' } as const;
    const errors = validate({ ...valid, ports: [row, { ...row, key: 'b', container: '81' }] });
    expect(errors).toEqual({ 'ports.1.host': 'Twice in this list' });
  });

  it('accepts references with a registry, a port, a tag and a digest', () => {
    const image = 'registry.local:5000/team/app:1.2@sha256:0123abc';
    expect(validate({ ...valid, image })).toEqual({});
  });
});

it.each(['TERM', 'sigquit', '9', 'RTMIN+3', ''])('knows the signal %j', (stopSignal) => {
  expect(validate({ ...valid, stopSignal })).toEqual({});
});

it('names the capabilities that there are not', () => {
  const errors = validate({ ...valid, capAdd: ['NET_ADMIN', 'cap_sys_time', 'FLY'] });
  expect(errors).toEqual({ capAdd: 'There is no capability FLY' });
});

describe('toRequest', () => {
  it('leaves out what was left empty', () => {
    expect(toRequest(valid)).toEqual({
      host: 'h1',
      project: 'shop',
      start: true,
      name: 'web',
      image: 'nginx:1.29',
      network: 'bridge',
    });
  });

  it('turns text into numbers, words and pairs', () => {
    const request = toRequest({
      ...valid,
      command: 'sh -c "sleep 1"',
      memory: '64 MiB',
      cpus: '0.5',
      ports: [{ key: 'a', address: '127.0.0.1', host: '', container: '80', protocol: 'tcp' }],
      env: [
        { key: 'a', name: 'MODE', value: 'x=y' },
        { key: 'b', name: '', value: 'ignored' },
      ],
    });
    expect(request).toMatchObject({
      command: ['sh', '-c', 'sleep 1'],
      resources: { memory: 67_108_864, cpus: 0.5 },
      env: ['MODE=x=y'],
      ports: [{ container_port: 80, host_port: 0, host_address: '127.0.0.1' }],
    });
  });
});

it('asks for what stands behind “More options”', () => {
  const request = toRequest({
    ...valid,
    entrypoint: '/bin/sh -c',
    isReadOnly: true,
    isUnprivileging: true,
    capDrop: ['ALL'],
    capAdd: ['cap_net_admin'],
    seccomp: 'unconfined',
    stopSignal: 'quit',
    stopTimeout: '0',
  });
  expect(request).toMatchObject({
    entrypoint: ['/bin/sh', '-c'],
    readonly_rootfs: true,
    no_new_privileges: true,
    cap_drop: ['ALL'],
    cap_add: ['NET_ADMIN'],
    seccomp: 'unconfined',
    stop_signal: 'QUIT',
    stop_timeout: 0,
  });
  expect(request).not.toHaveProperty('privileged');
  expect(request).not.toHaveProperty('userns');
});

describe('toFormErrors', () => {
  const problem = { title: '', status: 400, detail: 'it is in use' };

  it("gives the platform's fields the form's names", () => {
    const facts = { 'resources.memory': 'too low', 'ports.0.host_port': 'too high' };
    const error = new ApiError({ ...problem, code: 'invalid_input', facts });
    expect(toFormErrors(error)).toEqual({ memory: 'too low', 'ports.0.host': 'too high' });
  });

  it('puts what is wrong with one capability at their field', () => {
    const error = new ApiError({ ...problem, code: 'invalid_input', facts: { 'cap_add.1': 'no' } });
    expect(toFormErrors(error)).toEqual({ capAdd: 'no' });
  });

  it("puts what a project's policy does not allow at the fields that ask for it", () => {
    const facts = { project: 'shop', privileged: 'leave it out', max_memory: 'set one' };
    const error = new ApiError({ ...problem, code: 'policy_violation', facts });
    expect(toFormErrors(error)).toEqual({ isPrivileged: 'leave it out', memory: 'set one' });
  });

  it('puts errors about one field there', () => {
    const error = new ApiError({ ...problem, code: 'name_in_use', facts: {} });
    expect(toFormErrors(error)).toEqual({ name: 'it is in use' });
  });
});
