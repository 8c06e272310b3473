import type { Diagnostic } from '@codex-k8s/schema';
import { createMemoryReader } from '../readers/index.ts';
import type { RenderedStack, RenderInputs, RenderResult } from '../rendered-stack.ts';
import { createRenderer, type RendererOptions } from '../renderer.ts';

export type TextInputs = Partial<Omit<RenderInputs, 'reader'>>;

/** Renders a stack given as texts by path; the environment is dev unless something else is said. */
export async function renderTexts(
  texts: Readonly<Record<string, string>>,
  inputs: TextInputs = {},
  options: RendererOptions = {},
): Promise<RenderResult> {
  const reader = createMemoryReader(texts);
  return createRenderer(options).render({
    reader,
    file: 'services.yaml',
    environment: 'dev',
    ...inputs,
  });
}

/** Renders a stack that has no errors. */
export async function renderFine(
  texts: Readonly<Record<string, string>>,
  inputs: TextInputs = {},
  options: RendererOptions = {},
): Promise<RenderedStack> {
  const result = await renderTexts(texts, inputs, options);
  if (result.ok) return result.rendered;
  throw new Error(`unexpected: ${result.diagnostics.map(summarise).join('\n')}`);
}

/** What is found in a stack: `file:line:column code message`, one line each. */
export async function findingsOf(
  texts: Readonly<Record<string, string>>,
  inputs: TextInputs = {},
  options: RendererOptions = {},
): Promise<string[]> {
  const result = await renderTexts(texts, inputs, options);
  return (result.ok ? result.rendered.diagnostics : result.diagnostics).map(summarise);
}

/** Text of a rendered file. */
export function textOf(rendered: RenderedStack, path: string): string {
  const file = rendered.files.find((candidate) => candidate.path === path);
  if (file === undefined)
    throw new Error(
      `no ${path} among ${rendered.files.map((candidate) => candidate.path).join(', ')}`,
    );
  return new TextDecoder().decode(file.bytes);
}

const requiredBlocks = {
  images: '{}',
  infrastructure: '[]',
  services: '[]',
  orchestration: '{}',
  webhookRuntime: '{}',
};

/**
 * A services.yaml with the given body of `spec` (indented by two spaces). Required blocks that it
 * leaves out stand empty after it.
 */
export function stackText(spec: string, name = 'shop'): string {
  const missing = Object.entries(requiredBlocks)
    .filter(([block]) => !new RegExp(`^  ${block}:`, 'm').test(spec))
    .map(([block, empty]) => `  ${block}: ${empty}\n`);
  return `apiVersion: codex-k8s.dev/v1alpha1\nkind: ServiceStack\nmetadata:\n  name: ${name}\nspec:\n${spec}${missing.join('')}`;
}

function summarise({ file, line, column, code, message }: Diagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  return `${place} ${code} ${message}`.trim();
}
