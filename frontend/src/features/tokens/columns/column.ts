import { createColumnHelper } from '@tanstack/react-table';
import type { Token } from '@/api/types';

export const column = createColumnHelper<Token>();
