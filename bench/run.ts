/**
 * `npm run bench -- NAME`: runs one benchmark beside its peers and keeps the result in bench/results/.
 *
 *   npm run bench -- main-path            everything
 *   npm run bench -- main-path --quick    a tenth of the pushes, for trying
 *   npm run bench -- render               the renderer beside kustomize and helm
 */
const benchmarks: Record<
  string,
  () => Promise<{ run(options: { quick: boolean }): Promise<void> }>
> = {
  'main-path': () => import('./main-path/index.ts'),
  render: () => import('./render/index.ts'),
};

const [name, ...flags] = process.argv.slice(2);
const load = benchmarks[name ?? ''];
if (load) {
  await (await load()).run({ quick: flags.includes('--quick') });
} else {
  process.stderr.write(
    `npm run bench -- NAME [--quick]\n  NAME: ${Object.keys(benchmarks).join(', ')}\n`,
  );
  process.exitCode = name === undefined || name === '--help' ? 0 : 64;
}
