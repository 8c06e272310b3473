import type { PlanObject } from '@codex-k8s/schema';
import type { RenderedFile } from '../rendered-stack.ts';
import type { Value, YamlMap } from '../yaml/index.ts';

/** A Kubernetes object as a unit declares it, before the platform puts its marks on it. */
export interface DeclaredObject {
  apiVersion: string;
  kind: string;
  name: string;
  /** As written; the environment decides the real one. */
  namespace: string | undefined;
  value: { [key: string]: Value };
  /** What was written; undefined for objects of a typed workload. */
  node: YamlMap | undefined;
  /** Set on the Job of a hook: it is no part of what stays applied. */
  isHook?: boolean;
}

/** What the platform puts on every object of a stack. */
export interface StackMarks {
  project: string;
  environment: string;
  stack: string;
  namespace: string;
  applySet: string;
  /** Labels of the environment. */
  labels: Readonly<Record<string, string>>;
  /** A label that no object may carry or select by, whatever is written. */
  removedLabel?: string | undefined;
}

/** An object as it is committed and sent. */
export interface FinishedObject {
  /** As the plan lists it. */
  planned: PlanObject;
  /** Group, kind, namespace and name: what makes two declarations the same object. */
  identity: string;
  /** As it was declared, without what the platform puts on it. */
  value: { [key: string]: Value };
  /** What was written; undefined for objects of a typed workload. */
  node: YamlMap | undefined;
  /** Whether it is the Job of a hook. */
  isHook: boolean;
}

/** The objects of one unit, finished. */
export interface FinishedUnit {
  /** In the order in which they are applied. */
  objects: readonly FinishedObject[];
  /** Their files, sorted by path. */
  files: readonly RenderedFile[];
  /** Git tree id of `manifests/<unit>`. */
  treeId: string;
  /** Strings that may be image references: `image` fields and values of environment variables. */
  imageStrings: readonly string[];
  /** Names of secrets that its pods read. */
  secretsRead: readonly string[];
  /** Names of secrets that its objects are or make. */
  secretsMade: readonly string[];
  /** CustomResourceDefinitions among its objects. */
  definitions: readonly { [key: string]: Value }[];
}

export function isRecord(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
