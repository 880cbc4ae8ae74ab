export interface FeatureWords {
  name: string;
  text: string;
}

const WORDS: Record<string, Record<string, string>> = {
  user_namespaces: {
    available: 'each container has user ids of its own',
    unavailable: 'containers have the user ids of the host',
  },
  overlay: {
    detached: 'layers are handed to the overlay directly (Linux 6.15 and later)',
    attached: 'layers are mounted through a private folder',
  },
};

const NAMES: Record<string, string> = {
  user_namespaces: 'User ids',
  overlay: 'Image layers',
};

// The launcher's table of refusals as the agent writes it: {'way': 'reason', …}.
const REFUSAL = /'(\w+)': (?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g;

function refusals(text: string): FeatureWords[] {
  return [...text.matchAll(REFUSAL)].map(([, way = '', single, double = '']) => ({
    name: 'Not possible',
    text: `${way} layers: ${single ?? double}`,
  }));
}

/** What a host's engine found its kernel able to do, in words. */
export function featureWords(features: Record<string, string>): FeatureWords[] {
  return Object.entries(features).flatMap(([name, answer]) => {
    if (name === 'version') return [];
    if (name === 'refusals') return refusals(answer);
    const text = WORDS[name]?.[answer] ?? answer;
    return [{ name: NAMES[name] ?? name.replaceAll('_', ' '), text }];
  });
}
