import { describe, expect, test } from 'vitest'
import { isSourceName, parseAuditPath } from './audit-path.ts'

describe('the path of a request', () => {
  test.each([
    ['/audit/prod/master-1', 'prod', 'master-1'],
    ['/audit/prod/master-1?timeout=30s', 'prod', 'master-1'],
    ['/audit/prod/master-1?x=/audit/other/a', 'prod', 'master-1'],
    ['/audit/prod/master-1?', 'prod', 'master-1'],
    ['/audit/pr%6fd/ip-10-0-0-1.ec2.internal', 'prod', 'ip-10-0-0-1.ec2.internal'],
    ['/audit/Prod_1/a', 'Prod_1', 'a'],
    [`/audit/${'a'.repeat(253)}/b`, 'a'.repeat(253), 'b'],
  ])('%s', (target, cluster, server) => {
    expect(parseAuditPath(target)).toEqual({ cluster, server })
  })

  test.each([
    ...['', '/', '/audit', '/audit/', '/audit/a', '/audit/a/', '/audit//b', '/audit/a/b/'],
    ...['//audit/a/b', '/audit//a/b', '/audit/a//b', '/./audit/a/b', '/x/../audit/a/b'],
    ...['/audit/a/b/c', '/AUDIT/a/b', '/audit/../b', '/audit/a/..', '/audit/./b'],
    ...['/audit/%2e%2e/b', '/audit/a/%2e', '/audit/%252e%252e/b', '/audit/a%252fb/c'],
    ...['/audit/a%2fb/c', '/audit/a%5cb/c', '/audit/a/b%00', '/audit/a/b%0a', '/audit/a/%'],
    ...['/audit/a/%zz', '/audit/a/%c3%28', '/audit/a/%e2%80%ae', '/audit/a;x=1/b', '/audit/a/b#c'],
    ...['http://h/audit/a/b', 'audit/a/b', '*', '/audit/a b/c', '/audit/a/b\n', '/audit/-a/b'],
    ...['/audit/a..b/c', '/audit/__proto__/b', `/audit/${'a'.repeat(254)}/b`, '?/audit/a/b'],
  ])('%j is not one', (target) => {
    expect(parseAuditPath(target)).toBeUndefined()
  })
})

test('names are like those in DNS', () => {
  expect(['a', 'prod-1', 'a.b', 'A_b'].every(isSourceName)).toBe(true)
  expect(['', '.', '..', 'a/', '-', 'a-', 'é', 'a b', 'a..b'].some(isSourceName)).toBe(false)
})
