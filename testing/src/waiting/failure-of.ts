/** The error that `promise` is rejected with; itself an error when it is fulfilled. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  throw new Error('expected a failure, but it succeeded');
}
