import { createColumnHelper } from '@tanstack/react-table';
import type { Project } from '@/api/types';

export const column = createColumnHelper<Project>();
