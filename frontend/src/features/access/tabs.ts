import type { ComponentType } from 'react';
import { InvitationsTab } from '@/features/invitations/InvitationsTab';
import { ProjectsTab } from '@/features/projects/ProjectsTab';
import { RolesTab } from '@/features/roles/RolesTab';
import { SessionsTab } from '@/features/sessions/SessionsTab';
import { TeamsTab } from '@/features/teams/TeamsTab';
import { TokensTab } from '@/features/tokens/TokensTab';
import { UsersTab } from '@/features/users/UsersTab';

interface AccessTab {
  value: string;
  /** What one must be allowed to see it; null for what everyone has of their own. */
  permission: string | null;
  Content: ComponentType;
}

export const ACCESS_TABS: AccessTab[] = [
  { value: 'users', permission: 'view:user', Content: UsersTab },
  { value: 'teams', permission: 'view:team', Content: TeamsTab },
  { value: 'roles', permission: 'view:role', Content: RolesTab },
  { value: 'projects', permission: 'view:project', Content: ProjectsTab },
  { value: 'tokens', permission: null, Content: TokensTab },
  { value: 'sessions', permission: null, Content: SessionsTab },
  { value: 'invitations', permission: 'view:invitation', Content: InvitationsTab },
];
