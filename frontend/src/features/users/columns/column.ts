import { createColumnHelper } from '@tanstack/react-table';
import type { User } from '@/api/types';

export const column = createColumnHelper<User>();
