import { QueryClient } from '@tanstack/react-query';
import { describe, expect, it } from 'vitest';
import type { Operation, OperationState } from '@/api/types';
import { operationPercent, operationTitle } from './describe';
import { applyOperation, operationKeys } from './queries';

function operation(state: OperationState, more: Partial<Operation> = {}): Operation {
  return {
    id: 'op-1',
    kind: 'images.pull',
    subject: { kind: 'image', id: 'x', name: 'nginx:1.29' },
    host: { id: 'h1', name: 'local' },
    project: 'default',
    state,
    progress: null,
    result: null,
    error: null,
    cancel_requested_at: null,
    created_at: '2026-01-01T00:00:00Z',
    started_at: null,
    finished_at: null,
    actor: 'admin',
    ...more,
  };
}

function applied(...states: OperationState[]): OperationState[] {
  const client = new QueryClient();
  client.setQueryData(operationKeys.recent, []);
  for (const state of states)
    applyOperation(client, {
      kind: 'operation',
      id: 'op-1',
      action: state,
      version: 0,
      host: 'h1',
      project: 'default',
      object: operation(state),
    });
  const kept = client.getQueryData<Operation[]>(operationKeys.recent) ?? [];
  return kept.map((each) => each.state);
}

describe('applyOperation', () => {
  it('follows an operation to its end', () => {
    expect(applied('queued', 'running', 'succeeded')).toEqual(['succeeded']);
  });

  it('keeps the outcome where the answer to the request comes after the event', () => {
    expect(applied('failed', 'queued')).toEqual(['failed']);
  });

  it('does not make a list that nobody has asked for', () => {
    const client = new QueryClient();
    const change = {
      kind: 'operation',
      id: 'op-1',
      action: '',
      version: 0,
      host: 'h1',
      project: '',
    };
    applyOperation(client, { ...change, object: operation('queued') });
    expect(client.getQueryData(operationKeys.recent)).toBeUndefined();
  });
});

it('says what was asked for in words', () => {
  expect(operationTitle(operation('queued'))).toBe('Pull nginx:1.29');
});

it('measures a pull over all its layers', () => {
  const layers = [
    { digest: 'a', phase: 'exists', current: 0, total: 100 },
    { digest: 'b', phase: 'downloading', current: 50, total: 100 },
  ] as const;
  expect(operationPercent(operation('running', { progress: { layers: [...layers] } }))).toBe(73);
  expect(operationPercent(operation('running'))).toBeNull();
});
