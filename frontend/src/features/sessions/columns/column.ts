import { createColumnHelper } from '@tanstack/react-table';
import type { Session } from '@/api/types';

export const column = createColumnHelper<Session>();
