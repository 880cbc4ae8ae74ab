import { createColumnHelper } from '@tanstack/react-table';
import type { Registry } from '@/api/types';

export const column = createColumnHelper<Registry>();
