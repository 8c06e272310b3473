import { PlatformState } from './platform-state.ts';
import { Project } from './project.ts';
import { Repository } from './repository.ts';
import { Secret } from './secret.ts';

/** Every entity the ORM knows. */
export const entities = [PlatformState, Project, Repository, Secret] as const;
