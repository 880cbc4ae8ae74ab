import { column } from './column';

export const transport = column.accessor(
  ({ insecure, ca }) => {
    if (insecure) return 'plain HTTP';
    return ca ? 'TLS, own CA' : 'TLS';
  },
  { id: 'transport', header: 'Transport', size: 120, meta: { hideBelow: 'md' } },
);
