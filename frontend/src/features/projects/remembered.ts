import { useEffect } from 'react';
import { useLocation } from 'react-router';
import { useUrlParam } from '@/lib/useUrlParam';
import { useProjects } from './queries';

const STORED = 'berth.project';

/** The project that all lists show, by id; empty for all of them. Kept in the address and remembered. */
export function useProjectScope(): [string, (project: string) => void] {
  const [project, setProject] = useUrlParam('project');
  return [
    project,
    (next) => {
      if (!next) localStorage.removeItem(STORED);
      setProject(next);
    },
  ];
}

/** Keep the remembered project in the address of every page, and forget one that is gone. */
export function useRememberedProject(): void {
  const { pathname } = useLocation();
  const [project, setProject] = useUrlParam('project');
  const projects = useProjects().data;
  const isGone = projects?.every(({ id }) => id !== project) ?? false;
  useEffect(() => {
    if (project && isGone) {
      localStorage.removeItem(STORED);
      setProject('');
    } else if (project) localStorage.setItem(STORED, project);
    else {
      const remembered = localStorage.getItem(STORED);
      if (remembered) setProject(remembered);
    }
  }, [pathname, project, isGone, setProject]);
}
