import { fieldsOf, isFields, listOf, type Fields } from '../yaml/index.ts';
import type { SchemaFault } from './validate-object.ts';

type Path = readonly (string | number)[];

const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
/** Groups whose names may be something else. */
const freelyNamed = /^(?:rbac\.authorization|certificates|internal\.apiserver)\.k8s\.io\//;
const controllers = new Set(['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet']);

/**
 * What no schema says and the API server refuses all the same, of what is written wrong most: names,
 * selectors that miss their own pods, mounts without a volume, Jobs that never end.
 */
export function checkConsistency(apiVersion: string, kind: string, value: Fields): SchemaFault[] {
  const faults: SchemaFault[] = [];
  checkName(apiVersion, kind, value, faults);
  const spec = fieldsOf(value['spec']);
  if (apiVersion === 'apps/v1' && controllers.has(kind)) {
    checkSelector(spec, faults);
    const claims = listOf(spec['volumeClaimTemplates']);
    checkMounts(
      spec,
      ['spec'],
      claims.map((claim) => fieldsOf(fieldsOf(claim)['metadata'])),
      faults,
    );
  } else if (apiVersion === 'batch/v1' && kind === 'Job') {
    checkRestartPolicy(spec, ['spec'], faults);
    checkMounts(spec, ['spec'], [], faults);
  } else if (apiVersion === 'batch/v1' && kind === 'CronJob') {
    const job = fieldsOf(fieldsOf(spec['jobTemplate'])['spec']);
    const path = ['spec', 'jobTemplate', 'spec'];
    checkRestartPolicy(job, path, faults);
    checkMounts(job, path, [], faults);
  }
  return faults;
}

function checkName(apiVersion: string, kind: string, value: Fields, faults: SchemaFault[]): void {
  const name = fieldsOf(value['metadata'])['name'];
  if (typeof name !== 'string' || freelyNamed.test(apiVersion) || kind === 'IPAddress') return;
  if (name.length <= 253 && subdomain.test(name)) return;
  faults.push({
    fault: 'invalid-value',
    path: ['metadata', 'name'],
    message: `metadata.name cannot be ${JSON.stringify(name)}`,
    hint: 'At most 253 lower-case letters, digits, dashes and dots, beginning and ending with a letter or digit.',
  });
}

/** A controller has to find the pods that it makes. */
function checkSelector(spec: Fields, faults: SchemaFault[]): void {
  const wanted = fieldsOf(fieldsOf(spec['selector'])['matchLabels']);
  const metadata = fieldsOf(fieldsOf(spec['template'])['metadata']);
  const labels = fieldsOf(metadata['labels']);
  for (const [label, value] of Object.entries(wanted)) {
    if (value === null || typeof value !== 'string' || labels[label] === value) continue;
    faults.push({
      fault: 'invalid-value',
      path: ['spec', 'selector', 'matchLabels', label],
      message: `the selector wants ${label}: ${value}, which the pods do not have`,
      hint: 'Give spec.template.metadata.labels the same label.',
    });
  }
}

/** A Job whose pods restart for ever is refused. */
function checkRestartPolicy(spec: Fields, path: Path, faults: SchemaFault[]): void {
  const template = fieldsOf(spec['template']);
  const pod = template['spec'];
  if (!isFields(pod)) return;
  const policy = pod['restartPolicy'] ?? '';
  if (policy === 'Never' || policy === 'OnFailure') return;
  if (policy !== 'Always' && policy !== '') return;
  const at = [...path, 'template', 'spec'];
  faults.push({
    fault: policy === '' ? 'missing-field' : 'invalid-value',
    path: policy === '' ? at : [...at, 'restartPolicy'],
    message: 'the restartPolicy of a Job is Never or OnFailure',
    hint: 'Add restartPolicy: Never to the pod.',
  });
}

function checkMounts(
  spec: Fields,
  path: Path,
  more: readonly Fields[],
  faults: SchemaFault[],
): void {
  const pod = fieldsOf(fieldsOf(spec['template'])['spec']);
  const volumes = [...listOf(pod['volumes']).map(fieldsOf), ...more];
  const names = new Set(volumes.map((volume) => volume['name']));
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, item] of listOf(pod[list]).entries()) {
      for (const [at, mount] of listOf(fieldsOf(item)['volumeMounts']).entries()) {
        const name = fieldsOf(mount)['name'];
        if (typeof name !== 'string' || names.has(name)) continue;
        faults.push({
          fault: 'invalid-value',
          path: [...path, 'template', 'spec', list, index, 'volumeMounts', at, 'name'],
          message: `there is no volume ${JSON.stringify(name)} to mount`,
          hint: undefined,
        });
      }
    }
  }
}
