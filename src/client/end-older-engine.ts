import { Fault, PROTOCOL_VERSION } from '../protocol/index.ts';
import type { EngineClient } from './engine-client.ts';

/**
 * Ends an idle engine of an older protocol, and settles when it is gone. Throws a `host` fault, and ends nothing, where
 * it is newer or has sessions open. `self` is what the person has started: `this program`, `this app`.
 */
export async function endOlderEngine(
  client: EngineClient,
  hello: Pick<Awaited<ReturnType<EngineClient['hello']>>, 'protocolVersion' | 'engineVersion' | 'pid'>,
  self: { readonly name: string; readonly version: string },
): Promise<void> {
  const other = `the running engine (pid ${hello.pid}, version ${hello.engineVersion})`;
  if (hello.protocolVersion > PROTOCOL_VERSION) {
    throw new Fault({
      kind: 'host',
      code: 'engine-newer',
      message: `${other} is newer than ${self.name} (version ${self.version})`,
      hint: 'use the newer sallyport, or end that engine first',
    });
  }
  const { stopping } = await client.call('engine/stop', {});
  if (!stopping) {
    throw new Fault({
      kind: 'host',
      code: 'engine-busy',
      message: `${other} is older than ${self.name} and has sessions open`,
      hint: `let them finish, or end it: kill ${hello.pid}`,
    });
  }
  await new Promise<void>((resolve) => client.onClose(resolve));
}
