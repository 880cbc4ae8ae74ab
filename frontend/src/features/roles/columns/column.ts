import { createColumnHelper } from '@tanstack/react-table';
import type { Role } from '@/api/types';

export const column = createColumnHelper<Role>();
