import createClient, { type Middleware } from 'openapi-fetch';
import { toApiError } from './errors';
import type { paths } from './schema';
import type { Operation } from './types';

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

/** *body* as the generated types have it: they call fields needed whose default the platform fills in. */
export function withDefaults<T>(body: Partial<T>): T {
  return body as T;
}

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

/** The operation that a request to a host was answered with: without `Prefer`, always 202. */
export async function accepted(request: Promise<Answer<unknown>>): Promise<Operation> {
  return (await unwrap(request)) as Operation;
}

const PAGE_SIZE = 1000;

interface PageQuery {
  page: number;
  page_size: number;
}

interface Page<T> {
  count: number;
  next?: string | null | undefined;
  results: T[];
}

/** Every object of a list: the first page says how many there are, the rest come side by side. */
export async function allPages<T>(fetchPage: (query: PageQuery) => Promise<Page<T>>): Promise<T[]> {
  const first = await fetchPage({ page: 1, page_size: PAGE_SIZE });
  if (!first.next || first.results.length === 0) return first.results;
  const pages = Math.ceil(first.count / first.results.length);
  const rest = await Promise.all(
    Array.from({ length: pages - 1 }, (_, index) =>
      fetchPage({ page: index + 2, page_size: PAGE_SIZE }),
    ),
  );
  return [first, ...rest].flatMap((page) => page.results);
}
