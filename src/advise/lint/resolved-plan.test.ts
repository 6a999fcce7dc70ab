import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { zstdDecompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { decodeBlock } from '../../decode/decode.ts'
import { compileRules } from '../../detect/compile.ts'
import { factsAccess } from '../../detect/schema.ts'
import { enrich } from '../../enrich/enrich.ts'
import type { Facts } from '../../model/facts.ts'
import { emitPredicate } from '../../sigma/emit/predicate.ts'
import { resolvedPlan } from './resolved-plan.ts'

const at = (path: string): string => fileURLToPath(new URL(`../../../${path}/`, import.meta.url))

const facts: Facts[] = []
for (const file of readdirSync(at('demo/shop-cluster'))) {
  const bytes = zstdDecompressSync(readFileSync(at('demo/shop-cluster') + file))
  const source = { cluster: 'c', server: 's', file }
  decodeBlock(
    bytes,
    0,
    source,
    { strict: false },
    { event: (event) => facts.push(enrich(event)), issue() {}, shape() {} },
  )
}

const rules = readdirSync(at('content/rules'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.yaml') && !file.endsWith('.cases.yaml'))
  .map((file) => ({ file, text: readFileSync(at('content/rules') + file, 'utf8') }))

test('means the same for every rule and every event of a recording', () => {
  const changed = compileRules(rules).rules.flatMap(({ sigma, plan }) => {
    const resolved = resolvedPlan(plan)
    if (JSON.stringify(resolved) === JSON.stringify(plan)) return []
    const [before, after] = [plan, resolved].map((one) => emitPredicate(one, factsAccess))
    const sample = facts.filter((_, index) => index % 4 === 0)
    const differs = sample.some((one) => before?.(one) !== after?.(one))
    return [{ title: sigma.title, differs }]
  })
  expect(changed.length).toBeGreaterThan(20)
  expect(changed.filter(({ differs }) => differs)).toEqual([])
})
