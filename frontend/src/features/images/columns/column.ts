import { createColumnHelper } from '@tanstack/react-table';
import type { Image } from '@/api/types';

export const column = createColumnHelper<Image>();
