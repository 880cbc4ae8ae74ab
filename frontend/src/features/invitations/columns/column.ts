import { createColumnHelper } from '@tanstack/react-table';
import type { Invitation } from '@/api/types';

export const column = createColumnHelper<Invitation>();
