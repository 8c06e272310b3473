/** Whether a path looks like something that a program would fetch: a URL, or a place of git. */
export function isRemote(path: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:/i.test(path) ||
    /^[\w.-]+@[\w.-]+:/.test(path) ||
    /^(?:www\.)?(?:github|gitlab|bitbucket|codeberg)\.[a-z]+\//i.test(path) ||
    /\?(?:.*&)?(?:ref|version|submodules|timeout)=/.test(path) ||
    path.includes('.git//')
  );
}
