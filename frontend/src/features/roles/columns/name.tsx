import { column } from './column';

export const name = column.accessor('name', { header: 'Name', size: 160 });
