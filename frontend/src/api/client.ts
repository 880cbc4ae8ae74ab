import createClient, { type Middleware } from 'openapi-fetch';
import { toApiError } from './errors';
import type { paths } from './schema';

export const api = createClient<paths>({ baseUrl: '/' });

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

const csrf: Middleware = {
  onRequest({ request }) {
    const token = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];
    if (token && !SAFE_METHODS.has(request.method)) request.headers.set('X-CSRFToken', token);
    return request;
  },
};

api.use(csrf);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answered request; throws ApiError where it failed. */
export async function unwrap<T>(request: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (!response.ok) throw toApiError(error, response);
  return data as T;
}

interface Page<T> {
  count: number;
  next?: string | null | undefined;
  results: T[];
}

/** Every object of a list: the first page says how many there are, the rest come side by side. */
export async function allPages<T>(fetchPage: (page: number) => Promise<Page<T>>): Promise<T[]> {
  const first = await fetchPage(1);
  if (!first.next || first.results.length === 0) return first.results;
  const pages = Math.ceil(first.count / first.results.length);
  const rest = await Promise.all(
    Array.from({ length: pages - 1 }, (_, index) => fetchPage(index + 2)),
  );
  return [first, ...rest].flatMap((page) => page.results);
}
