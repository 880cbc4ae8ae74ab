import { expect, it } from 'vitest';
import { exportUrl, searchQuery } from './search';

const ANY = {
  text: '',
  actor: '',
  verb: '',
  kind: '',
  outcome: '',
  since: '',
  until: '',
  project: '',
};

it('asks for what was chosen alone', () => {
  expect(searchQuery(ANY)).toEqual({});
  expect(searchQuery({ ...ANY, actor: 'dana', since: '2026-01-01T08:00:00Z', until: 'x' })).toEqual(
    {
      actor: 'dana',
      since: '2026-01-01T08:00:00.000Z',
    },
  );
});

it('exports what is shown', () => {
  expect(exportUrl({ ...ANY, outcome: 'denied' }, 'csv')).toBe(
    '/api/v1/audit/export?form=csv&outcome=denied',
  );
});
