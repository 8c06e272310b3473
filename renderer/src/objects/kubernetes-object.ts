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
}

/** An object as it is committed and sent. */
export interface FinishedObject {
  /** As the plan lists it. */
  planned: PlanObject;
  /** Group, kind, namespace and name: what makes two declarations the same object. */
  identity: string;
  /** What was written; undefined for objects of a typed workload. */
  node: YamlMap | undefined;
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
}

export function isRecord(value: Value | undefined): value is { [key: string]: Value } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
