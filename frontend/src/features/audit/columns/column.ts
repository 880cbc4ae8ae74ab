import { createColumnHelper } from '@tanstack/react-table';
import type { AuditEntry } from '@/api/types';

export const column = createColumnHelper<AuditEntry>();
