export { isTemplateFile, readManifest, reportYaml, type ManifestScope } from './read-manifests.ts';
