import { describe, expect, it } from 'vitest';
import { createScope } from '../../../src/engine/base/index.ts';

describe('createScope', () => {
  it('closes in reverse order, one after the other', async () => {
    const order: string[] = [];
    const scope = createScope();
    scope.defer(() => void order.push('first'));
    scope.defer(async () => {
      await Promise.resolve();
      order.push('second');
    });
    await scope.close();
    expect(order).toEqual(['second', 'first']);
  });

  it('closes once, whoever asks', async () => {
    let count = 0;
    const scope = createScope();
    const early = scope.defer(() => void count++);
    await early();
    await early();
    await Promise.all([scope.close(), scope.close()]);
    expect(count).toBe(1);
    expect(scope.isClosed).toBe(true);
  });

  it('goes on after a failure and tells of all', async () => {
    const order: string[] = [];
    const scope = createScope();
    scope.defer(() => void order.push('last'));
    scope.defer(() => {
      throw new Error('one');
    });
    scope.defer(() => Promise.reject(new Error('two')));
    const failure = await scope.close().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AggregateError);
    expect(failure).toMatchObject({ errors: [{ message: 'two' }, { message: 'one' }] });
    expect(order).toEqual(['last']);
  });

  it('closes at once what is opened too late', async () => {
    const scope = createScope();
    await scope.close();
    let isOpen = true;
    scope.use('late', () => {
      isOpen = false;
    });
    await Promise.resolve();
    expect(isOpen).toBe(false);
  });

  it('closes its children, and a child by itself', async () => {
    const order: string[] = [];
    const scope = createScope();
    const child = scope.child();
    child.defer(() => void order.push('child'));
    const other = scope.child();
    other.defer(() => void order.push('other'));
    await child.close();
    expect([child.isClosed, scope.isClosed]).toEqual([true, false]);
    await scope.close();
    expect(order).toEqual(['child', 'other']);
  });
});
