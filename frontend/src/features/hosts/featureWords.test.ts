import { expect, it } from 'vitest';
import { featureWords } from './featureWords';

it('says in words what the engine found', () => {
  const found = featureWords({
    version: '1',
    overlay: 'attached',
    user_namespaces: 'available',
    refusals: `{'detached': "mount: layer can't be taken"}`,
  });
  expect(found).toEqual([
    { name: 'Image layers', text: 'layers are mounted through a private folder' },
    { name: 'User ids', text: 'each container has user ids of its own' },
    { name: 'Not possible', text: "detached layers: mount: layer can't be taken" },
  ]);
});

it('has no word for an empty table, and shows what it does not know as it is', () => {
  expect(featureWords({ refusals: '{}', cpu_quota: 'yes' })).toEqual([
    { name: 'cpu quota', text: 'yes' },
  ]);
});
