import type { components } from './schema';

type Schemas = components['schemas'];

export type Container = Schemas['Container'];
export type ContainerRequest = Schemas['ContainerRequest'];
export type ContainerState = Container['state'];
export type PortBinding = Schemas['PortBinding'];
export type Image = Schemas['Image'];
export type PullRequest = Schemas['PullRequest'];
export type Layer = Schemas['Layer'];
export type LayerProgress = Schemas['LayerProgress'];
export type Operation = Schemas['Operation'];
export type OperationState = Operation['state'];
export type Host = Schemas['Host'];
export type Network = Schemas['Network'];
export type Registry = Schemas['Registry'];
export type RegistryRequest = Schemas['RegistryRequest'];
export type Token = Schemas['Token'];
export type TokenCreated = Schemas['TokenCreated'];
export type User = Schemas['User'];
