import { Box } from '@mantine/core';
import { Copy } from './Copy';
import classes from './CodeBlock.module.css';

export function CodeBlock({ code, what }: { code: string; what: string }) {
  return (
    <Box className={classes.root}>
      <pre className={classes.code} tabIndex={0} aria-label={what}>
        {code}
      </pre>
      <div className={classes.copy}>
        <Copy value={code} what={what} />
      </div>
    </Box>
  );
}
