// `npm run docs`: writes what is generated: the pages of docs/reference, and the audit policies.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ROOT } from './files.ts'
import { pathOf } from './reference/page.ts'
import { referencePages } from './reference/pages.ts'

for (const page of await referencePages()) {
  const file = ROOT + pathOf(page)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, page.text)
  console.log(pathOf(page))
}
