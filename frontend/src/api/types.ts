import type { components } from './schema';

type Schemas = components['schemas'];

type Optional<T, Needed extends keyof T> = Pick<T, Needed> & Partial<T>;

export type Container = Schemas['Container'];
/** Fields with a default may be left out. */
export type ContainerRequest = Optional<Schemas['NewContainerRequest'], 'host' | 'image'>;
export type ContainerState = Container['state'];
export type PortBinding = Schemas['PortBinding'];
export type Image = Schemas['Image'];
export type PullRequest = Optional<Schemas['PullRequest'], 'host' | 'reference'>;
export type Layer = Schemas['Layer'];
export type LayerProgress = Schemas['OperationLayer'];
export type Operation = Schemas['Operation'];
export type OperationState = Operation['state'];
export type Host = Schemas['Host'];
export type Network = Schemas['Network'];
export type Registry = Schemas['Registry'];
export type RegistryRequest = Optional<Schemas['NewRegistryRequest'], 'host'>;
export type Token = Schemas['Token'];
export type IssuedToken = Schemas['IssuedToken'];
export type User = Schemas['User'];
export type Session = Schemas['Browser'];
export type Grants = Schemas['Grants'];
export type Project = Schemas['Project'];
export type Policy = Schemas['Policy'];
export type Team = Schemas['Team'];
export type Role = Schemas['Role'];
export type Binding = Schemas['Binding'];
export type BindingRequest = Schemas['NewBindingRequest'];
export type Invitation = Schemas['Invitation'];
export type InvitationRequest = Optional<Schemas['NewInvitationRequest'], 'username'>;
export type TokenRequest = Optional<Schemas['NewTokenRequest'], 'name'>;
export type AuditEntry = Schemas['AuditEntry'];
