/** Stops the server that `globalSetup` started, if it did. */
export default async function globalTeardown(): Promise<void> {
  await globalThis.stopTestServer?.();
}
