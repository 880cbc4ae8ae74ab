import { createColumnHelper } from '@tanstack/react-table';
import type { Network } from '@/api/types';

export const column = createColumnHelper<Network>();
