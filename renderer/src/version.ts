import manifest from '../package.json' with { type: 'json' };

/** Version of this renderer, for provenance. */
export const rendererVersion: string = manifest.version;
