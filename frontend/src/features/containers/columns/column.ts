import { createColumnHelper } from '@tanstack/react-table';
import type { Container } from '@/api/types';

export const column = createColumnHelper<Container>();
