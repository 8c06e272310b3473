/** Images of the stack by the fixed part of the reference that old manifests wrote out. */
export type ImagePaths = ReadonlyMap<string, string>;

/** The part of a reference that no template makes: without registry, tag and digest. */
export function fixedPath(reference: string): string {
  const plain = reference.replaceAll(/\{\{.*?\}\}/g, '').replaceAll(/["']/g, '');
  const [path = ''] = plain.split('@');
  return path.replace(/:[^/]*$/, '').trim();
}

/** The expression that yields an image of the stack. */
export function imageExpression(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? `.Images.${name}` : `index .Images ${JSON.stringify(name)}`;
}

/** Lets `image:` lines name the stack's images: their references are the renderer's now. */
export function useImages(text: string, paths: ImagePaths): string {
  return text.replaceAll(/^([ \t]*(?:- )?image:[ \t]+)(\S.*)$/gm, (line, lead: string, value) => {
    const path = fixedPath(String(value));
    const name = path === '' ? undefined : paths.get(path);
    return name === undefined ? line : `${lead}{{ ${imageExpression(name)} }}`;
  });
}
