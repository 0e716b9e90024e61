import { describe, expect, it } from 'vitest';
import { createLoopbackGuard, readCookies, readPath } from '../../../src/server/loopback-guard.ts';

const NAME = 'sp-abcd2345.localhost';
const ORIGIN = `http://${NAME}:8123`;

describe('the guard', () => {
  const guard = createLoopbackGuard(NAME, 8123);
  const host = `${NAME}:8123`;
  it.each<[string, Parameters<typeof guard.judge>[0], boolean, number | undefined]>([
    ['a page that is opened', { method: 'GET', hosts: [host], origins: [] }, false, undefined],
    ['a script of ours', { method: 'POST', hosts: [host], origins: [ORIGIN] }, true, undefined],
    ['a post of nobody', { method: 'POST', hosts: [host], origins: [] }, true, 403],
    ['another origin', { method: 'GET', hosts: [host], origins: ['http://evil.example'] }, false, 403],
    ['the name without its port', { method: 'GET', hosts: [host], origins: [`http://${NAME}`] }, false, 403],
    ['another scheme', { method: 'GET', hosts: [host], origins: [`https://${host}`] }, false, 403],
    ['our origin, longer', { method: 'GET', hosts: [host], origins: [`${ORIGIN}.evil.example`] }, false, 403],
    ['our origin and another', { method: 'GET', hosts: [host], origins: [ORIGIN, ORIGIN] }, false, 403],
    ['an opaque origin', { method: 'GET', hosts: [host], origins: ['null'] }, false, 403],
    ['no host', { method: 'GET', hosts: [], origins: [] }, false, 421],
    ['two hosts', { method: 'GET', hosts: [host, host], origins: [] }, false, 421],
    ['another port', { method: 'GET', hosts: [`${NAME}:8124`], origins: [] }, false, 421],
    ['a name below ours', { method: 'GET', hosts: [`a.${host}`], origins: [] }, false, 421],
    ['the name with a dot', { method: 'GET', hosts: [`${NAME}.:8123`], origins: [] }, false, 421],
    ['another host with our origin', { method: 'GET', hosts: ['a.b'], origins: [ORIGIN] }, false, 421],
    ['another method', { method: 'OPTIONS', hosts: [host], origins: [] }, false, 405],
    ['no method', { method: undefined, hosts: [host], origins: [] }, false, 405],
  ])('%s', (_name, head, mustHaveOrigin, status) => {
    expect(guard.judge(head, mustHaveOrigin)).toBe(status);
  });

  it('leaves out the port that browsers leave out', () => {
    const plain = createLoopbackGuard(NAME, 80);
    expect(plain.origin).toBe(`http://${NAME}`);
    expect(plain.judge({ method: 'GET', hosts: [NAME], origins: [] }, false)).toBeUndefined();
  });
});

describe('paths', () => {
  it.each([
    ['/', '/'],
    ['/assets/a-1_2.js?x=/../', '/assets/a-1_2.js'],
    ['/?', '/'],
    [undefined, undefined],
    ['', undefined],
    ['*', undefined],
    ['assets', undefined],
    ['http://evil.example/', undefined],
    ['/..', undefined],
    ['/a/../b', undefined],
    ['/a/..b', undefined],
    ['/%2e%2e', undefined],
    ['/a\\b', undefined],
    ['/a\0', undefined],
    ['/a b', undefined],
    ['/ä', undefined],
    ['/a#b', undefined],
  ])('%j', (target, path) => {
    expect(readPath(target)).toBe(path);
  });
});

describe('cookies', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['sallyport=a', ['a']],
    [' sallyport = a ;b=c;sallyport=d=e', ['a', 'd=e']],
    ['Sallyport=a; xsallyport=b; sallyportx=c', []],
    ['sallyport', ['']],
    ['sallyport=1;'.repeat(20), Array(8).fill('1')],
  ])('%j', (header, values) => {
    expect(readCookies(header, 'sallyport')).toEqual(values);
  });
});
