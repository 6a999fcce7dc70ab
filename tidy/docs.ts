// `npm run docs`: writes the generated pages of docs/reference.
import { writeFileSync } from 'node:fs'
import { ROOT } from './files.ts'
import { referencePages } from './reference/pages.ts'

for (const { name, text } of await referencePages()) {
  writeFileSync(`${ROOT}docs/reference/${name}`, text)
  console.log(`docs/reference/${name}`)
}
