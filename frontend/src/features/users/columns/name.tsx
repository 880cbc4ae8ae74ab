import { column } from './column';

export const name = column.accessor('username', { id: 'name', header: 'Name', size: 160 });
