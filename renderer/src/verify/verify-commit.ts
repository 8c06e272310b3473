import {
  validateExecutionPlan,
  type ExecutionPlan,
  type StackVerification,
  type Verification,
} from '@codex-k8s/schema';
import { RepositoryError, type GitRepository } from '../git/index.ts';
import type { RenderedStack, RenderInputs } from '../rendered-stack.ts';
import type { Renderer } from '../renderer.ts';
import type { SourceReader } from '../source-reader.ts';
import { rendererVersion } from '../version.ts';
import { findRecord, type StackRecord } from './records.ts';

/** What is verified, and with what. */
export interface VerifyRequest {
  state: GitRepository;
  /** Revision of the state repository. */
  commit: string;
  /** Repositories that may hold the sources. */
  sources: readonly GitRepository[];
  renderer: Pick<Renderer, 'describe' | 'render'>;
  /** Path of the services.yaml in its repository; where another stack lies there, others are tried. */
  file: string;
  /** Inputs that no record holds. */
  inputs: Pick<RenderInputs, 'vars' | 'cluster'>;
  /** Only these stacks; all when empty. */
  stacks: readonly string[];
}

/**
 * Proves that each stack directory of a state commit is what its recorded source renders to: content
 * hashes are compared, so nothing that is published can differ unseen. Source: design §4.
 */
export async function verifyCommit(request: VerifyRequest): Promise<Verification> {
  const { state, commit, stacks: wanted } = request;
  const { oid, tree } = await state.resolve(commit);
  const reader = await state.readerAt({ tree }, '');
  const directories = (await reader.list('')).flatMap(
    (path) => /^([^/]+)\/(?:plan\.json$|manifests\/)/.exec(path)?.[1] ?? [],
  );
  const found = [...new Set(directories)];
  const stacks: StackVerification[] = [];
  for (const stack of wanted.length === 0 ? found : wanted)
    stacks.push(await verifyStack(request, { oid, tree }, stack));
  return {
    apiVersion: 'codex-k8s.dev/v1alpha1',
    kind: 'Verification',
    commit: oid,
    verified: stacks.length > 0 && stacks.every(({ result }) => isProven(result)),
    stacks,
  };
}

/** A retired stack holds nothing that could differ. */
export function isProven(result: StackVerification['result']): boolean {
  return result === 'verified' || result === 'retired';
}

async function verifyStack(
  request: VerifyRequest,
  commit: { oid: string; tree: string },
  stack: string,
): Promise<StackVerification> {
  const { state } = request;
  const directory = await state.readerAt(commit, stack);
  const contentHash = (await directory.treeHash('')) ?? '0'.repeat(40);
  const head = { stack, contentHash, differences: [], diagnostics: [] };
  const plan = await readPlan(directory);
  if (typeof plan === 'string') return { ...head, result: 'unreadable', message: plan };
  const { environment, slot } = plan;
  const target = { ...head, environment, ...(slot === undefined ? {} : { slot }) };
  if (plan.retired !== undefined) return { ...target, result: 'retired' };
  const record = await findRecord(state, commit.oid, stack, contentHash);
  if (record === undefined) {
    const message = `no commit up to ${commit.oid.slice(0, 12)} records where ${contentHash.slice(0, 12)} comes from`;
    return { ...target, result: 'unrecorded', message };
  }
  const { renderer, source, run } = record;
  const recorded = {
    ...target,
    source,
    run,
    recordedBy: record.commit,
    ...(renderer === undefined ? {} : { renderer }),
  };
  const reader = await openSource(request.sources, source);
  if (typeof reader === 'string') {
    const message = `no given source repository holds ${source.slice(0, 12)}: ${reader}`;
    return { ...recorded, result: 'source-missing', message };
  }
  const result = await request.renderer.render({
    ...request.inputs,
    reader,
    file: await findStackFile(request, reader, stack),
    environment,
    ...(slot === undefined ? {} : { slot }),
    secretVersions: secretVersionsOf(plan),
  });
  if (!result.ok)
    return {
      ...recorded,
      result: 'failed',
      message: `${source.slice(0, 12)} does not render`,
      diagnostics: result.diagnostics,
    };
  return compare(recorded, directory, result.rendered, record);
}

async function compare(
  recorded: Omit<StackVerification, 'result'>,
  directory: SourceReader,
  { stack, contentHash, files }: RenderedStack,
  { renderer }: StackRecord,
): Promise<StackVerification> {
  const rendered = { ...recorded, renderedHash: contentHash };
  if (contentHash === recorded.contentHash) return { ...rendered, result: 'verified' };
  const present = new Set(await directory.list(''));
  const differences: StackVerification['differences'] = [];
  for (const { path, digest } of files) {
    const committed = await digestOf(directory, path);
    present.delete(path);
    if (committed !== digest)
      differences.push({ path, change: committed === undefined ? 'removed' : 'modified' });
  }
  for (const path of present) differences.push({ path, change: 'added' });
  const version = renderer?.split('/')[0];
  const reasons = [
    ...(stack === recorded.stack ? [] : [`the source is the stack ${stack}`]),
    ...(version === undefined || version === rendererVersion
      ? []
      : [`it was rendered by ${version}, this is ${rendererVersion}`]),
  ];
  return {
    ...rendered,
    result: 'differs',
    ...(reasons.length === 0 ? {} : { message: reasons.join('; ') }),
    differences: differences.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

async function digestOf(reader: SourceReader, path: string): Promise<string | undefined> {
  return reader.digest === undefined ? (await reader.read(path))?.digest : reader.digest(path);
}

async function readPlan(directory: SourceReader): Promise<ExecutionPlan | string> {
  const file = await directory.read('plan.json');
  if (file === undefined) return 'there is no plan.json';
  try {
    const plan = validateExecutionPlan(JSON.parse(new TextDecoder().decode(file.bytes)));
    return plan.ok ? plan.value : 'plan.json is not an ExecutionPlan';
  } catch {
    return 'plan.json is not JSON';
  }
}

/** The source commit, in whichever repository holds it; else why none does. */
async function openSource(
  sources: readonly GitRepository[],
  commit: string,
): Promise<SourceReader | string> {
  const reasons: string[] = [];
  for (const source of sources) {
    const found = await source.resolve(commit).catch((error: unknown) => {
      if (error instanceof RepositoryError) return error.message;
      throw error;
    });
    if (typeof found !== 'string') return source.readerAt(found, '');
    reasons.push(found);
  }
  return reasons.join('; ');
}

/** The services.yaml of a stack: a repository may hold several, in directories of their own. */
async function findStackFile(
  { renderer, file }: VerifyRequest,
  reader: SourceReader,
  stack: string,
): Promise<string> {
  const name = file.slice(file.lastIndexOf('/') + 1);
  const others = (await reader.list('')).filter(
    (path) => path.endsWith(`/${name}`) || path === name,
  );
  for (const path of [file, ...others.filter((other) => other !== file)]) {
    const described = await renderer.describe({ reader, file: path });
    if (described.ok && described.stack.stack === stack) return path;
  }
  // None is certain: what is wrong with the usual one is what a person wants to read.
  return file;
}

/** What the plan says of its secrets was an input of its render. */
function secretVersionsOf({ secrets = [] }: ExecutionPlan): Record<string, string> {
  return Object.fromEntries(
    secrets.flatMap(({ name, version }) => (version === undefined ? [] : [[name, version]])),
  );
}
