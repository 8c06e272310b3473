/** `1.36` of `v1.36.4+k3s1` and the like; undefined when it is no version. */
export function parseVersion(text: string): string | undefined {
  const match = /^v?(\d+)\.(\d+)(?![\d])/.exec(text.trim());
  return match === null ? undefined : `${match[1]}.${match[2]}`;
}

/** Below zero when `a` is the older minor. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
