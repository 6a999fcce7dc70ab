// `npm run docs`: writes the generated pages of docs/reference.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ROOT } from './files.ts'
import { referencePages } from './reference/pages.ts'

for (const { name, text } of await referencePages()) {
  const file = `${ROOT}docs/reference/${name}`
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(`docs/reference/${name}`)
}
