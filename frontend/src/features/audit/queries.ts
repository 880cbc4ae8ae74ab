import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { searchQuery, type AuditSearch } from './search';

export const PAGE_SIZE = 100;

export const auditKeys = {
  page: (search: AuditSearch, page: number) => ['audit', search, page] as const,
};

/** One page of what was done and refused, newest first; never older than the visit to the page. */
export function useAudit(search: AuditSearch, page: number) {
  return useQuery({
    queryKey: auditKeys.page(search, page),
    queryFn: () =>
      unwrap(
        api.GET('/api/v1/audit', {
          params: { query: { ...searchQuery(search), page, page_size: PAGE_SIZE } },
        }),
      ),
    placeholderData: keepPreviousData,
    staleTime: 0,
  });
}
