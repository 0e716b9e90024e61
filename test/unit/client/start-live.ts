import { createLiveState, type LiveState, type LiveView } from '../../../src/client/index.ts';
import { makeRandom } from '../../support/seeded-random.ts';
import { EngineDouble } from './engine-double.ts';
import { createFakeClock, type FakeClock } from './fake-clock.ts';

export interface LiveTest {
  readonly clock: FakeClock;
  readonly engine: EngineDouble;
  readonly live: LiveState;
  readonly actions: LiveState['actions'];
  view(): LiveView;
}

/** A live state that speaks to an engine double; the same seed gives the same delays. */
export function startLive(seed = 1, prepare: (engine: EngineDouble) => void = () => undefined): LiveTest {
  const clock = createFakeClock();
  const random = makeRandom(seed);
  const engine = new EngineDouble(clock, random);
  prepare(engine);
  const live = createLiveState({
    connect: engine.connect,
    ports: { nowMs: clock.nowMs, setTimer: clock.setTimer, random },
    clientName: 'test-page',
    version: '0',
  });
  return { clock, engine, live, actions: live.actions, view: () => live.store.getState() };
}
