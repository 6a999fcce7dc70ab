// `npm start`: hunts in the recording beside this file. Findings are what it is there to show, so
// the exit code that says "there are findings" counts as success here.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

console.log('A recorded attack on a real Kubernetes control plane (see demo/README.md):')
console.log('$ deckwatch hunt demo/shop-cluster\n')
const hunt = spawnSync(
  process.execPath,
  ['src/main.ts', 'hunt', 'demo/shop-cluster', ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit' },
)
process.exitCode = hunt.status === 1 ? 0 : (hunt.status ?? 3)
