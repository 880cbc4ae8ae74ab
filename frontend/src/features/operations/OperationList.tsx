import type { Operation } from '@/api/types';
import classes from './OperationList.module.css';
import { OperationRow } from './OperationRow';

export function OperationList({ operations }: { operations: Operation[] }) {
  return (
    <ul className={classes.list}>
      {operations.map((operation) => (
        <OperationRow key={operation.id} operation={operation} />
      ))}
    </ul>
  );
}
