import { createColumnHelper } from '@tanstack/react-table';
import type { Team } from '@/api/types';

export const column = createColumnHelper<Team>();
